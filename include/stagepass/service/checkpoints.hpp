#pragma once

#include <stagepass/core/audit.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace stagepass::service {

/// What a vault has signed about its audit log: so long it was, and so it ended.
struct Checkpoint {
  AuditHead head;
  Timestamp at;
};

/// "<signer>\n<size>\n<hash, base64>\ntime <UTC>\n": the text of a C2SP checkpoint, whose root is
/// here the hash of the last entry of a chain. Signed as receipts are.
/// Errors of reading: `invalid_argument` for what is none of this signer.
[[nodiscard]] std::string checkpoint_text(const std::string& signer, const Checkpoint& checkpoint);
[[nodiscard]] Result<Checkpoint> parse_checkpoint(const std::string& signer, std::string_view text);

/// Is the audit log of the store the one that was signed, or a continuation of it? Looks at one
/// entry for each place, whatever the length of the log.
/// Errors: `corrupt` for an older copy of the records, for a log that was cut off or rewritten and
/// for a checkpoint that this vault has not signed; `unavailable` if a place cannot be read.
[[nodiscard]] Result<void> require_whole_log(const Workspace& workspace);

/// Signs how the log ends now, and keeps that in all places. Does nothing where it is kept already.
/// Errors: as `require_whole_log`, and then nothing is signed; `unavailable` if no place has it.
[[nodiscard]] Result<void> keep_checkpoint(const Workspace& workspace);

/// The same whatever was kept before: after a person said that the older records are to be used.
[[nodiscard]] Result<void> keep_checkpoint_anew(const Workspace& workspace);

/// Reads the whole log and checks every hash, then what the places keep. Returns how it ends.
/// Errors: `corrupt` naming the first entry that is not the one that was written, or is missing.
[[nodiscard]] Result<AuditHead> verify_log(const Workspace& workspace, Progress& progress);

/// Reads the log from its end backwards until `is_enough` says so of an entry, and checks every hash on the way;
/// what was read is the log that the places keep, and none of it comes from an index. Errors: as `verify_log`.
[[nodiscard]] Result<void> walk_back(const Workspace& workspace,
                                     const std::function<bool(const AuditEntry&)>& is_enough);

/// How the log ends, signed: for who takes it elsewhere.
[[nodiscard]] Result<std::string> signed_checkpoint(const Workspace& workspace,
                                                    const AuditHead& head);

}  // namespace stagepass::service
