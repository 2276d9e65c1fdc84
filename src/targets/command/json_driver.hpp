#pragma once

#include "targets/command/command_program.hpp"

#include <stagepass/ports/target_driver.hpp>

#include <utility>
#include <vector>

namespace stagepass::targets {

/// What every driver does in the same way whose accounts are made by a program that speaks JSON,
/// however it is reached.
class JsonDriver : public TargetDriver {
 public:
  Result<std::vector<MarkedAccount>> list_marked(Timeout timeout) override;
  Result<Presence> probe(const AccountRef& account, Timeout timeout) override;
  Result<void> create(const AccountSpec& account, Timeout timeout) override;
  Result<void> set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) override;
  Result<void> disable(const AccountRef& account, Timeout timeout) override;
  Result<std::size_t> end_sessions(const AccountRef& account, Timeout timeout) override;
  Result<Erased> erase(const AccountRef& account, Timeout timeout) override;
  /// Asks twice in different words: a program that only echoes success is found out.
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override;

 protected:
  explicit JsonDriver(CommandProgram program) : program_(std::move(program)) {}

  [[nodiscard]] const CommandProgram& program() const { return program_; }
  /// Asks for an operation that every program must know.
  [[nodiscard]] Result<Reply> demand(const Request& request, Timeout timeout) const;

 private:
  CommandProgram program_;
};

}  // namespace stagepass::targets
