#include <stagepass/core/case.hpp>

#include <array>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr Timestamp kNow = Timestamp(std::chrono::seconds(1'900'000'000));
constexpr Ttl kHour = std::chrono::hours(1);

Case sample_case() {
  return {must(CaseRef::parse("MSP-1")), kNow};
}

Result<std::string> answer(std::string_view text) {
  return parse_case_text("the answer to since", text, kLongestAnswer);
}

}  // namespace

TEST_CASE("Case: a text loses the blanks around it and keeps what is inside", "[core]") {
  CHECK(must(answer("  since 3.2.0,\tsays the shop \t")) == "since 3.2.0, says the shop");
  CHECK(must(answer("seit März 2026: „geht nicht“ 例")) == "seit März 2026: „geht nicht“ 例");
  CHECK(must(answer(" \t ")).empty());
}

TEST_CASE("Case: a text that is no plain line is refused", "[core]") {
  constexpr std::array<std::string_view, 9> kTexts = {
      "two\nlines",        "\033[31mred",     "a\rb", {"a\0b", 3}, "\x7f", "\xc2\x9b", "\xff",
      "\u202eright\u202c", "\xef\xbb\xbfmark"};
  for (const std::string_view text : kTexts) {
    const auto refused = answer(text);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::invalid_argument);
    CHECK_THAT(refused.error().message, ContainsSubstring("the answer to since"));
    CHECK(refused.error().message.find('\033') == std::string::npos);
  }
}

TEST_CASE("Case: a text is measured in characters and not in bytes", "[core]") {
  std::string accents;
  for (std::size_t i = 0; i < kLongestAnswer; ++i) {
    accents += "é";
  }
  CHECK(must(answer(accents)) == accents);
  CHECK(must(answer(std::string(kLongestAnswer, 'x') + "   ")).size() == kLongestAnswer);
  CHECK(error_of(answer(accents + "x")) == Errc::invalid_argument);
}

TEST_CASE("Case: only what a person said makes more of it than its reference", "[core]") {
  CHECK(is_bare(sample_case()));
  const auto differs = [](auto&& change) {
    Case record = sample_case();
    change(record);
    return !is_bare(record);
  };
  CHECK(differs([](Case& c) { c.opened_at = kNow; }));
  CHECK(differs([](Case& c) { c.closed_at = kNow; }));
  CHECK(differs([](Case& c) { c.environment = Environment::staging; }));
  CHECK(differs([](Case& c) { c.platform = "x"; }));
  CHECK(differs([](Case& c) { c.versions = "x"; }));
  CHECK(differs([](Case& c) { c.timebox_at = kNow; }));
  CHECK(differs([](Case& c) { c.answers[Basic::since] = "x"; }));
}

TEST_CASE("Case: facts change what they name and an empty one takes it away", "[core]") {
  Case record = sample_case();
  record.platform = "Magento";
  record.versions = "2.4.7";
  record.answers = {{Basic::since, "May"}, {Basic::updates, "no"}};
  CaseFacts facts;
  facts.environment = Environment::test;
  facts.versions = " 2.4.8 ";
  facts.answers = {{Basic::since, " "}, {Basic::examples, "order 17"}};

  const Case changed = must(with_facts(record, facts));

  CHECK(changed.environment == Environment::test);
  CHECK(changed.platform == "Magento");
  CHECK(changed.versions == "2.4.8");
  CHECK(changed.answers ==
        std::map<Basic, std::string>{{Basic::updates, "no"}, {Basic::examples, "order 17"}});
  CHECK(missing_basics(changed) ==
        std::vector{Basic::plugin_core, Basic::payment_core, Basic::since, Basic::reproduced});

  facts.platform = std::string(kLongestShopText + 1, 'x');
  CHECK(error_of(with_facts(record, facts)) == Errc::invalid_argument);
}

TEST_CASE("Case: its state follows from what was said and from what is not gone", "[core]") {
  Case record = sample_case();
  CHECK(to_string(state_of(record, true)) == "unopened");
  record.opened_at = kNow;
  CHECK(to_string(state_of(record, true)) == "open");
  record.closed_at = kNow;
  CHECK(to_string(state_of(record, true)) == "closing");
  CHECK(to_string(state_of(record, false)) == "closed");
}

TEST_CASE("Case: access may end with the time-box and not a second later", "[core]") {
  Case record = sample_case();
  CHECK(check_case(record, kNow, kNow + 1000 * kHour));
  record.timebox_at = kNow + kHour;
  CHECK(check_case(record, kNow, kNow + kHour));
  const auto refused = check_case(record, kNow, kNow + kHour + Ttl(1));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::policy);
  CHECK_THAT(refused.error().hint, ContainsSubstring("--until 2030-03-17T18:46:40Z"));

  INFO("a time-box that is over leaves no end that could be chosen");
  const auto over = check_case(record, kNow + kHour, kNow + kHour + Ttl(1));
  REQUIRE_FALSE(over.has_value());
  CHECK_THAT(over.error().message, ContainsSubstring("ended at 2030-03-17T18:46:40Z"));
}

TEST_CASE("Case: nothing is allowed under one that is closed", "[core]") {
  Case record = sample_case();
  record.closed_at = kNow;
  CHECK(error_of(check_case(record, kNow, kNow + kHour)) == Errc::policy);
}

TEST_CASE("Case: a time-box ends in the future and within half a year", "[core]") {
  CHECK(error_of(check_timebox(kNow, kNow)) == Errc::expired);
  CHECK(check_timebox(kNow, kNow + Ttl(1)));
  CHECK(check_timebox(kNow, kNow + kLongestTimebox));
  CHECK(error_of(check_timebox(kNow, kNow + kLongestTimebox + Ttl(1))) == Errc::policy);
}

TEST_CASE("Case: every basic has a key and a question of its own", "[core]") {
  std::map<std::string_view, int> seen;
  for (const Basic basic : kBasics) {
    ++seen[to_string(basic)];
    ++seen[question_of(basic)];
  }
  CHECK(seen.size() == 2 * kBasics.size());
  CHECK_FALSE(seen.contains("unknown"));
}

}  // namespace stagepass::tests
