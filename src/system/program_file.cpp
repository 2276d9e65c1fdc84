#include <stagepass/core/text.hpp>
#include <stagepass/system/program_file.hpp>

#include <fmt/core.h>

#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace stagepass::system {
namespace {

bool owned_safely(const struct stat& status) {
  return status.st_uid == 0 || status.st_uid == ::geteuid();
}

bool others_can_write(const struct stat& status) {
  return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/// In a folder with the sticky bit only owners can replace files.
bool others_can_replace_in(const struct stat& folder) {
  return !owned_safely(folder) || (others_can_write(folder) && (folder.st_mode & S_ISVTX) == 0);
}

}  // namespace

Result<void> check_program_file(const std::filesystem::path& program) {
  const std::string name = stagepass::quoted(program.string());
  if (!program.is_absolute()) {
    return fail(Errc::invalid_argument, fmt::format("the program {} is no absolute path", name),
                "give the whole path, e.g. program=/usr/local/lib/stagepass/shop");
  }
  struct stat status {};
  if (::stat(program.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(Errc::invalid_argument, fmt::format("there is no program {}", name),
                "it must be an executable file");
  }
  if (::access(program.c_str(), X_OK) != 0) {
    return fail(Errc::permission_denied, fmt::format("the program {} is not executable", name),
                fmt::format("chmod 755 {}", name));
  }
  if (!owned_safely(status) || others_can_write(status)) {
    return fail(Errc::permission_denied, fmt::format("others can change the program {}", name),
                fmt::format("chown root {0} && chmod 755 {0}", name));
  }
  const std::filesystem::path folder = program.parent_path();
  if (::stat(folder.c_str(), &status) != 0 || others_can_replace_in(status)) {
    return fail(Errc::permission_denied, fmt::format("others can replace the program {}", name),
                fmt::format("chmod go-w {}", stagepass::quoted(folder.string())));
  }
  return {};
}

}  // namespace stagepass::system
