#pragma once

#include "targets/command/reply.hpp"
#include "targets/command/transport.hpp"
#include "targets/settings.hpp"

#include <stagepass/ports/process.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// Longer answers than this are not believed: one account has little to say.
inline constexpr std::size_t kShortAnswer = 64UL * 1024;
/// A listing of tens of thousands of accounts.
inline constexpr std::size_t kLongAnswer = 8UL * 1024 * 1024;

/// One question to the program; what it points to must live until it is answered.
struct Request {
  std::string_view operation;
  const AccountRef* account = nullptr;
  std::optional<Timestamp> ends_at = {};
  const Secret* password = nullptr;
  const SshPublicKey* public_key = nullptr;
  std::size_t longest_answer = kShortAnswer;
};

/// The program behind a target, wherever it runs: puts questions to it and reads its answers.
///
/// Secrets: go into standard input only; an answer that repeats one is dropped, because answers get
/// into messages, receipts and logs.
class CommandProgram final {
 public:
  /// `process` must outlive this object.
  CommandProgram(std::shared_ptr<const Transport> transport, Settings settings,
                 SecretSettings secrets, Process& process);

  [[nodiscard]] const std::string& name() const { return transport_->name(); }
  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// Errors: `unreachable` unless the program ends in time, with status 0 and a clean answer;
  /// what the answer says went wrong; what the transport refuses or says of a failed call.
  [[nodiscard]] Result<Reply> ask(const Request& request, Timeout timeout) const;

  struct Dialogue {
    Reply first_answer;
    std::shared_ptr<const void> kept;
    std::unique_ptr<RunningCommand> program;
  };
  /// Asks a program that stays alive after its answer.
  [[nodiscard]] Result<Dialogue> ask_and_keep(const Request& request, Timeout timeout) const;

 private:
  [[nodiscard]] Secret encode(const Request& request) const;
  [[nodiscard]] bool repeats_secret(std::string_view text, const Request& request) const;
  [[nodiscard]] Failure withheld() const;
  [[nodiscard]] Result<Reply> read(std::string_view answer, const Request& request) const;

  std::shared_ptr<const Transport> transport_;
  Settings settings_;
  SecretSettings secrets_;
  Process* process_;
};

}  // namespace stagepass::targets
