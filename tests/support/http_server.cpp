#include "support/http_server.hpp"

#include <fmt/core.h>

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace stagepass::tests {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// False at the end of the connection.
bool receive(int socket, std::string& text) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
  text.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return got > 0;
}

std::size_t announced_length(std::string_view head) {
  constexpr std::string_view kName = "Content-Length: ";
  const std::size_t at = head.find(kName);
  std::size_t length = 0;
  if (at != std::string_view::npos) {
    const char* digits = head.data() + at + kName.size();
    std::from_chars(digits, head.data() + head.size(), length);
  }
  return length;
}

}  // namespace

bool HttpServer::Client::send(std::string_view bytes) const {
  return send_all(socket_, bytes);
}

bool HttpServer::Client::stays(int milliseconds) const {
  pollfd one{socket_, POLLIN, 0};
  return ::poll(&one, 1, milliseconds) == 0;
}

void HttpServer::serve(const system::FileDescriptor& client) {
  SeenRequest request;
  std::size_t head = std::string::npos;
  while (head == std::string::npos) {
    if (!wait_for_bytes(client.get()) || !receive(client.get(), request.text)) {
      return;
    }
    head = request.text.find(kEndOfHead);
  }
  const std::size_t body = head + kEndOfHead.size();
  const std::size_t whole = body + announced_length(request.text.substr(0, body));
  while (request.text.size() < whole) {
    if (!wait_for_bytes(client.get()) || !receive(client.get(), request.text)) {
      return;
    }
  }
  request.body = request.text.substr(body);
  request.line = request.text.substr(0, request.text.find("\r\n"));
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(request);
  }
  answer_(request, Client(client.get()));
}

std::vector<SeenRequest> HttpServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::string HttpServer::url() const {
  return fmt::format("http://127.0.0.1:{}", port());
}

std::string http_answer(const std::string& status, const std::string& headers,
                        const std::string& body) {
  return fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                     headers, body.size(), body);
}

std::string ask_server(std::uint16_t port, std::string_view text) {
  const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  std::string answer;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send_all(socket.get(), text)) {
    while (receive(socket.get(), answer)) {
    }
  }
  return answer;
}

}  // namespace stagepass::tests
