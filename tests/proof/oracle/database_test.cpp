#include "oracle/database.hpp"

#include <stagepass/store/sqlite_store.hpp>

#include <support/catch.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <unit/store/raw_database.hpp>

namespace stagepass::proof {
namespace {

class VaultFile {
 public:
  VaultFile() {
    tests::must(store::create_sqlite_store(
        path, {"00112233445566778899aabbccddeeff", Timestamp(std::chrono::seconds(1)), {1, 2, 3}}));
  }
  tests::TempDir folder;
  std::filesystem::path path = folder.path() / "vault.db";
};

}  // namespace

TEST_CASE_METHOD(VaultFile, "I5: a database as we wrote it is sound") {
  CHECK(check_database(path).empty());
}

TEST_CASE_METHOD(VaultFile, "I5: a broken reference is damage") {
  tests::RawDatabase(path).run(
      "PRAGMA foreign_keys = OFF;"
      "INSERT INTO target_settings (target, key, value) VALUES ('nowhere', 'host', 'x')");
  const auto violations = check_database(path);
  REQUIRE(violations.size() == 1);
  CHECK(violations.front().which == Invariant::damaged);
}

TEST_CASE_METHOD(VaultFile, "I5: a page of garbage is damage") {
  std::string bytes = tests::content_of(path);
  REQUIRE(bytes.size() > 8192);
  std::fill(bytes.begin() + 4096, bytes.begin() + 8192, '\x5a');
  tests::write_content(path, bytes);
  CHECK_FALSE(check_database(path).empty());
}

TEST_CASE_METHOD(VaultFile, "I5: a database that is not there is damage") {
  std::filesystem::remove(path);
  CHECK_FALSE(check_database(path).empty());
}

}  // namespace stagepass::proof
