#include "support/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

using system::FileDescriptor;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

FileDescriptor new_socket() {
  return FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool send_all(const FileDescriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// One segment each.
bool send_sliced(const FileDescriptor& socket, std::string_view bytes) {
  for (const char& byte : bytes) {
    if (!send_all(socket, {&byte, 1})) {
      return false;
    }
  }
  return true;
}

void send_at_once(const FileDescriptor& socket) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Closing it then sends a reset.
void reset_on_close(const FileDescriptor& socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// What can be read now; empty at the end of the connection.
std::string_view receive(const FileDescriptor& socket, std::array<char, 4096>& buffer) {
  const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool is_readable(int socket) {
  pollfd one{socket, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

}  // namespace

LoopbackServer::LoopbackServer() : listener_(new_socket()), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_.get(), SOMAXCONN) != 0 ||
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  port_ = ntohs(address.sin_port);
}

void LoopbackServer::begin() {
  thread_ = std::jthread([this] {
    while (wait_for_bytes(listener_.get())) {
      const FileDescriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client) {
        send_at_once(client);
        serve(client);
      }
    }
  });
}

void LoopbackServer::stop() {
  ::eventfd_write(stop_event_.get(), 1);
  thread_.join();
}

bool LoopbackServer::wait_for_bytes(int first, int second) const {
  constexpr int kForEver = -1;
  std::array<pollfd, 3> waits = {pollfd{stop_event_.get(), POLLIN, 0}, pollfd{first, POLLIN, 0},
                                 pollfd{second, POLLIN, 0}};
  return ::poll(waits.data(), waits.size(), kForEver) > 0 && waits[0].revents == 0;
}

void CuttingProxy::set(Plan plan) {
  const std::lock_guard lock(mutex_);
  plan_ = plan;
}

void CuttingProxy::serve(const FileDescriptor& client) {
  Plan plan;
  {
    const std::lock_guard lock(mutex_);
    plan = plan_;
  }
  passed_ = 0;
  const FileDescriptor server = new_socket();
  const sockaddr_in address = loopback(server_port_);
  if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return;
  }
  send_at_once(server);
  std::array<char, 4096> buffer{};
  while (wait_for_bytes(client.get(), server.get())) {
    if (is_readable(client.get())) {
      const std::string_view said = receive(client, buffer);
      if (said.empty() || !send_all(server, said)) {
        return;
      }
    }
    if (is_readable(server.get()) && !pass_on(server, client, plan)) {
      return;
    }
  }
}

/// False once the connection is over.
bool CuttingProxy::pass_on(const FileDescriptor& server, const FileDescriptor& client, Plan plan) {
  std::array<char, 4096> buffer{};
  std::string_view said = receive(server, buffer);
  if (said.empty()) {
    return false;
  }
  const bool cuts =
      plan.harm == Harm::reset || plan.harm == Harm::close || plan.harm == Harm::stall;
  const bool cuts_here = cuts && passed_ + said.size() >= plan.after;
  if (cuts_here) {
    said = said.substr(0, plan.after - passed_);
  }
  passed_ += said.size();
  if (!(plan.harm == Harm::slice ? send_sliced(client, said) : send_all(client, said))) {
    return false;
  }
  if (!cuts_here) {
    return true;
  }
  if (plan.harm == Harm::reset) {
    reset_on_close(client);
  }
  while (plan.harm == Harm::stall && wait_for_bytes(client.get()) &&
         !receive(client, buffer).empty()) {
  }
  return false;
}

void TalkingServer::serve(const FileDescriptor& client) {
  bool goes_on = send_all(client, text_);
  while (goes_on && then_ == Then::repeat) {
    goes_on = send_all(client, text_);
  }
  std::array<char, 4096> buffer{};
  while (goes_on && then_ == Then::listen && wait_for_bytes(client.get())) {
    goes_on = !receive(client, buffer).empty();
  }
}

}  // namespace stagepass::tests
