#pragma once

#include "targets/command/reply.hpp"
#include "targets/settings.hpp"

#include <stagepass/ports/process.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// One question to the program; what it points to must live until it is answered.
struct Request {
  std::string_view operation;
  const AccountRef* account = nullptr;
  std::optional<Timestamp> ends_at = {};
  const Secret* password = nullptr;
  const SshPublicKey* public_key = nullptr;
};

/// The program behind a command target: puts questions to it and reads its answers.
///
/// Guarantees: the program file is checked before every run. Secrets: go into standard input only;
/// an answer that repeats one is dropped, because answers get into messages, receipts and logs.
class CommandProgram final {
 public:
  /// `process` must outlive this object.
  CommandProgram(std::string path, Settings settings, SecretSettings secrets, Process& process);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// Errors: `unreachable` unless the program ends in time, with status 0 and a clean answer;
  /// what the answer says went wrong; `permission_denied`, `invalid_argument` for an unsafe program.
  [[nodiscard]] Result<Reply> ask(const Request& request, Timeout timeout) const;

  struct Dialogue {
    Reply first_answer;
    std::unique_ptr<RunningCommand> program;
  };
  /// Asks a program that stays alive after its answer.
  [[nodiscard]] Result<Dialogue> ask_and_keep(const Request& request, Timeout timeout) const;

 private:
  [[nodiscard]] Result<void> check(const Request& request) const;
  [[nodiscard]] Secret encode(const Request& request) const;
  [[nodiscard]] Command command_with(const Secret& input, Timeout timeout) const;
  [[nodiscard]] Result<void> withhold_secrets(std::string_view output,
                                              const Request& request) const;

  std::string path_;
  Settings settings_;
  SecretSettings secrets_;
  Process* process_;
};

}  // namespace stagepass::targets
