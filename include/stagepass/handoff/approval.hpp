#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/random.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace stagepass::handoff {

/// What `ssh-keygen -Y` calls the namespace: a signature of anything else is no approval.
inline constexpr std::string_view kApprovalSpace = "stagepass-approval";

/// More than one grant has.
inline constexpr std::size_t kMostApprovedTargets = 50;

/// That an integration specialist agrees to access to live shops.
struct Approval {
  std::string id;  ///< 32 hexadecimal digits, random: it counts for one grant or extension
  CaseRef case_ref;
  std::vector<TargetName> targets;  ///< each once
  Ttl life;                         ///< access lasts no longer than this
  Timestamp made_at;
  Timestamp valid_until;  ///< a grant by it is made before that
  std::string note;       ///< may be empty
};

/// One whose signature was verified; whether the key is an approver's, the policy says.
struct SignedApproval {
  Approval approval;
  SshPublicKey key;
};

[[nodiscard]] std::string new_approval_id(Random& random);

/// The text that is signed:
///
///     stagepass-approval 1
///     id: 5f0c…
///     case: MSP-48213
///     targets: live, live-db
///     for: 2h
///     made: 2026-12-01T10:00:00Z
///     until: 2026-12-04T10:00:00Z
///     note: refunds fail
///
/// Errors: `invalid_argument` for no target, one that is named twice or too many, an end of validity that is not after
/// the beginning, or a note of more than one line or 200 bytes.
[[nodiscard]] Result<std::string> approval_text(const Approval& approval);

/// The text and below it the signature by the key of an OpenSSH private key file. What stands above the signature is
/// what `ssh-keygen -Y verify` wants on its stdin.
///
/// Errors: as `approval_text` and `age::sign_ssh`.
[[nodiscard]] Result<std::string> sign_approval(const Approval& approval, const Secret& key_file);

/// The same read back, from a text that may hold more around it, and with the marks that mail puts before its lines.
///
/// Guarantees: what is returned was signed, to the letter, by the owner of the key.
/// Failure: `invalid_argument` for what is no approval, of another version, with a line that is not known, missing or
/// given twice, or whose signature is not of it.
[[nodiscard]] Result<SignedApproval> read_approval(std::string_view text);

/// Eight words of it, to compare by phone.
[[nodiscard]] Result<std::string> words_of(const Approval& approval);

/// "shop, files": as an approval names its targets.
[[nodiscard]] std::string names_of(const std::vector<TargetName>& targets);

}  // namespace stagepass::handoff
