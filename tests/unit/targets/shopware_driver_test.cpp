// What the contract does not ask, because only a back office can do it: users who rename themselves, keys of their own,
// orders that point to them, rights that are missing.
#include "shopware_target.hpp"

#include <algorithm>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using driver_contract::created;
using driver_contract::kEnd;
using driver_contract::kPatience;
using driver_contract::sample_account;

constexpr const char* kKey = "0190aaaabbbbccccddddeeeeffff0009";

FakeShopwareUser made_user(ShopwareTarget& target, const AccountRef& account) {
  const auto user = target.shop().user(account.user_name.str());
  REQUIRE(user);
  return *user;
}

void end(TargetDriver& driver, const AccountRef& account) {
  must(driver.disable(account, kPatience));
  must(driver.end_sessions(account, kPatience));
  must(driver.erase(account, kPatience));
}

std::vector<std::string> problems_of(TargetDriver& driver) {
  std::vector<std::string> problems;
  for (const Finding& each : must(driver.check(kPatience))) {
    if (each.kind == Finding::Kind::problem) {
      problems.push_back(each.text);
      CHECK_FALSE(each.remedy.empty());
    }
  }
  return problems;
}

TEST_CASE("Shopware: a user is made with one role, no power and our marks", "[targets]") {
  ShopwareTarget target;
  const AccountRef account = created(target, target.sample_password());
  const FakeShopwareUser user = made_user(target, account);
  CHECK(user.roles == std::vector<std::string>{FakeShopware::kRoleId});
  CHECK_FALSE(user.is_admin);
  CHECK(user.marker == account.marker);
  CHECK_THAT(user.email, ContainsSubstring(account.user_name.str() + ".c0ffee@stagepass.invalid"));
  for (const SeenRequest& each : target.shop().seen()) {
    // Who says it at all must be an administrator.
    CHECK((each.is("POST /api/search/") || each.body.find("\"admin\"") == std::string::npos));
  }
}

TEST_CASE("Shopware: all rights are given only where that was said", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountSpec spec{sample_account(), kEnd, &password, std::nullopt};
  const auto driver = target.driver_with({{"role", "admin"}});
  CHECK(error_of(driver->create(spec, kPatience)) == Errc::refused);
  CHECK_FALSE(target.has(spec.ref.user_name.str()));
  target.shop().make_integration_admin();
  must(driver->create(spec, kPatience));
  CHECK(made_user(target, spec.ref).is_admin);
}

TEST_CASE("Shopware: a role is found by its name or its id, and by nothing like it", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountSpec spec{sample_account(), kEnd, &password, std::nullopt};
  CHECK(error_of(target.driver_with({{"role", "Suppor"}})->create(spec, kPatience)) ==
        Errc::policy);
  CHECK(error_of(target.driver_with({{"locale", "xx-XX"}})->create(spec, kPatience)) ==
        Errc::policy);
  target.shop().add_role(FakeShopware::kRole, "0190aaaabbbbccccddddeeeeffff0003");
  CHECK(error_of(target.driver()->create(spec, kPatience)) == Errc::policy);
  CHECK_FALSE(target.has(spec.ref.user_name.str()));
  must(target.driver_with({{"role", FakeShopware::kRoleId}})->create(spec, kPatience));
}

TEST_CASE("Shopware: who renames himself and takes another address is ended all the same",
          "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  FakeShopwareUser renamed = made_user(target, account);
  renamed.username = "mallory";
  renamed.email = "mallory@example.test";
  target.shop().change_user(account.user_name.str(), renamed);
  const auto driver = target.driver();

  CHECK(must(driver->probe(account, kPatience)) == Presence::ours);
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
  CHECK(driver_contract::listed_users(*driver) == std::vector{account.user_name.str()});
  must(driver->disable(account, kPatience));
  const auto shut = target.shop().user("mallory");
  REQUIRE(shut);
  CHECK_FALSE(shut->is_active);
  CHECK_THAT(shut->email, ContainsSubstring("@stagepass.invalid"));  // no new password to him
  end(*driver, account);
  CHECK_FALSE(target.has("mallory"));
  CHECK(must(driver->verify_gone(account, &password, kPatience)).residue.empty());
}

