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

/// Three grants, the first two with two accounts each.
struct ThreeGrants : Grounded<Sqlite> {
  ThreeGrants() {
    ChangeSet more;
    more.new_grants = {sample_grant(2), sample_grant(3)};
    must(store->commit(more));
    std::vector<Account> accounts;
    for (const int number : {1, 2, 3, 4}) {
      accounts.push_back(sample_account(number));
      accounts.back().grant = grant_id(number <= 2 ? 1 : 2);
    }
    add_accounts(*store, accounts);
  }

  void reverse_entries(const std::string& table) {
    store.reset();
    const auto root = RawDatabase(path).run(
        fmt::format("SELECT rootpage FROM sqlite_schema WHERE name = '{}'", table));
    const std::string damaged = with_reversed_entries(content_of(path), std::stoul(root.front()));
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
  ThreeGrants backend;
  backend.reverse_entries("accounts_by_grant");
  const GrantWithAccounts found = must(backend.store->grant(grant_id(1)));
  REQUIRE(found.accounts.size() == 2);
  CHECK(found.accounts.front().grant == grant_id(1));
  CHECK(found.accounts.back().grant == grant_id(1));
  CHECK(must(backend.store->mend_indexes()));
}

TEST_CASE("SQLite: a table out of order gives no other record than the one that was asked for",
          "[store]") {
  ThreeGrants backend;
  SECTION("grants") {
    backend.reverse_entries("grants");
    CHECK(error_of(backend.store->grant(grant_id(2))) == Errc::corrupt);
  }
  SECTION("accounts") {
    backend.reverse_entries("sqlite_autoindex_accounts_1");
    CHECK(error_of(backend.store->account(account_id(2))) == Errc::corrupt);
  }
}

TEST_CASE("SQLite: damage that is not only of the indexes is told", "[store]") {
  TwoAccounts backend;
  RawDatabase(backend.path)
      .run("PRAGMA ignore_check_constraints = ON; UPDATE accounts SET attempts = -1");
  CHECK(error_of(backend.store->mend_indexes()) == Errc::corrupt);
}

}  // namespace stagepass::tests
