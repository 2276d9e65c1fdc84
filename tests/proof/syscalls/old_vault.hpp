#pragma once

#include <filesystem>

namespace stagepass::proof {

/// Makes the database what the first version would have made of it: its schema, with the same rows.
void return_to_first_schema(const std::filesystem::path& database);

}  // namespace stagepass::proof