TEST_CASE("Shopware: an address of ours on somebody else is told and not touched", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  const std::string our_address = made_user(target, account).email;
  FakeShopwareUser moved = made_user(target, account);
  moved.email = "x@example.test";
  target.shop().change_user(account.user_name.str(), moved);
  target.shop().add_user("thief", our_address);
  const auto driver = target.driver();
  end(*driver, account);
  CHECK(target.has("thief"));
  CHECK(target.shop().user("thief")->is_active);
  const GoneProof proof = must(driver->verify_gone(account, &password, kPatience));
  REQUIRE(proof.residue.size() == 1);
  CHECK_THAT(proof.residue[0], ContainsSubstring("thief"));
}

TEST_CASE("Shopware: keys that a user made for himself are taken and counted", "[targets]") {
  ShopwareTarget target;
  const AccountRef account = created(target, target.sample_password());
  FakeShopwareUser user = made_user(target, account);
  user.access_keys = {kKey, "0190aaaabbbbccccddddeeeeffff0008"};
  target.shop().change_user(account.user_name.str(), user);
  const auto driver = target.driver();
  must(driver->disable(account, kPatience));
  CHECK(made_user(target, account).access_keys.empty());
  CHECK(must(driver->end_sessions(account, kPatience)) == 2);
  CHECK(must(driver->end_sessions(account, kPatience)) == 0);
}

TEST_CASE("Shopware: a door that is half shut is told, and the other half was tried", "[targets]") {
  ShopwareTarget target;
  const AccountRef account = created(target, target.sample_password());
  FakeShopwareUser user = made_user(target, account);
  user.access_keys = {kKey};
  target.shop().change_user(account.user_name.str(), user);
  target.shop().deny("user:update");
  CHECK(error_of(target.driver()->disable(account, kPatience)) == Errc::refused);
  CHECK(error_of(target.driver()->end_sessions(account, kPatience)) == Errc::refused);
  CHECK(made_user(target, account).access_keys.empty());
}

TEST_CASE("Shopware: what orders point to is disabled and stays on the list", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  target.shop().refer_to_all();
  const auto driver = target.driver();
  must(driver->disable(account, kPatience));
  const auto erased = driver->erase(account, kPatience);
  REQUIRE(error_of(erased) == Errc::refused);
  CHECK_THAT(erased.error().message, ContainsSubstring("point to it") &&
                                         ContainsSubstring("it was disabled and lets nobody in"));
  CHECK_FALSE(made_user(target, account).is_active);
  CHECK(driver_contract::login_error(*driver, account, password) == Errc::refused);
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
}

TEST_CASE("Shopware: an integration that is not let in never sees an empty shop", "[targets]") {
  ShopwareTarget target;
  const AccountRef account = created(target, target.sample_password());
  const auto wrong = target.driver_with({}, "another");
  const auto refused_everywhere = [&](TargetDriver& driver) {
    CHECK(error_of(driver.probe(account, kPatience)) == Errc::refused);
    CHECK(error_of(driver.list_marked(kPatience)) == Errc::refused);
    CHECK(error_of(driver.erase(account, kPatience)) == Errc::refused);
    CHECK(error_of(driver.verify_gone(account, nullptr, kPatience)) == Errc::refused);
  };
  refused_everywhere(*wrong);
  const auto driver = target.driver();
  must(driver->probe(account, kPatience));
  target.shop().forget_integration();
  target.shop().expire_tokens();
  refused_everywhere(*driver);
  CHECK(problems_of(*driver).size() == 1);
}

