#include "unit/service/service_fixture.hpp"

#include <proof/simulation/forwarding_store.hpp>
#include <support/catch.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

/// Somebody has put the records of a grant back, and the log's index forgets what came since.
class RecordsOfBefore final : public proof::ForwardingStore {
 public:
  RecordsOfBefore(Store& real, GrantWithAccounts before)
      : ForwardingStore(real), before_(std::move(before)) {}
  Result<GrantWithAccounts> grant(const GrantId& /*id*/) override { return before_; }

 private:
  GrantWithAccounts before_;
};

/// The table of grants is damaged.
class NoGrants final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<GrantWithAccounts> grant(const GrantId& /*id*/) override {
    return fail(Errc::corrupt, "the table is damaged");
  }
};

}  // namespace

TEST_CASE_METHOD(
    ServiceFixture,
    "Damaged store: nothing is shown by a record of before, though no index of the log knows",
    "[service]") {
  const auto made = granted({"files"});
  const GrantWithAccounts before = must(store->grant(made.grant.id));
  must(grants.retrieve(made.grant.id, std::nullopt, [](const auto&) { return Result<void>(); }));
  RecordsOfBefore lying(*store, before);
  service::Workspace deceived{lying, vault, drivers, *guard, random, "root on shop", {}};

  bool is_shown = false;
  const auto second = service::GrantService(deceived).retrieve(
      made.grant.id, std::nullopt, [&](const service::ShownGrant& /*shown*/) {
        is_shown = true;
        return Result<void>();
      });

  CHECK(error_of(second) == Errc::corrupt);
  CHECK_FALSE(is_shown);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Damaged store: an account is ended although its grant cannot be read",
                 "[service]") {
  const auto made = granted({"files"});
  clock.advance(8h);
  const auto due =
      must(store->claim_due(target_name("files"), clock.now(), clock.now() + service::kLease));
  REQUIRE(due);
  NoGrants damaged(*store);
  service::Workspace workspace_of_damaged{damaged, vault, drivers, *guard, random, "root", {}};

  const auto outcome =
      must(service::AccountEnder(workspace_of_damaged).end(*due, EndReason::expired));

  CHECK_FALSE(outcome.problem);
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
  CHECK_FALSE(files().has(made.accounts[0].user_name.str()));
}

}  // namespace stagepass::tests
