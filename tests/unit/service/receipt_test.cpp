#include "service_fixture.hpp"

#include <stagepass/service/receipt.hpp>

namespace stagepass::tests {
namespace {

using Catch::Contains;

/// The text that the receipt's signature covers.
std::string verified(const ServiceFixture& fixture, const std::string& receipt) {
  return must(vault::open_note(receipt, fixture.vault.verifier_key()));
}

}  // namespace

TEST_CASE_METHOD(ServiceFixture, "Receipt: says of every account what was seen, and verifies",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const std::string text =
      verified(*this, must(service::receipt_of(workspace, made.grant.id, std::nullopt)));

  CHECK_THAT(text, Contains("grant: " + made.grant.id.str() + "\n"));
  CHECK_THAT(text, Contains("case: MSP-48213\n"));
  CHECK_THAT(text, Contains("(finished)\n"));
  for (const Account& account : made.accounts) {
    CHECK_THAT(text, Contains("user name: " + account.user_name.str() + "\n"));
    CHECK_THAT(text, Contains("target: " + account.target.str() + "\n"));
  }
  CHECK_THAT(
      text, Contains("seen: not listed; nothing left behind; login with the old password refused"));
}

TEST_CASE_METHOD(ServiceFixture, "Receipt: holds no secret", "[service]") {
  const auto made = granted({"files"});
  const Secret password = password_of(made.accounts[0]);
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const std::string receipt = must(service::receipt_of(workspace, made.grant.id, std::nullopt));

  CHECK(receipt.find(password.reveal_text()) == std::string::npos);
}

TEST_CASE_METHOD(ServiceFixture, "Receipt: is the same whenever it is asked for", "[service]") {
  const auto made = granted({"files"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  const std::string first = must(service::receipt_of(workspace, made.grant.id, std::nullopt));

  clock.advance(24h);

  CHECK(must(service::receipt_of(workspace, made.grant.id, std::nullopt)) == first);
}

TEST_CASE_METHOD(ServiceFixture, "Receipt: there is none of an account that is not proven gone",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  shop().break_operation("erase", {.when = FakeFault::When::lie});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const auto refused = service::receipt_of(workspace, made.grant.id, std::nullopt);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::pending);
  CHECK_FALSE(service::receipt_of(workspace, made.grant.id, target_name("shop")));

  const std::string text =
      verified(*this, must(service::receipt_of(workspace, made.grant.id, target_name("files"))));
  CHECK_THAT(text, !Contains("target: shop"));
}

TEST_CASE_METHOD(ServiceFixture, "Receipt: an account deleted by hand is called found absent",
                 "[service]") {
  const auto made = granted({"files"});
  files().remove(made.accounts[0].user_name.str());
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const std::string text =
      verified(*this, must(service::receipt_of(workspace, made.grant.id, std::nullopt)));

  CHECK_THAT(text, Contains("found absent: ") && !Contains("deleted: "));
}

TEST_CASE_METHOD(ServiceFixture, "Receipt: a person's name cannot add a line to it", "[service]") {
  workspace.actor = "eve\nproven gone: long ago\x1b[2J";
  const auto made = granted({"files"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const std::string text =
      verified(*this, must(service::receipt_of(workspace, made.grant.id, std::nullopt)));

  CHECK_THAT(text, !Contains("\nproven gone: long ago"));
  CHECK_THAT(text, Contains("eve\\x0aproven gone: long ago"));
}

TEST_CASE_METHOD(ServiceFixture, "Receipt: of what is not there is told", "[service]") {
  const auto made = granted({"files"});
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));

  const auto other_target = service::receipt_of(workspace, made.grant.id, target_name("shop"));
  REQUIRE_FALSE(other_target);
  CHECK(other_target.error().code == Errc::not_found);
  const auto other_grant =
      service::receipt_of(workspace, must(GrantId::parse("g-0000000000")), std::nullopt);
  REQUIRE_FALSE(other_grant);
  CHECK(other_grant.error().code == Errc::not_found);
}

}  // namespace stagepass::tests