TEST_CASE("Shopware: a right that is missing is a refusal, and the check names it", "[targets]") {
  for (const char* right : {"user:read", "user:update", "user:delete", "user_access_key:read",
                            "acl_role:read", "locale:read"}) {
    CAPTURE(right);
    ShopwareTarget target;
    target.shop().deny(right);
    CHECK(problems_of(*target.driver()).size() == 1);
  }
  ShopwareTarget blind;
  const AccountRef account = created(blind, blind.sample_password());
  blind.shop().deny("user:read");
  CHECK(error_of(blind.driver()->probe(account, kPatience)) == Errc::refused);
  CHECK(error_of(blind.driver()->verify_gone(account, nullptr, kPatience)) == Errc::refused);
  ShopwareTarget unable;
  unable.shop().deny("user:create");
  const Secret password = unable.sample_password();
  CHECK(error_of(unable.driver()->create({account, kEnd, &password, {}}, kPatience)) ==
        Errc::refused);
}

TEST_CASE("Shopware: a shop that is ready is said to be so, and an old one is not", "[targets]") {
  ShopwareTarget target;
  CHECK(problems_of(*target.driver()).empty());
  const auto findings = must(target.driver()->check(kPatience));
  CHECK(std::any_of(findings.begin(), findings.end(), [](const Finding& each) {
    return each.text.find("owner") != std::string::npos;  // who has all rights is named
  }));
  for (const char* version : {"6.5.8.1", "5.7.0", "6", "6.", "", "x.y", "-6.6"}) {
    CAPTURE(version);
    target.shop().set_version(version);
    CHECK(problems_of(*target.driver()).size() == 1);
  }
  target.shop().set_version("7.0.0.0");
  CHECK(problems_of(*target.driver()).empty());
}

TEST_CASE("Shopware: one token serves until the shop takes it no longer", "[targets]") {
  ShopwareTarget target;
  const auto driver = target.driver();
  const AccountRef account = sample_account();
  must(driver->probe(account, kPatience));
  must(driver->probe(account, kPatience));
  CHECK(target.shop().count("POST /api/oauth/token ") == 1);
  target.shop().expire_tokens();
  CHECK(must(driver->probe(account, kPatience)) == Presence::absent);
  CHECK(target.shop().count("POST /api/oauth/token ") == 2);
}

TEST_CASE("Shopware: a limit on attempts is neither a login nor its refusal", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  const auto driver = target.driver();
  end(*driver, account);
  target.shop().limit_logins();
  CHECK(must(driver->verify_gone(account, &password, kPatience)).login == LoginCheck::not_tried);
  CHECK(driver_contract::login_error(*driver, account, password) == Errc::unreachable);
}

TEST_CASE("Shopware: a password that it would cut off is not given to it", "[targets]") {
  ShopwareTarget target;
  const Secret longest = Secret::copy_of(std::string(72, 'x'));
  const Secret too_long = Secret::copy_of(std::string(73, 'x'));
  const auto driver = target.driver();
  CHECK(error_of(driver->create({sample_account(), kEnd, &too_long, {}}, kPatience)) ==
        Errc::invalid_argument);
  CHECK(error_of(driver->create({sample_account(), kEnd, nullptr, {}}, kPatience)) ==
        Errc::invalid_argument);
  must(driver->create({sample_account(), kEnd, &longest, {}}, kPatience));
}

TEST_CASE("Shopware: of many users each is looked at", "[targets]") {
  ShopwareTarget target;
  for (int i = 0; i < 250; ++i) {
    target.shop().add_user("u" + std::to_string(i), std::to_string(i) + "@shop.example");
  }
  const AccountRef account = created(target, target.sample_password());
  CHECK(driver_contract::listed_users(*target.driver()) == std::vector{account.user_name.str()});
}

TEST_CASE("Shopware: the key and the password go nowhere but into the bodies of requests",
          "[targets]") {
  ShopwareTarget target;
  const Secret password = Secret::copy_of("Correct-Horse.9");
  const AccountRef account = created(target, password);
  end(*target.driver(), account);
  for (const SeenRequest& each : target.shop().seen()) {
    const std::string head = each.text.substr(0, each.text.size() - each.body.size());
    CHECK(head.find(FakeShopware::kClientSecret) == std::string::npos);
    CHECK(head.find("Correct-Horse.9") == std::string::npos);
  }
}

}  // namespace
}  // namespace stagepass::tests
