#include "targets/remote/request_line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <unistd.h>

namespace stagepass::targets {
namespace {

/// Wiped when it goes, however that comes about.
struct Buffer {
  std::array<std::uint8_t, kLongestRequest> bytes{};
  std::size_t used = 0;

  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Buffer(Buffer&&) = delete;
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer() { wipe(bytes); }

  [[nodiscard]] Bytes filled() const { return Bytes(bytes).first(used); }
};

bool wait_for_input(int fd, const Deadline& deadline) {
  pollfd input{fd, POLLIN, 0};
  int ready = -1;
  do {
    ready = ::poll(&input, 1, static_cast<int>(deadline.remaining().count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Result<Secret> read_request_line(int fd, const Deadline& deadline) {
  Buffer buffer;
  while (buffer.used < buffer.bytes.size()) {
    if (!wait_for_input(fd, deadline)) {
      return fail(Errc::unreachable, "no request came in time");
    }
    const ssize_t got =
        ::read(fd, &buffer.bytes.at(buffer.used), buffer.bytes.size() - buffer.used);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return fail(Errc::invalid_argument, "the request is not complete");
    }
    buffer.used += static_cast<std::size_t>(got);
    const Bytes filled = buffer.filled();
    const auto end = std::find(filled.begin(), filled.end(), '\n');
    if (end != filled.end()) {
      return Secret::copy_of(filled.first(static_cast<std::size_t>(end - filled.begin())));
    }
  }
  return fail(Errc::invalid_argument, "the request is too long");
}

}  // namespace stagepass::targets
