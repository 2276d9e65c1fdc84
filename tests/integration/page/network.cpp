#include "network.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <support/content.hpp>
#include <support/http_server.hpp>
#include <sys/socket.h>

namespace stagepass::tests {
namespace {

// The browser's maker and Debian's start page: asked without any page of ours, too.
constexpr std::array<std::string_view, 3> kOwnHosts = {".google.com", ".googleapis.com",
                                                       "start.duckduckgo.com"};

/// The host of "CONNECT HOST:443 HTTP/1.1" or "GET http://HOST/PATH HTTP/1.1".
std::string_view host_of(std::string_view line) {
  line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
  if (const std::size_t slashes = line.find("://"); slashes < line.find(' ')) {
    line.remove_prefix(slashes + 3);
  }
  return line.substr(0, line.find_first_of(":/ "));
}

bool is_of_browser(const std::string& line) {
  return std::any_of(kOwnHosts.begin(), kOwnHosts.end(),
                     [&](std::string_view own) { return host_of(line).ends_with(own); });
}

}  // namespace

Network::~Network() {
  stop();
}

void Network::serve(const system::FileDescriptor& client) {
  auto copy = std::make_shared<system::FileDescriptor>(::fcntl(client.get(), F_DUPFD_CLOEXEC, 0));
  threads_.emplace_back([this, copy] { answer(*copy); });
}

void Network::answer(const system::FileDescriptor& client) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    std::array<char, 4096> buffer{};
    const ssize_t got =
        wait_for_bytes(client.get()) ? ::recv(client.get(), buffer.data(), buffer.size(), 0) : 0;
    if (got <= 0) {
      return;
    }
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const std::string line = request.substr(0, request.find("\r\n"));
  if (!is_of_browser(line)) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(line);
  }
  static_cast<void>(HttpServer::Client(client.get()).send(answer_to(line)));
}

std::string Network::answer_to(const std::string& line) const {
  constexpr std::string_view kBeginning = "GET http://";
  const std::size_t slash = line.find('/', kBeginning.size());
  const std::string name = line.substr(slash + 1, line.rfind(' ') - slash - 1);
  if (!line.starts_with(kBeginning) || name.empty() || !std::filesystem::exists(folder_ / name)) {
    return http_answer("404 Not Found", "", "");
  }
  return http_answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n",
                     content_of(folder_ / name));
}

std::vector<std::string> Network::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

}  // namespace stagepass::tests
