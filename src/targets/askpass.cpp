#include "targets/askpass.hpp"

#include <stagepass/core/secret.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLongestLine = 1024;

bool write_line(Bytes line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, line.data(), line.size());
    if (written <= 0) {
      return false;
    }
    line = line.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

bool is_askpass_call() {
  const char* value = std::getenv(kAskpassVariable);  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr && std::string_view(value) == "1";
}

int answer_askpass() {
  std::array<std::uint8_t, kLongestLine> line{};
  std::size_t length = 0;
  bool complete = false;
  while (!complete && length < line.size() && ::read(STDIN_FILENO, &line[length], 1) == 1) {
    complete = line[length] == '\n';
    ++length;
  }
  const bool answered = complete && write_line(Bytes(line).first(length));
  wipe(line);
  return answered ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace stagepass::targets
