#include "hidden_rows.hpp"
#include "raw_database.hpp"
#include "store_backends.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

constexpr Timestamp kAfterItsEnd = kNow + kHour + kHour;

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

TEST_CASE("SQLite: damage that is not only of the indexes is told", "[store]") {
  TwoAccounts backend;
  RawDatabase(backend.path)
      .run("PRAGMA ignore_check_constraints = ON; UPDATE accounts SET attempts = -1");
  CHECK(error_of(backend.store->mend_indexes()) == Errc::corrupt);
}

}  // namespace stagepass::tests
