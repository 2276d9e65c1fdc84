#pragma once

#include "oracle/oracle.hpp"

#include <filesystem>
#include <vector>

namespace stagepass::proof {

/// I5 for a database file: SQLite's own integrity_check and foreign_key_check, through SQLite alone.
/// A hot journal is rolled back, as any reader would.
[[nodiscard]] std::vector<Violation> check_database(const std::filesystem::path& path);

}  // namespace stagepass::proof
