#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace stagepass::tests {

/// The bytes of a file; none if it cannot be read. In one piece: files are read by the thousand in proofs and under
/// sanitizers. A file of /proc has no size that could be asked for, and reads as empty.
inline std::string content_of(const std::filesystem::path& path) {
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  std::string content(unknown ? 0 : size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

/// In place of what the file has held.
inline void write_content(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace stagepass::tests
