#pragma once

#include <filesystem>

namespace stagepass::proof {

/// Makes a vault what the first version would have made of it: its schema, with the same rows, and no signed
/// checkpoints of the audit log.
void return_to_first_version(const std::filesystem::path& database,
                             const std::filesystem::path& key_file);

}  // namespace stagepass::proof
