#pragma once

#include "targets/deadline.hpp"

#include <stagepass/system/files.hpp>

#include <thread>

namespace stagepass::targets {

/// Shuts a socket down when a deadline has passed, unless the object is gone before: whoever is
/// blocked on the socket then comes back with an error.
///
/// Why: the client library has time-outs for one read or write only, and a server that sends a
/// byte now and then keeps within them for ever.
/// The socket must stay open as long as the object lives.
class SocketWatch final {
 public:
  SocketWatch(int socket, const Deadline& deadline);
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;
  SocketWatch(SocketWatch&&) = delete;
  SocketWatch& operator=(SocketWatch&&) = delete;
  ~SocketWatch();

 private:
  system::FileDescriptor over_;
  std::jthread thread_;
};

}  // namespace stagepass::targets
