#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// What a vault's host asks of this one. Checked as if a thief had asked: it may.
struct TargetRequest {
  std::string operation;
  std::string access;  ///< "ssh" or "sftp"; whether this host allows it is another question
  std::optional<AccountRef> account;
  std::optional<Timestamp> ends_at;
  std::optional<Secret> password;
  std::optional<SshPublicKey> public_key;

  /// Errors: `invalid_argument` for anything but a request as the command driver's protocol says,
  /// and for a user name or a mark that stagepass would not have made.
  [[nodiscard]] static Result<TargetRequest> parse(std::string_view line);
};

}  // namespace stagepass::targets
