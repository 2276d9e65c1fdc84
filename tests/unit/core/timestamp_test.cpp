#include <stagepass/core/timestamp.hpp>

#include <array>
#include <cstdlib>
#include <ctime>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;

struct Spelling {
  std::string_view text;
  std::string_view utc;
};

constexpr std::array kSpellings = {
    Spelling{"2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"},
    Spelling{"2026-12-01t10:00:00z", "2026-12-01T10:00:00Z"},
    Spelling{"2026-12-01T11:00:00+01:00", "2026-12-01T10:00:00Z"},
    Spelling{"2026-12-01T00:30:00-05:30", "2026-12-01T06:00:00Z"},
    Spelling{"2026-12-01T10:00:00-00:00", "2026-12-01T10:00:00Z"},
    Spelling{"2027-01-01T00:30:00+01:00", "2026-12-31T23:30:00Z"},
    Spelling{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
    Spelling{"2000-02-29T12:00:00Z", "2000-02-29T12:00:00Z"},
    Spelling{"2038-01-19T03:14:08Z", "2038-01-19T03:14:08Z"},
    Spelling{"2106-02-07T06:28:16Z", "2106-02-07T06:28:16Z"},
    Spelling{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
    Spelling{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
};

TEST_CASE("Timestamp: a time with an offset is read and shown in UTC") {
  for (const Spelling& spelling : kSpellings) {
    CAPTURE(spelling.text);
    CHECK(format_utc(tests::must(parse_rfc3339(spelling.text))) == spelling.utc);
  }
  CHECK(tests::must(parse_rfc3339("2030-03-17T17:46:40Z")) ==
        Timestamp(std::chrono::seconds(1'900'000'000)));
}

struct BadTime {
  std::string text;
  std::string message;
};

const std::vector<BadTime> bad_times = {
    {"", "is not a time"},
    {"now", "is not a time"},
    {"tomorrow", "is not a time"},
    {"8h", "is not a time"},
    {" 2026-12-01T10:00:00Z", "is not a time"},
    {"+2026-12-01T10:00:00Z", "is not a time"},
    {"２026-12-01T10:00:00Z", "is not a time"},
    {"01.12.2026 10:00", "is not a time"},
    {std::string(1 << 20, '9'), "is not a time"},
    {"2026-02-30", "does not say its offset"},
    {"2026-12-01T10:00", "does not say its offset"},
    {"2026-12-01T10:00:00", "does not say its offset"},
    {"2026-12-01 10:00:00", "does not say its offset"},
    {"2026-12-01T10:00:00 ", "does not say its offset"},
    {"2026-12-01T10:00:00+0100", "does not say its offset"},
    {"2026-12-01T10:00:00+1:00", "does not say its offset"},
    {"2026-12-01T10:00:00ZZ", "does not say its offset"},
    {std::string("2026-12-01T10:00:00Z\0", 21), "does not say its offset"},
    {"2026-03-29T02:30 Europe/Berlin", "does not say its offset"},
    {"2026-10-25T02:30", "does not say its offset"},
    {"2026-12-01T10:00Z", "hours, minutes and seconds"},
    {"2026-12-01Z", "hours, minutes and seconds"},
    {"2026-12-01T10:00:00.5Z", "fraction"},
    {"2026-12-01T10:00:00+24:00", "an offset that does not exist"},
    {"2026-12-01T10:00:00+01:60", "an offset that does not exist"},
    {"2026-02-30T10:00:00Z", "a day that does not exist"},
    {"2026-02-29T10:00:00Z", "a day that does not exist"},
    {"2100-02-29T10:00:00Z", "a day that does not exist"},
    {"2026-13-01T10:00:00Z", "a day that does not exist"},
    {"2026-00-10T10:00:00Z", "a day that does not exist"},
    {"2026-12-00T10:00:00Z", "a day that does not exist"},
    {"2026-12-01T24:00:00Z", "a time of day that does not exist"},
    {"2026-12-01T10:60:00Z", "a time of day that does not exist"},
    {"2026-12-01T10:00:61Z", "a time of day that does not exist"},
    {"2016-12-31T23:59:60Z", "a leap second"},
    {"1969-12-31T23:59:59Z", "between the years 1970 and 9999"},
    {"1970-01-01T00:00:00+01:00", "between the years 1970 and 9999"},
    {"9999-12-31T23:59:59-01:00", "between the years 1970 and 9999"},
};

TEST_CASE("Timestamp: anything else is refused with the reason and an example") {
  for (const BadTime& bad : bad_times) {
    CAPTURE(bad.text.substr(0, 40));
    const auto at = parse_rfc3339(bad.text);
    REQUIRE(tests::error_of(at) == Errc::invalid_argument);
    CHECK_THAT(at.error().message, ContainsSubstring(bad.message));
    CHECK(at.error().message.size() < 200);
    CHECK_THAT(at.error().hint, ContainsSubstring("Z"));
    CHECK_THAT(at.error().hint, ContainsSubstring("+01:00"));
  }
}

// NOLINTBEGIN(concurrency-mt-unsafe): tests run on one thread
/// Sets the zone of this process as long as it lives.
class ZoneOverride final {
 public:
  explicit ZoneOverride(const char* zone) {
    if (const char* previous = std::getenv("TZ"); previous != nullptr) {
      previous_ = previous;
      was_set_ = true;
    }
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ZoneOverride(const ZoneOverride&) = delete;
  ZoneOverride& operator=(const ZoneOverride&) = delete;
  ZoneOverride(ZoneOverride&&) = delete;
  ZoneOverride& operator=(ZoneOverride&&) = delete;
  ~ZoneOverride() {
    if (was_set_) {
      ::setenv("TZ", previous_.c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::string previous_;
  bool was_set_ = false;
};
// NOLINTEND(concurrency-mt-unsafe)

TEST_CASE("Timestamp: a local time names its zone also around the change of clocks") {
  const ZoneOverride berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  const auto local = [](std::string_view utc) {
    return format_local(tests::must(parse_rfc3339(utc)));
  };
  CHECK(local("2026-12-01T10:00:00Z") == "2026-12-01 11:00 CET");
  CHECK(local("2026-07-01T10:00:00Z") == "2026-07-01 12:00 CEST");
  CHECK(local("2026-10-25T00:30:00Z") == "2026-10-25 02:30 CEST");
  CHECK(local("2026-10-25T01:30:00Z") == "2026-10-25 02:30 CET");
}

}  // namespace
}  // namespace stagepass
