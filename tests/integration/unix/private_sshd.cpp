#include "private_sshd.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <arpa/inet.h>
#include <array>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <support/content.hpp>
#include <support/results.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

constexpr const char* kRunFolder = "/run/sshd";  // sshd drops its rights into it
constexpr Timeout kLongestLife = std::chrono::minutes(10);
constexpr int kTries = 100;
constexpr int kPauseMilliseconds = 50;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::uint16_t free_port() {
  const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

/// A server that greets: a listening socket alone may belong to an sshd about to restart, which
/// never answers those that it left in its queue.
bool greets(std::uint16_t port) {
  const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in address = loopback(port);
  std::array<char, 4> greeting{};
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
             0 &&
         ::recv(socket.get(), greeting.data(), greeting.size(), MSG_WAITALL) == 4;
}

}  // namespace

CommandOutput run_program(const std::vector<std::string>& argv, const Secret* input) {
  system::PosixProcess process;
  Command command;
  command.argv = argv;
  command.input = input;
  return must(process.run(command));
}

CommandOutput run_shell(const std::string& line) {
  return run_program({"/bin/sh", "-c", line});
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

PrivateSshd::PrivateSshd(Includes includes)
    : folder_("/srv"),  // below /tmp sshd refuses its files: everybody may write there
      made_run_folder_(std::filesystem::create_directory(kRunFolder)),
      port_(free_port()) {
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::filesystem::create_directory(path("sshd_config.d"));
  run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("key")});
  write_text(config(), fmt::format("Port {}\n"
                                   "ListenAddress 127.0.0.1\n"
                                   "HostKey {}\n"
                                   "PidFile {}\n"
                                   "UsePAM yes\n"
                                   "PermitRootLogin no\n"
                                   "KbdInteractiveAuthentication no\n"
                                   "PrintMotd no\n"
                                   "Subsystem sftp internal-sftp\n",
                                   port_, path("key").string(), path("sshd.pid").string()));
  if (includes == Includes::folder) {
    std::ofstream(config(), std::ios::app)
        << fmt::format("Include {}/*.conf\n", path("sshd_config.d").string());
  }
}

PrivateSshd::~PrivateSshd() {
  sshd_.reset();
  if (made_run_folder_) {
    std::error_code ignored;
    std::filesystem::remove(kRunFolder, ignored);
  }
}

void PrivateSshd::start() {
  Command command;
  command.argv = {"/usr/sbin/sshd", "-D", "-f", config(), "-E", path("log")};
  command.timeout = kLongestLife;
  sshd_ = must(process_.start(command));
  wait_until_ready();
}

void PrivateSshd::stop() {
  sshd_.reset();
}

void PrivateSshd::publish_another_key() const {
  run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("other")});
  std::filesystem::rename(path("other.pub"), path("key.pub"));
}

void PrivateSshd::wait_until_reloaded() const {
  const auto listens_again = [&] {
    const std::string log = content_of(path("log"));
    const std::size_t hangup = log.find("Received SIGHUP");
    return hangup != std::string::npos && log.find("Server listening", hangup) != std::string::npos;
  };
  for (int i = 0; i < kTries && !listens_again(); ++i) {
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  if (!listens_again()) {
    throw std::runtime_error("sshd does not reload: " + content_of(path("log")));
  }
  wait_until_ready();
}

void PrivateSshd::wait_until_ready() const {
  for (int i = 0; i < kTries; ++i) {
    if (greets(port_)) {
      return;
    }
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  throw std::runtime_error("sshd does not answer: " + content_of(path("log")));
}

}  // namespace stagepass::tests
