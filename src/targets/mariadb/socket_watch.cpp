#include "targets/mariadb/socket_watch.hpp"

#include <new>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace stagepass::targets {

SocketWatch::SocketWatch(int socket, const Deadline& deadline) : over_(::eventfd(0, EFD_CLOEXEC)) {
  if (!over_) {
    throw std::bad_alloc();  // no descriptor is left: as serious as no memory
  }
  thread_ = std::jthread([socket, deadline, over = over_.get()] {
    pollfd wait{over, POLLIN, 0};
    while (!deadline.passed()) {
      const auto patience = static_cast<int>(deadline.remaining().count()) + 1;
      if (::poll(&wait, 1, patience) > 0) {
        return;
      }
    }
    ::shutdown(socket, SHUT_RDWR);
  });
}

SocketWatch::~SocketWatch() {
  ::eventfd_write(over_.get(), 1);
}

}  // namespace stagepass::targets
