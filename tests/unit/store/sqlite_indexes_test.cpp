#include "hidden_rows.hpp"
#include "raw_database.hpp"
#include "store_backends.hpp"

#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

constexpr Timestamp kAfterItsEnd = kNow + kHour + kHour;

struct TwoGrants : Grounded<Sqlite> {
  TwoGrants() {
    ChangeSet second;
    second.new_grants.push_back(sample_grant(2));
    must(store->commit(second));
    std::vector<Account> accounts;
    for (const int number : {1, 2, 3, 4}) {
      accounts.push_back(sample_account(number));
      accounts.back().grant = grant_id(number <= 2 ? 1 : 2);
    }
    add_accounts(*store, accounts);
  }

  void misplace_entry(const std::string& index) {
    store.reset();
    const auto root = RawDatabase(path).run(
        fmt::format("SELECT rootpage FROM sqlite_schema WHERE name = '{}'", index));
    const std::string damaged = with_misplaced_entry(content_of(path), std::stoul(root.front()));
    std::ofstream(path, std::ios::binary) << damaged;
    store = must(store::open_sqlite_store(path));
  }
};

struct TwoAccounts : Grounded<Sqlite> {
  TwoAccounts() { add_accounts(*store, {sample_account(1), sample_account(2)}); }

  std::size_t due_accounts() { return must(store->due(kAfterItsEnd, 10)).size(); }
};

}  // namespace

TEST_CASE("SQLite: an account that the indexes were made to forget is found again", "[store]") {
  TwoAccounts backend;
  RawDatabase(backend.path).run(hide_account(account_id(1).str()));
  CHECK(must(backend.store->account(account_id(1)))->state == AccountState::active);
  CHECK(backend.due_accounts() == 1);

  CHECK(must(backend.store->mend_indexes()));
  CHECK(backend.due_accounts() == 2);
  CHECK_FALSE(must(backend.store->mend_indexes()));
}

TEST_CASE("SQLite: an index out of order puts no account under a grant of others", "[store]") {
  TwoGrants backend;
  backend.misplace_entry("accounts_by_grant");
  const GrantWithAccounts found = must(backend.store->grant(grant_id(2)));
  REQUIRE(found.accounts.size() == 2);
  CHECK(found.accounts.front().id == account_id(3));
  CHECK(found.accounts.back().id == account_id(4));
  CHECK(must(backend.store->mend_indexes()));
}

TEST_CASE("SQLite: damage that is not only of the indexes is told", "[store]") {
  TwoAccounts backend;
  RawDatabase(backend.path)
      .run("PRAGMA ignore_check_constraints = ON; UPDATE accounts SET attempts = -1");
  CHECK(error_of(backend.store->mend_indexes()) == Errc::corrupt);
}

}  // namespace stagepass::tests
