#include "cli/public_key_input.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestKeyFile = 16UL * 1024;

Result<system::FileDescriptor> open_input(const std::string& path) {
  // Without O_NONBLOCK a FIFO without a writer would hang us.
  system::FileDescriptor file(path == "-"
                                  ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                                  : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    const int error = errno;
    return fail(error == ENOENT ? Errc::not_found : Errc::permission_denied,
                fmt::format("cannot read the key file {}: {}", stagepass::quoted(path),
                            system::describe_errno(error)));
  }
  return file;
}

}  // namespace

Result<SshPublicKey> read_public_key(const std::string& path) {
  SP_ASSIGN(const auto file, open_input(path));
  // Read as a secret: people do paste the private key by mistake.
  SP_ASSIGN(const Secret content, system::read_secret(file.get(), kLongestKeyFile));
  std::string_view line = content.reveal_text();
  while (line.ends_with('\n') || line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return SshPublicKey::parse(line);
}

}  // namespace stagepass::cli
