#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <support/content.hpp>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

/// Runs a program of this host to its end.
CommandOutput run_program(const std::vector<std::string>& argv, const Secret* input = nullptr);

/// A line for the shell, for what only a shell says briefly.
CommandOutput run_shell(const std::string& line);

void write_text(const std::filesystem::path& path, const std::string& text);

/// A real sshd of our own on a free port of 127.0.0.1, with its own key and configuration.
class PrivateSshd final {
 public:
  enum class Includes { folder, nothing };

  explicit PrivateSshd(Includes includes = Includes::folder);
  PrivateSshd(const PrivateSshd&) = delete;
  PrivateSshd& operator=(const PrivateSshd&) = delete;
  PrivateSshd(PrivateSshd&&) = delete;
  PrivateSshd& operator=(PrivateSshd&&) = delete;
  ~PrivateSshd();

  void start();
  void stop();
  /// From now on it looks as if somebody else answered: the public key on the disk is not the one
  /// that the running server has.
  void publish_another_key() const;
  /// Blocks until it answers.
  void wait_until_ready() const;
  /// Until it has heard that it is to read its configuration again, and greets: until then the one of before may.
  void wait_until_reloaded() const;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] std::filesystem::path config() const { return path("sshd_config"); }

 private:
  TempDir folder_;
  bool made_run_folder_;
  std::uint16_t port_;
  system::PosixProcess process_;
  std::unique_ptr<RunningCommand> sshd_;
};

}  // namespace stagepass::tests
