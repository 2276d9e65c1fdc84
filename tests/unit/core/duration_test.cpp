#include <stagepass/core/duration.hpp>

#include <array>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

struct Spelling {
  std::string_view text;
  Ttl ttl;
  std::string_view normal_form;
};

constexpr std::array kSpellings = {
    Spelling{"1s", 1s, "1s"},
    Spelling{"90s", 90s, "1m30s"},
    Spelling{"30m", 30min, "30m"},
    Spelling{"8h", 8h, "8h"},
    Spelling{"2d", 48h, "2d"},
    Spelling{"1w", 168h, "1w"},
    Spelling{"1h30m", 90min, "1h30m"},
    Spelling{"5400s", 90min, "1h30m"},
    Spelling{"1w2d3h4m5s", 219h + 4min + 5s, "1w2d3h4m5s"},
    Spelling{"0h5m", 5min, "5m"},
    Spelling{"3652d", 3652 * 24h, "521w5d"},
};

TEST_CASE("Duration: units add up from large to small") {
  for (const Spelling& spelling : kSpellings) {
    CAPTURE(spelling.text);
    CHECK(tests::must(parse_duration(spelling.text)) == spelling.ttl);
    CHECK(format_duration(spelling.ttl) == spelling.normal_form);
    CHECK(tests::must(parse_duration(spelling.normal_form)) == spelling.ttl);
  }
  CHECK(format_duration(0s) == "0s");
}

struct BadDuration {
  std::string text;
  std::string message;
};

const std::vector<BadDuration> bad_durations = {
    {"", "is not a duration"},
    {"0", "without a unit"},
    {"0s", "no time at all"},
    {"0w0s", "no time at all"},
    {"30", "without a unit"},
    {"1h30", "without a unit"},
    {"h", "is not a duration"},
    {"-1h", "is not a duration"},
    {"+1h", "is not a duration"},
    {"1e9d", "is not a duration"},
    {"1.5h", "is not a duration"},
    {"1,5h", "is not a duration"},
    {"1H", "is not a duration"},
    {"1y", "is not a duration"},
    {"1ms", "is not a duration"},
    {" 2h ", "is not a duration"},
    {"2h ", "is not a duration"},
    {"2 h", "is not a duration"},
    {"２h", "is not a duration"},
    {"2h;id", "is not a duration"},
    {"now", "is not a duration"},
    {"2026-02-30", "is not a duration"},
    {std::string("2h\0", 3), "is not a duration"},
    {"1h1h", "repeats a unit"},
    {"30m1h", "from large to small"},
    {"11w10y", "is not a duration"},
    {"3653d", "longer than ten years"},
    {"521w6d", "longer than ten years"},
    {"18446744073709551615w", "longer than ten years"},
    {"99999999999999999999s", "longer than ten years"},
    {std::string(1 << 20, '9'), "without a unit"},
    {std::string(1 << 20, '9') + "s", "longer than ten years"},
};

TEST_CASE("Duration: anything else is refused with the reason and an example") {
  for (const BadDuration& bad : bad_durations) {
    CAPTURE(bad.text.substr(0, 40));
    const auto ttl = parse_duration(bad.text);
    REQUIRE(tests::error_of(ttl) == Errc::invalid_argument);
    CHECK_THAT(ttl.error().message, ContainsSubstring(bad.message));
    CHECK(ttl.error().message.size() < 200);
    CHECK_THAT(ttl.error().hint, ContainsSubstring("8h"));
  }
}

}  // namespace
}  // namespace stagepass
