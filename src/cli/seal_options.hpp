#pragma once

#include "cli/command.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/service/handoff_service.hpp>

#include <optional>
#include <string>

namespace stagepass::cli {

/// Which keys of a specialist count for a hand-off.
[[nodiscard]] service::HandoffRequest::Unconfirmed counting_keys(bool also_unconfirmed);

/// What a command that gives credentials does with them at once.
struct SealOptions {
  bool wanted = false;
  std::optional<std::string> file;
  bool unconfirmed = false;

  [[nodiscard]] service::HandoffRequest::Unconfirmed keys() const {
    return counting_keys(unconfirmed);
  }
};

void add_seal_options(Command& command, SealOptions& options);

/// Errors: `invalid_argument` for what has no meaning without --seal.
[[nodiscard]] Result<void> check(const SealOptions& options);

}  // namespace stagepass::cli
