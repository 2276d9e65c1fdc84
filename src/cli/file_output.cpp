#include "cli/file_output.hpp"

#include <stagepass/system/files.hpp>

#include <cstdint>

namespace stagepass::cli {

Result<void> write_new_file(const std::string& path, std::string_view text) {
  SP_ASSIGN(auto file, system::PrivateFile::create(path));
  SP_TRY(file.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  return file.publish();
}

}  // namespace stagepass::cli
