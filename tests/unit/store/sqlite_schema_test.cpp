#include "raw_database.hpp"
#include "store/sqlite/queries.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store_backends.hpp"

#include <algorithm>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using store::open_sqlite_store;

/// Today's schema and one step more.
std::vector<std::string_view> steps_with(std::string_view next) {
  const auto known = store::all_migrations();
  std::vector<std::string_view> steps(known.begin(), known.end());
  steps.push_back(next);
  return steps;
}

std::filesystem::path copy_of(const Sqlite& backend) {
  return fmt::format("{}.before-{}", backend.path.string(), store::all_migrations().size() + 1);
}

std::string version_of(const std::filesystem::path& path) {
  return RawDatabase(path).run("PRAGMA user_version").front();
}

}  // namespace

TEST_CASE("SQLite: an older vault is brought up to date after a copy of it", "[store]") {
  Grounded<Sqlite> backend;
  add_accounts(*backend.store, {sample_account(1)});
  backend.store.reset();
  const auto steps = steps_with("ALTER TABLE cases ADD COLUMN basics TEXT");
  const auto old_version = version_of(backend.path);

  backend.store = must(open_sqlite_store(backend.path, {.migrations = steps}));
  CHECK(stored_account(*backend.store, 1).secret.has_value());
  CHECK(version_of(backend.path) == std::to_string(steps.size()));
  RawDatabase(backend.path).run("SELECT basics FROM cases");

  const auto copy = copy_of(backend);
  CHECK(version_of(copy) == old_version);
  CHECK(std::filesystem::status(copy).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const auto kept = stored_account(*must(open_sqlite_store(copy)), 1);
  CHECK(kept.id == account_id(1));
  INFO("a copy must not keep a credential longer than its account lives");
  CHECK_FALSE(kept.secret.has_value());

  INFO("the version before it refuses the new vault, and a second opening copies nothing");
  CHECK(error_of(open_sqlite_store(backend.path)) == Errc::corrupt);
  std::filesystem::remove(copy);
  must(open_sqlite_store(backend.path, {.migrations = steps}));
  CHECK_FALSE(std::filesystem::exists(copy));
}

namespace {

/// The vault as a version with so few steps of the schema has left it.
class EarlierVault {
 public:
  EarlierVault(std::size_t steps, const std::string& rows) {
    write_content(path, "");
    {
      const auto connection = must(store::Connection::open(path));
      must(store::create_schema(*connection, store::all_migrations().first(steps)));
    }
    RawDatabase(path).run(
        "INSERT INTO vault (id, vault_id, created_at, key_parameters) VALUES (1, "
        "'00112233445566778899aabbccddeeff', 1, x'00'); " +
        rows);
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

 private:
  TempDir folder_{fast_folder()};

 public:
  std::filesystem::path path = folder_.path() / "vault.db";
};

}  // namespace

TEST_CASE("SQLite: a case of an earlier version is nothing but its day", "[store]") {
  constexpr std::size_t kBeforeCases = 5;
  const EarlierVault vault(kBeforeCases, "INSERT INTO cases VALUES ('MSP-1', 7)");

  const auto opened = must(open_sqlite_store(vault.path));

  const Case record = must(opened->find_case(case_ref("MSP-1"))).value();
  CHECK(is_bare(record));
  CHECK(record.created_at == Timestamp(Ttl(7)));
  CHECK(record.version == 1);
  CHECK(record.vouched_mac.empty());
}

TEST_CASE("SQLite: a grant of an earlier version has no clock but its agreed end", "[store]") {
  constexpr std::size_t kBeforeClocks = 7;
  const EarlierVault vault(kBeforeClocks,
                           "INSERT INTO cases (ref, created_at) VALUES ('MSP-1', 7); "
                           "INSERT INTO recipients (name, created_at) VALUES ('ana', 7); "
                           "INSERT INTO grants VALUES ('" +
                               grant_id(1).str() +
                               "', 'MSP-1', 'ana', 7, 'root', 9, NULL, NULL, '', 1)");

  const auto opened = must(open_sqlite_store(vault.path));

  const Grant grant = must(opened->grant(grant_id(1))).grant;
  CHECK(grant.expires_at == Timestamp(Ttl(9)));
  CHECK_FALSE(grant.retrieve_by);
  CHECK_FALSE(grant.work_time);
}

TEST_CASE("SQLite: a step that fails leaves the vault as it was", "[store]") {
  Grounded<Sqlite> backend;
  const auto before = version_of(backend.path);
  const auto steps = steps_with("CREATE TABLE half (id INTEGER); SELECT no_such_function();");
  CHECK_FALSE(open_sqlite_store(backend.path, {.migrations = steps}).has_value());
  CHECK(version_of(backend.path) == before);
  CHECK(RawDatabase(backend.path).run("SELECT 1 FROM sqlite_schema WHERE name = 'half'").empty());
  CHECK(must(open_sqlite_store(backend.path)) != nullptr);
}

TEST_CASE("SQLite: what the scheduler asks is answered by an index and never by a scan",
          "[store]") {
  struct Case {
    std::string sql;
    const char* index;
  };
  const Sqlite backend;
  RawDatabase raw(backend.path);
  const std::vector<Case> cases = {
      {store::select_first_due_on_target(), "accounts_due_by_target (target=? AND next_at<?)"},
      {store::select_due(), "accounts_due (next_at<?)"},
      {store::select_targets_with_due(), "INDEX accounts_due (next_at<?)"},
      {store::kSelectNextDue, "INDEX accounts_due"},
      {store::select_first_unfinished_on_target(), "INDEX accounts_planned (next_at<?)"},
      {store::kSelectOverdue, "INDEX accounts_by_end (ends_at<?)"},
      {store::kMendRetries, "INDEX accounts_put_off (next_at>?)"},
      {store::kMendLeases, "INDEX accounts_leased (leased_until>?)"},
      {store::kBringForward, "INDEX accounts_ending (target=? AND next_at>?)"},
      {store::select_open_on_target(false), "INDEX"},
      {store::kCountOpenOnTarget, "INDEX accounts_due_by_target (target=?)"},
  };
  for (const auto& test : cases) {
    INFO(test.sql);
    const auto plan = raw.run("EXPLAIN QUERY PLAN " + test.sql);
    REQUIRE_FALSE(plan.empty());
    CHECK_THAT(plan.front(), Catch::Matchers::ContainsSubstring(test.index));
    CHECK_THAT(plan.front(), Catch::Matchers::ContainsSubstring("SEARCH"));
  }
  INFO("a claim also needs no sorting: it reads one row, however many are due");
  CHECK(raw.run("EXPLAIN QUERY PLAN " + store::select_first_due_on_target()).size() == 1);
}

}  // namespace stagepass::tests
