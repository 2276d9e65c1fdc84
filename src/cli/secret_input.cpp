#include "cli/secret_input.hpp"

#include "cli/arguments.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <fcntl.h>
#include <limits>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace stagepass::cli {
namespace {

Result<Secret> without_line_end(Secret secret, const std::string& origin) {
  std::string_view text = secret.reveal_text();
  if (text.ends_with('\n')) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  if (text.empty()) {
    return fail(Errc::invalid_argument, fmt::format("{} holds no secret", origin));
  }
  return text.size() == secret.size() ? std::move(secret) : Secret::copy_of(text);
}

}  // namespace

Result<Secret> read_secret_file(const std::filesystem::path& path) {
  SP_ASSIGN(Secret content, system::read_private_file(path, kLongestSecretInput));
  return without_line_end(std::move(content), stagepass::quoted(path.string()));
}

Result<Secret> read_secret_fd(std::string_view number) {
  const auto parsed =
      parse_number("a descriptor", number, 0, std::numeric_limits<std::int32_t>::max());
  const int fd = static_cast<int>(parsed.value_or(-1));
  const bool can_be_input = fd == STDIN_FILENO || fd > STDERR_FILENO;
  if (!can_be_input || ::fcntl(fd, F_GETFD) == -1) {
    // Not repeated: it may be a secret that was put in the wrong place.
    return fail(Errc::invalid_argument, "this is not the number of a descriptor open for reading",
                "write --passphrase-fd 3 3<file");
  }
  SP_ASSIGN(Secret content, system::read_secret(fd, kLongestSecretInput));
  return without_line_end(std::move(content), fmt::format("descriptor {}", fd));
}

Result<Secret> read_passphrase(Context& context) {
  if (!context.options.passphrase_file.empty()) {
    return read_secret_file(context.options.passphrase_file);
  }
  if (context.options.passphrase_fd) {
    return read_secret_fd(*context.options.passphrase_fd);
  }
  auto passphrase = context.terminal.ask_secret("passphrase of the vault");
  if (!passphrase && passphrase.error().code == Errc::unavailable) {
    return fail(Errc::locked, passphrase.error().message, passphrase.error().hint);
  }
  return passphrase;
}

}  // namespace stagepass::cli
