#include <stagepass/core/names.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;

template <class NameOfKind>
void check_accepted(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(tests::must(NameOfKind::parse(text)).str() == text);
  }
}

template <class NameOfKind>
void check_refused(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    const auto name = NameOfKind::parse(text);
    REQUIRE(tests::error_of(name) == Errc::invalid_argument);
    CHECK_FALSE(name.error().hint.empty());
    CHECK(name.error().message.find_first_of("\n\x1b\a") == std::string::npos);
  }
}

/// Refused for every kind of name.
const std::vector<std::string> never_a_name = {
    "",
    "-rf",
    "--help",
    "a b",
    "../x",
    "x\ny:0:0",
    "é",
    "ﬁ",
    "\u202exyz\u202c",
    "\x1b]0;pwn\a",
    std::string("a\0b", 3),
    "a;id",
    "$(id)",
    "a'b",
    "\xff",
    std::string(65, 'a'),
    std::string(1 << 20, 'a'),
};

TEST_CASE("Name: text that could harm a shell a terminal or a file is never a name") {
  check_refused<TargetName>(never_a_name);
  check_refused<RecipientName>(never_a_name);
  check_refused<CaseRef>(never_a_name);
  check_refused<UserName>(never_a_name);
}

TEST_CASE("Name: a target is called with lower-case letters digits and dashes") {
  check_accepted<TargetName>({"a", "shop", "shop-2", "s--x", std::string(32, 'a')});
  check_refused<TargetName>(
      {"2shop", "-shop", "shop-", "Shop", "shop.", "shop_x", std::string(33, 'a')});
}

TEST_CASE("Name: a target cannot be called like an id") {
  check_refused<TargetName>({"g-7f3k9q2m5x", "a-7f3k9q2m5x"});
  CHECK_THAT(TargetName::parse("g-7f3k9q2m5x").error().hint, ContainsSubstring("ids"));
  check_accepted<TargetName>({"g-7f3k9q2m5", "g-7f3k9q2m5xx", "b-7f3k9q2m5x"});
}

TEST_CASE("Name: a recipient is a short name or an e-mail address in lower case") {
  check_accepted<RecipientName>(
      {"a", "ana", "ana@example.net", "ana.b+sp_1@ex-ample.net", std::string(64, 'a')});
  check_refused<RecipientName>({"1ana", ".ana", "ana.", "ana@", "ana/x", "ana#1"});
}

TEST_CASE("Name: upper case is refused with the lower-case form as hint") {
  CHECK_THAT(RecipientName::parse("Ana@Example.net").error().hint,
             ContainsSubstring(": ana@example.net"));
  CHECK_THAT(TargetName::parse("Shop").error().hint, ContainsSubstring(": shop"));
  CHECK_THAT(RecipientName::parse("Ana Lee").error().hint, !ContainsSubstring("ana lee"));
}

TEST_CASE("Name: a case reference is what ticket systems make") {
  check_accepted<CaseRef>({"MSP-48213", "48213", "org/repo#12", "a.b_c-d", std::string(64, '9')});
  check_refused<CaseRef>({"#12", "/x", "_x", "MSP 1", "MSP:1", "MSP@1"});
}

TEST_CASE("Name: only what we made ourselves is a user name") {
  check_accepted<UserName>({"sp7f3k9q2m5x"});
  check_refused<UserName>({"root", "www-data", "sp_7f3k9q2m5x", "sp", "sp7f3k9q2m5",
                           "sp7f3k9q2m5xx", "SP7f3k9q2m5x", "sp7f3k9q2m5i", "sp7f3k9q2m5x.",
                           "a-7f3k9q2m5x"});
}

TEST_CASE("Name: a user name is derived from the account's id") {
  const auto id = tests::must(AccountId::parse("a-7f3k9q2m5x"));
  CHECK(user_name_for(id).str() == "sp7f3k9q2m5x");
}

}  // namespace
}  // namespace stagepass
