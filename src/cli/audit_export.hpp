#pragma once

#include <stagepass/core/audit.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <iosfwd>
#include <string>

namespace stagepass::cli {

// An audit log in a file, to be kept and verified elsewhere: JSON, one object on a line. First what
// it is, then the entries, last the checkpoint that the vault has signed for them.

[[nodiscard]] std::string export_head();
[[nodiscard]] std::string export_line(const AuditEntry& entry);
[[nodiscard]] std::string export_tail(const std::string& checkpoint);

/// Reads such a file and checks every hash and the signature. Returns the text that was signed.
/// Errors: `invalid_argument` for what is no export, or is not signed by `key`; `corrupt` naming the
/// first entry that is not the one that was written.
[[nodiscard]] Result<std::string> verify_export(std::istream& file, const vault::VerifierKey& key);

}  // namespace stagepass::cli
