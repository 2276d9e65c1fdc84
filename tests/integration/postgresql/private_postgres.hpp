#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

/// Runs a program of this host to its end.
CommandOutput run_program(const std::vector<std::string>& argv, const Secret* input = nullptr);

/// A real PostgreSQL server of our own on a free port of 127.0.0.1, with TLS and a certificate for
/// "localhost". It dies with this process, however that ends.
class PrivatePostgres final {
 public:
  PrivatePostgres();
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;
  PrivatePostgres(PrivatePostgres&&) = delete;
  PrivatePostgres& operator=(PrivatePostgres&&) = delete;
  ~PrivatePostgres();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }
  /// Everything the server has written about what it was told, also every statement.
  [[nodiscard]] std::string log() const;
  /// This line before all others of pg_hba.conf, or none.
  void set_first_access_rule(const std::string& line) const;

  static constexpr const char* kSuperuser = "postgres";
  static constexpr const char* kSuperuserPassword = "Super-Secret.0~user";

 private:
  void make_certificate() const;
  void make_cluster() const;
  void start();
  void wait_until_ready() const;

  TempDir folder_;
  std::uint16_t port_;
  system::PosixProcess process_;
  std::unique_ptr<RunningCommand> server_;
};

/// The one of this program; started when it is first asked for.
PrivatePostgres& the_server();

}  // namespace stagepass::tests
