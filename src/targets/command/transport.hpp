#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/process.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// The way to a program that speaks the protocol of the command driver: on this host, or over SSH
/// on another one.
///
/// Secrets: sees none; the question goes through the standard input of what `call` names.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  Transport(Transport&&) = delete;
  Transport& operator=(Transport&&) = delete;
  virtual ~Transport() = default;

  struct Call {
    std::vector<std::string> argv;
    std::shared_ptr<const void> kept;  ///< what argv needs until the program has ended
  };

  /// What messages call the program: its path, or the host it runs on.
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// Who says what the program says went wrong.
  [[nodiscard]] virtual std::string_view speaker() const = 0;
  /// What to run for one question. Errors: the way may not be used.
  [[nodiscard]] virtual Result<Call> call(Timeout timeout) const = 0;
  /// What it means that a call ended with another exit status than 0.
  [[nodiscard]] virtual Failure failure(const CommandOutput& output) const = 0;
};

}  // namespace stagepass::targets
