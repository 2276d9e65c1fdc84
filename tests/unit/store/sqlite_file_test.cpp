#include "child_process.hpp"
#include "raw_database.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store_backends.hpp"

#include <functional>
#include <linux/magic.h>
#include <support/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;
using store::create_sqlite_store;
using store::open_sqlite_store;

/// An account without rights, as every Debian has it.
constexpr ::uid_t kNobody = 65534;

struct VaultFile {
  VaultFile() { must(create_sqlite_store(path, sample_vault())); }

  TempDir folder{fast_folder()};
  fs::path path = folder.path() / "vault.db";
};

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("SQLite: a new vault is one private file and nothing beside it", "[store]") {
  const VaultFile vault;
  CHECK(fs::status(vault.path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(fs::hard_link_count(vault.path) == 1);
  CHECK(files_in(vault.folder.path()) == 1);
  RawDatabase raw(vault.path);
  CHECK(raw.run("PRAGMA integrity_check") == std::vector<std::string>{"ok"});
  CHECK(raw.run("PRAGMA journal_mode") == std::vector<std::string>{"delete"});
  CHECK(raw.run("PRAGMA application_id") == std::vector<std::string>{"1937008496"});
}

TEST_CASE("SQLite: a vault is not made over another file", "[store]") {
  const VaultFile vault;
  const auto before = content_of(vault.path);
  CHECK(error_of(create_sqlite_store(vault.path, sample_vault())) == Errc::conflict);
  CHECK(content_of(vault.path) == before);
  CHECK(files_in(vault.folder.path()) == 1);
}

TEST_CASE("SQLite: a vault is made only in a private folder that exists", "[store]") {
  const TempDir folder(fast_folder());
  CHECK(error_of(create_sqlite_store(folder.path() / "no" / "vault.db", sample_vault())) ==
        Errc::not_found);
  fs::permissions(folder.path(), fs::perms::all);
  CHECK(error_of(create_sqlite_store(folder.path() / "vault.db", sample_vault())) ==
        Errc::permission_denied);
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("SQLite: a folder may be reached through a link", "[store]") {
  const VaultFile vault;
  const TempDir other(fast_folder());
  const auto link = other.path() / "link";
  fs::create_directory_symlink(vault.folder.path(), link);
  must(open_sqlite_store(link / "vault.db"));
}

TEST_CASE("SQLite: a file that is not a healthy private vault is refused and stays as it is",
          "[store]") {
  struct Case {
    const char* name;
    std::function<void(const fs::path&)> spoil;
    Errc expected;
  };
  const auto chmod_to = [](::mode_t mode) {
    return [mode](const fs::path& path) { REQUIRE(::chmod(path.c_str(), mode) == 0); };
  };
  const auto run = [](const char* sql) {
    return [sql](const fs::path& path) { RawDatabase(path).run(sql); };
  };
  const auto replace_by = [](const char* bytes) {
    return [bytes](const fs::path& path) { write_content(path, bytes); };
  };
  const std::vector<Case> cases = {
      {"missing", [](const fs::path& path) { fs::remove(path); }, Errc::not_found},
      {"empty", replace_by(""), Errc::corrupt},
      {"one byte", replace_by("x"), Errc::corrupt},
      {"garbage", [](const fs::path& path) { write_content(path, std::string(9000, 'x')); },
       Errc::corrupt},
      {"cut short", [](const fs::path& path) { fs::resize_file(path, 5000); }, Errc::corrupt},
      {"other application", run("PRAGMA application_id = 7"), Errc::corrupt},
      {"newer schema", run("PRAGMA user_version = 999"), Errc::corrupt},
      {"no schema", run("PRAGMA user_version = 0"), Errc::corrupt},
      {"readable by others", chmod_to(0604), Errc::permission_denied},
      {"readable by the group", chmod_to(0640), Errc::permission_denied},
      {"link",
       [](const fs::path& path) {
         fs::rename(path, path.string() + ".real");
         fs::create_symlink(path.string() + ".real", path);
       },
       Errc::permission_denied},
      {"second name",
       [](const fs::path& path) { fs::create_hard_link(path, path.string() + ".2"); },
       Errc::permission_denied},
      {"folder",
       [](const fs::path& path) {
         fs::remove(path);
         fs::create_directory(path);
       },
       Errc::permission_denied},
      {"pipe",
       [](const fs::path& path) {
         fs::remove(path);
         REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
       },
       Errc::permission_denied},
      {"folder that others may write",
       [](const fs::path& path) { fs::permissions(path.parent_path(), fs::perms::all); },
       Errc::permission_denied},
  };
  for (const auto& test : cases) {
    INFO(test.name);
    const VaultFile vault;
    test.spoil(vault.path);
    const auto is_file = fs::is_regular_file(vault.path);
    const auto before = is_file ? content_of(vault.path) : std::string();
    const auto files_before = files_in(vault.folder.path());
    const auto opened = open_sqlite_store(vault.path);
    CHECK(error_of(opened) == test.expected);
    CHECK_FALSE(opened.error().message.empty());
    CHECK((is_file ? content_of(vault.path) : std::string()) == before);
    CHECK(files_in(vault.folder.path()) == files_before);
  }
}

TEST_CASE("SQLite: a vault of another user is refused", "[store]") {
  if (::geteuid() != 0) {
    WARN("only root can give a file away");
    return;
  }
  const VaultFile vault;
  REQUIRE(::chown(vault.path.c_str(), kNobody, kNobody) == 0);
  CHECK(error_of(open_sqlite_store(vault.path)) == Errc::permission_denied);
}

TEST_CASE("SQLite: network file systems are known by their number", "[store]") {
  for (const unsigned long magic : {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, V9FS_MAGIC}) {
    CHECK(store::is_network_file_system(magic));
  }
  INFO("CIFS; the upper half is what sign extension makes of it");
  CHECK(store::is_network_file_system(0xFFFF'FFFF'FF53'4D42));
  for (const unsigned long magic : {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC}) {
    CHECK_FALSE(store::is_network_file_system(magic));
  }
}

TEST_CASE("SQLite: a vault in a folder that cannot be written is readable and says so on a write",
          "[store]") {
  const VaultFile vault;
  if (::geteuid() == 0) {
    REQUIRE(::chown(vault.folder.path().c_str(), kNobody, kNobody) == 0);
    REQUIRE(::chown(vault.path.c_str(), kNobody, kNobody) == 0);
  }
  fs::permissions(vault.folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  ChildProcess child([&] {
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) {
      return false;
    }
    const auto store = must(open_sqlite_store(vault.path));
    return error_of(store->commit(sample_ground())) == Errc::permission_denied &&
           must(store->targets()).empty();
  });
  CHECK(child.succeeded());
  fs::permissions(vault.folder.path(), fs::perms::owner_all);
}

TEST_CASE("SQLite: a damaged page is reported and not read over", "[store]") {
  const VaultFile vault;
  {
    const auto store = must(open_sqlite_store(vault.path));
    must(store->commit(sample_ground()));
  }
  auto bytes = content_of(vault.path);
  constexpr std::size_t kPage = 4096;
  std::fill(bytes.begin() + kPage, bytes.end(), '\x5a');
  write_content(vault.path, bytes);
  const auto store = open_sqlite_store(vault.path);
  CHECK((!store || error_of((*store)->targets()) == Errc::corrupt));
}

TEST_CASE("SQLite: a row that names a user we never make is corrupt", "[store]") {
  const VaultFile vault;
  const auto store = must(open_sqlite_store(vault.path));
  must(store->commit(sample_ground()));
  add_accounts(*store, {sample_account(1)});
  RawDatabase(vault.path).run("UPDATE accounts SET user_name = 'root'");
  CHECK(error_of(store->grant(grant_id(1))) == Errc::corrupt);
  CHECK(error_of(store->claim_due(target_name("shop"), kNow + kHour, kNow + 2 * kHour)) ==
        Errc::corrupt);
}

TEST_CASE("SQLite: destroyed secrets are nowhere in the file", "[store]") {
  constexpr int kAccounts = 400;
  const VaultFile vault;
  const auto store = must(open_sqlite_store(vault.path));
  must(store->commit(sample_ground()));
  const auto marked = [](const char* mark, int number) {
    const auto text = fmt::format("{}-{:06}-{}", mark, number, std::string(40, 'x'));
    return std::vector<std::uint8_t>(text.begin(), text.end());
  };
  // Out of order and one at a time, so that SQLite moves rows between pages.
  for (int step = 0; step < kAccounts; ++step) {
    auto account = sample_account(step * 7 % kAccounts + 1);
    account.secret = {.wrapped_key = marked("KEYMARK", step),
                      .ciphertext = marked("TEXTMARK", step)};
    add_accounts(*store, {account});
  }
  CHECK_THAT(content_of(vault.path), Catch::Matchers::ContainsSubstring("KEYMARK-000000"));

  for (int number = 1; number <= kAccounts; ++number) {
    auto grown = sample_account(number);
    grown.last_error = std::string(static_cast<std::size_t>(number % 90), 'e');
    must(store->commit({.accounts = {grown}}));
  }
  for (int step = 0; step < kAccounts; ++step) {
    auto account = as_gone(sample_account(step * 11 % kAccounts + 1));
    account.version = 2;
    must(store->commit({.accounts = {account}}));
  }
  const auto bytes = content_of(vault.path);
  CHECK(bytes.find("KEYMARK") == std::string::npos);
  CHECK(bytes.find("TEXTMARK") == std::string::npos);
}

TEST_CASE("SQLite: the sealed settings of a removed target are nowhere in the file", "[store]") {
  const VaultFile vault;
  const auto store = must(open_sqlite_store(vault.path));
  auto target = sample_target("shop");
  const std::string mark = "SETTINGMARK";
  target.sealed_settings = {{"token", {mark.begin(), mark.end()}}};
  must(store->commit({.new_targets = {target}}));
  CHECK(content_of(vault.path).find(mark) != std::string::npos);
  must(store->commit({.removed_targets = {target.name}}));
  CHECK(content_of(vault.path).find(mark) == std::string::npos);
}

TEST_CASE("SQLite: a record that breaks the rules of its table is damage, and no bug of ours",
          "[store]") {
  Grounded<Sqlite> backend;
  add_accounts(*backend.store, {sample_account(1)});
  RawDatabase(backend.path)
      .run("PRAGMA ignore_check_constraints = ON; UPDATE accounts SET attempts = -5");
  CHECK(error_of(backend.store->claim_due(target_name("shop"), kNow + 100 * kHour,
                                          kNow + 101 * kHour)) == Errc::corrupt);
}

}  // namespace stagepass::tests
