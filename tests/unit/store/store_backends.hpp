#pragma once

#include "store_samples.hpp"

#include <stagepass/store/memory_store.hpp>
#include <stagepass/store/sqlite_store.hpp>

#include <filesystem>
#include <memory>
#include <support/temp_dir.hpp>

namespace stagepass::tests {

struct Memory {
  std::unique_ptr<Store> store = store::make_memory_store(sample_vault());
};

/// In memory where there is such a disk: thousands of syncs are not what these tests are about.
inline std::filesystem::path fast_folder() {
  const std::filesystem::path in_memory = "/dev/shm";
  return std::filesystem::is_directory(in_memory) ? in_memory
                                                  : std::filesystem::temp_directory_path();
}

struct Sqlite {
  Sqlite() {
    must(store::create_sqlite_store(path, sample_vault()));
    store = must(store::open_sqlite_store(path));
  }

  TempDir folder{fast_folder()};
  std::filesystem::path path = folder.path() / "vault.db";
  std::unique_ptr<Store> store;
};

/// A store with the sample ground in it.
template <class Backend>
struct Grounded : Backend {
  Grounded() { must(this->store->commit(sample_ground())); }
};

}  // namespace stagepass::tests

/// One test of the contract, run against every store there is.
#define STORE_CONTRACT(name) \
  TEMPLATE_TEST_CASE(name, "[store]", stagepass::tests::Memory, stagepass::tests::Sqlite)
