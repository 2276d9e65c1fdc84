#pragma once

#include <filesystem>
#include <string>

namespace stagepass::proof {

// The specialist for whom the scenarios seal: a key of its own for each proof, the same for all its cases.

/// "age1…"
[[nodiscard]] const std::string& specialist_key();

/// Writes the private key to a file that only we can read.
void write_specialist_identity(const std::filesystem::path& file);

/// What a text shows to the specialist: its content, if it is a block that was sealed for him.
[[nodiscard]] std::string as_specialist_reads(const std::string& text);

}  // namespace stagepass::proof
