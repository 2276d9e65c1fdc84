#pragma once

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"

#include <stagepass/ports/store.hpp>

#include <chrono>
#include <filesystem>
#include <memory>

namespace stagepass::store {

/// What tests choose otherwise: a wait they can afford, a schema that is yet to come.
struct SqliteOptions {
  std::chrono::milliseconds busy_timeout = Connection::kBusyTimeout;
  Migrations migrations = all_migrations();
};

[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path,
                                                               const SqliteOptions& options);

}  // namespace stagepass::store
