#include "child_process.hpp"
#include "raw_database.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store_backends.hpp"

#include <csignal>
#include <set>
#include <support/catch.hpp>
#include <sys/resource.h>

namespace stagepass::tests {
namespace {

using store::open_sqlite_store;

constexpr int kProcesses = 4;
store::SqliteOptions impatient() {
  return {.busy_timeout = std::chrono::milliseconds(1)};
}

/// Opens the vault in several processes at once and runs `work` in each.
void in_processes(const std::filesystem::path& path, const std::function<void(Store&)>& work) {
  std::vector<ChildProcess> children;
  children.reserve(kProcesses);
  for (int child = 0; child < kProcesses; ++child) {
    children.emplace_back([&] {
      work(*must(open_sqlite_store(path)));
      return true;
    });
  }
  for (auto& child : children) {
    CHECK(child.succeeded());
  }
}

}  // namespace

TEST_CASE("SQLite: processes that write at the same time all succeed", "[store]") {
  constexpr int kCommits = 25;
  Grounded<Sqlite> backend;
  backend.store.reset();
  in_processes(backend.path, [](Store& store) {
    for (int commit = 0; commit < kCommits; ++commit) {
      must(store.commit({.audit = {audit_entry("g-1", "written")}}));
    }
  });
  const auto store = must(open_sqlite_store(backend.path));
  CHECK(must(store->audit_of("g-1")).size() == std::size_t{kProcesses} * kCommits);
}

TEST_CASE("SQLite: processes that claim at the same time never get the same account", "[store]") {
  constexpr int kAccounts = 60;
  Grounded<Sqlite> backend;
  std::vector<Account> accounts;
  for (int number = 1; number <= kAccounts; ++number) {
    accounts.push_back(sample_account(number));
  }
  add_accounts(*backend.store, accounts);
  backend.store.reset();
  in_processes(backend.path, [](Store& store) {
    const auto now = kNow + kHour;
    while (auto account = must(store.claim_due(target_name("shop"), now, now + kHour))) {
      must(store.commit({.audit = {audit_entry("claimed", account->id.str())}}));
    }
  });
  const auto store = must(open_sqlite_store(backend.path));
  std::multiset<std::string> claimed;
  for (const auto& entry : must(store->audit_of("claimed"))) {
    claimed.insert(entry.detail);
  }
  CHECK(claimed.size() == kAccounts);
  CHECK(std::set<std::string>(claimed.begin(), claimed.end()).size() == kAccounts);
}

TEST_CASE("SQLite: a vault that another process holds is unavailable and then works again",
          "[store]") {
  Grounded<Sqlite> backend;
  backend.store = must(open_sqlite_store(backend.path, impatient()));
  RawDatabase other(backend.path);

  SECTION("held by a writer") {
    other.run("BEGIN IMMEDIATE");
    CHECK(error_of(backend.store->commit({.audit = {audit_entry("g-1", "no")}})) ==
          Errc::unavailable);
    INFO("reading goes on");
    CHECK(must(backend.store->targets()).size() == 2);
  }
  SECTION("held by one that commits") {
    other.run("BEGIN EXCLUSIVE");
    CHECK(error_of(backend.store->targets()) == Errc::unavailable);
    CHECK(error_of(open_sqlite_store(backend.path, impatient())) == Errc::unavailable);
  }
  SECTION("held by a reader") {
    other.run("BEGIN; SELECT * FROM targets");
    CHECK(error_of(backend.store->commit({.audit = {audit_entry("g-1", "no")}})) ==
          Errc::unavailable);
  }
  other.run("COMMIT");
  CHECK(must(backend.store->audit_of("g-1")).empty());
  must(backend.store->commit({.audit = {audit_entry("g-1", "yes")}}));
  CHECK(must(backend.store->audit_of("g-1")).size() == 1);
}

TEST_CASE("SQLite: a full disk changes nothing and says so", "[store]") {
  Grounded<Sqlite> backend;
  backend.store.reset();
  const auto size = std::filesystem::file_size(backend.path);
  ChildProcess child([&] {
    const auto store = must(open_sqlite_store(backend.path));
    static_cast<void>(::signal(SIGXFSZ, SIG_IGN));
    const ::rlimit limit{.rlim_cur = size, .rlim_max = size};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return false;
    }
    const ChangeSet large{.audit = {audit_entry("g-1", std::string(size, 'x'))}};
    return error_of(store->commit(large)) == Errc::unavailable &&
           must(store->audit_of("g-1")).empty();
  });
  CHECK(child.succeeded());
  const auto store = must(open_sqlite_store(backend.path));
  CHECK(must(store->audit_of("g-1")).empty());
  CHECK(must(store->targets()).size() == 2);
}

}  // namespace stagepass::tests
