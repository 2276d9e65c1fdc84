#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

CommandOutput run_program(const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment = {});

[[nodiscard]] std::uint16_t free_port();

/// A real mariadbd of our own on a free port of 127.0.0.1, with a certificate for that address. Its
/// root needs no password on the socket. Ends with this process, whatever ends that.
class PrivateMariadb final {
 public:
  /// One for the whole test program.
  static PrivateMariadb& instance();

  PrivateMariadb(const PrivateMariadb&) = delete;
  PrivateMariadb& operator=(const PrivateMariadb&) = delete;
  PrivateMariadb(PrivateMariadb&&) = delete;
  PrivateMariadb& operator=(PrivateMariadb&&) = delete;
  ~PrivateMariadb() = default;

  /// Runs statements as root; fails the test if the server refuses one. Rows, tabs between columns.
  std::string root(const std::string& statements) const;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::filesystem::path socket() const { return path("socket"); }
  [[nodiscard]] std::filesystem::path ca() const { return path("ca.pem"); }
  [[nodiscard]] std::filesystem::path other_ca() const { return path("other-ca.pem"); }

 private:
  PrivateMariadb();
  void make_certificates() const;
  void start();
  void wait_until_ready() const;

  TempDir folder_;
  std::uint16_t port_;
  system::PosixProcess process_;
  std::unique_ptr<RunningCommand> server_;
};

}  // namespace stagepass::tests
