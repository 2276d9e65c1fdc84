#include "cli/file_input.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace stagepass::cli {

Result<Secret> read_input(const std::string& path, std::string_view what, std::size_t limit) {
  // Without O_NONBLOCK a FIFO without a writer would hang us.
  const system::FileDescriptor file(path == "-"
                                        ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                                        : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    const int error = errno;
    return fail(error == ENOENT ? Errc::not_found : Errc::permission_denied,
                fmt::format("cannot read {} {}: {}", what, stagepass::quoted(path),
                            system::describe_errno(error)));
  }
  return system::read_secret(file.get(), limit);
}

std::string_view without_line_ends(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace stagepass::cli
