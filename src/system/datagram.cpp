#include "system/datagram.hpp"

#include <stagepass/system/files.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <sys/socket.h>
#include <sys/un.h>

namespace stagepass::system {

Result<void> send_datagram(const std::string& name, std::string_view text, WhenFull when_full) {
  sockaddr_un address{};
  if (name.empty() || name.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid_argument, "no socket can have this name");
  }
  address.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), std::begin(address.sun_path));
  if (name.front() == '@') {
    address.sun_path[0] = '\0';
  }
  const int flags = when_full == WhenFull::fail ? SOCK_NONBLOCK : 0;
  const FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | flags, 0));
  if (!fd || ::sendto(fd.get(), text.data(), text.size(), MSG_NOSIGNAL,
                      reinterpret_cast<const sockaddr*>(&address),
                      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) < 0) {
    return fail(Errc::unavailable, describe_errno(errno));
  }
  return {};
}

}  // namespace stagepass::system
