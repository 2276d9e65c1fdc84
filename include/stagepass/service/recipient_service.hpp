#pragma once

#include <stagepass/age/recipient.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/service/workspace.hpp>

#include <string>
#include <vector>

namespace stagepass::service {

/// The specialists and the keys that hand-offs to them are sealed for.
///
/// Guarantees: each change is recorded with who made it, and vouched for: a key that somebody else has put into the
/// database is never sealed for. A new key counts as unconfirmed until a person says that its owner has read its
/// fingerprint to him.
/// Threads: one call at a time per object; several processes may work on one vault.
/// Failure: errors change nothing.
/// Secrets: none; keys are public.
class RecipientService final {
 public:
  /// `workspace` must outlive this object.
  explicit RecipientService(Workspace& workspace) : workspace_(&workspace) {}

  /// Adds keys, and the recipient with the first of them. Those he has already stay as they are. Errors:
  /// `invalid_argument` beyond `kMostKeys`; `corrupt` while his keys are not those that we have written.
  [[nodiscard]] Result<Recipient> add_keys(const RecipientName& name,
                                           const std::vector<age::Recipient>& keys);

  /// A person has compared the fingerprint of this key with its owner. Errors: `not_found`; `corrupt`.
  [[nodiscard]] Result<void> confirm(const RecipientName& name, const std::string& key_text);

  /// Takes one key away, or all: also those that somebody else has written. Errors: `not_found`; `corrupt` for one
  /// of several that are not to be believed.
  [[nodiscard]] Result<void> remove_key(const RecipientName& name, const std::string& key_text);
  [[nodiscard]] Result<void> remove_all_keys(const RecipientName& name);

  /// Errors: `not_found`; `corrupt`.
  [[nodiscard]] Result<Recipient> find(const RecipientName& name);

 private:
  [[nodiscard]] Result<void> store(Recipient recipient, const char* action,
                                   const std::string& detail);

  Workspace* workspace_;
};

}  // namespace stagepass::service
