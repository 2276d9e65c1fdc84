#include "store_backends.hpp"

#include <sqlite3.h>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

/// SQLite's own files, but the sync of a database fails on demand. One at a time: SQLite calls back
/// without a place for a pointer of ours.
class FailingSync final {
 public:
  FailingSync() : shim_(*shared().vfs) {
    shim_.zName = "failing-sync";
    shim_.xOpen = open;
    ::sqlite3_vfs_register(&shim_, 1);
  }
  FailingSync(const FailingSync&) = delete;
  FailingSync& operator=(const FailingSync&) = delete;
  FailingSync(FailingSync&&) = delete;
  FailingSync& operator=(FailingSync&&) = delete;
  ~FailingSync() {
    ::sqlite3_vfs_unregister(&shim_);
    ::sqlite3_vfs_register(shared().vfs, 1);
  }

  static void fail(bool failing) { shared().is_failing = failing; }

 private:
  struct Shared {
    sqlite3_vfs* vfs = ::sqlite3_vfs_find(nullptr);
    const sqlite3_io_methods* real_methods = nullptr;
    sqlite3_io_methods methods = {};
    bool is_failing = false;
  };

  static Shared& shared() {
    static Shared shared;
    return shared;
  }

  // NOLINTNEXTLINE(readability-function-size): the parameters are SQLite's
  static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    const int code = shared().vfs->xOpen(shared().vfs, name, file, flags, out_flags);
    // A journal has methods of its own, without locks.
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
      shared().real_methods = file->pMethods;
      shared().methods = *file->pMethods;
      shared().methods.xSync = sync;
      file->pMethods = &shared().methods;
    }
    return code;
  }

  static int sync(sqlite3_file* file, int flags) {
    const auto* real = shared().real_methods;
    return shared().is_failing || real == nullptr ? SQLITE_IOERR_FSYNC : real->xSync(file, flags);
  }

  sqlite3_vfs shim_;
};

}  // namespace

TEST_CASE("SQLite: after a sync that failed the store does nothing more", "[store]") {
  const FailingSync disk;
  Grounded<Sqlite> backend;
  FailingSync::fail(true);
  const auto failed = backend.store->commit({.audit = {audit_entry("g-1", "lost")}});
  CHECK(error_of(failed) == Errc::not_durable);
  CHECK_THAT(failed.error().message, Catch::Matchers::ContainsSubstring("durable"));

  INFO("not even when the disk seems well again: what it holds is unknown");
  FailingSync::fail(false);
  CHECK(error_of(backend.store->targets()) == Errc::not_durable);
  CHECK(error_of(backend.store->commit(sample_ground())) == Errc::not_durable);
  CHECK(error_of(backend.store->claim_due(target_name("shop"), kNow, kNow + kHour)) ==
        Errc::not_durable);

  INFO("who opens the vault again sees what was durable");
  backend.store = must(store::open_sqlite_store(backend.path));
  CHECK(must(backend.store->audit_of("g-1")).empty());
  CHECK(must(backend.store->targets()).size() == 2);
}

}  // namespace stagepass::tests
