#pragma once

#include <stagepass/ports/store.hpp>

namespace stagepass::store {

// Rules of the Store contract that need no look at what is stored, and the sentences every store
// says.

/// Refuses an update of a record that the same change set adds (`conflict`), and an account that is
/// neither gone nor has a next look: nobody would ever end it (`internal`).
[[nodiscard]] Result<void> check_changes(const ChangeSet& changes);

[[nodiscard]] Error no_such_target(const TargetName& name);
[[nodiscard]] Error no_such_grant(const GrantId& id);
[[nodiscard]] Error no_such_account(const AccountId& id);
[[nodiscard]] Error no_such_recipient(const RecipientName& name);
[[nodiscard]] Error no_such_case(const CaseRef& ref);
[[nodiscard]] Error forbidden_by_case(const CaseRef& ref);
[[nodiscard]] Error outlasts_timebox(const CaseRef& ref);
[[nodiscard]] Error target_has_open_accounts(const TargetName& name, std::int64_t accounts);
[[nodiscard]] Error exists_already(std::string_view what);
[[nodiscard]] Error sealed_in_an_older_epoch(std::int64_t epoch, std::int64_t stored);
[[nodiscard]] Error secrets_are_missing();
[[nodiscard]] Error changed_in_between(std::string_view what);
[[nodiscard]] Error has_happened(std::string_view subject);

/// How many of the accounts have a secret.
[[nodiscard]] std::int64_t count_secrets(const std::vector<Account>& accounts);

// What a record is called in those sentences: "grant g-7f3k9q2m5x".
[[nodiscard]] std::string describe(const Target& target);
[[nodiscard]] std::string describe(const Grant& grant);
[[nodiscard]] std::string describe(const Account& account);
[[nodiscard]] std::string describe(const Recipient& recipient);
[[nodiscard]] std::string describe(const Case& record);

}  // namespace stagepass::store
