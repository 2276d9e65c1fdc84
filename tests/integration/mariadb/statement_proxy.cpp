#include "statement_proxy.hpp"

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace stagepass::tests {
namespace {

using system::FileDescriptor;

constexpr std::size_t kHeader = 4;
constexpr char kQuery = 3;  // COM_QUERY

std::string receive(const FileDescriptor& socket) {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool send_text(const FileDescriptor& socket, const std::string& text) {
  return ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

bool is_readable(const FileDescriptor& socket) {
  pollfd one{socket.get(), POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

}  // namespace

void StatementProxy::set(Plan plan) {
  const std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
}

StatementProxy::Then StatementProxy::take(const std::string& said, const Plan& plan) {
  const bool is_statement =
      said.size() > kHeader && said[kHeader - 1] == 0 && said[kHeader] == kQuery;
  if (!is_statement) {
    return Then::go_on;
  }
  ++statements_;
  if (statements_ == plan.drop_statement) {
    return Then::end;
  }
  if (plan.act && said.find(plan.before) != std::string::npos) {
    plan.act();
  }
  const bool loses =
      !plan.lose_reply_to.empty() && said.find(plan.lose_reply_to) != std::string::npos;
  return loses ? Then::wait_for_reply : Then::go_on;
}

void StatementProxy::serve(const FileDescriptor& client) {
  Plan plan;
  {
    const std::lock_guard lock(mutex_);
    plan = plan_;
  }
  statements_ = 0;
  if (plan.refuse) {
    return;
  }
  const FileDescriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(server_port_);
  if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return;
  }
  while (wait_for_bytes(client.get(), server.get())) {
    if (is_readable(client)) {
      const std::string said = receive(client);
      const Then then = take(said, plan);
      if (said.empty() || then == Then::end || !send_text(server, said)) {
        return;
      }
      if (then == Then::wait_for_reply && wait_for_bytes(server.get())) {
        static_cast<void>(receive(server));
        return;
      }
    } else {
      const std::string said = receive(server);
      if (said.empty() || !send_text(client, said)) {
        return;
      }
    }
  }
}

}  // namespace stagepass::tests
