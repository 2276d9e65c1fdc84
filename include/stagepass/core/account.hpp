#pragma once

#include <stagepass/core/ids.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// The life of an account. Arrows go to the right, but for a reissue; `planned` may skip `active`.
enum class AccountState { planned, active, ending, gone };

[[nodiscard]] std::string_view to_string(AccountState state);
[[nodiscard]] Result<AccountState> parse_account_state(std::string_view text);

/// A sealed credential: two parts, so that destroying the small one destroys the secret.
struct SealedSecret {
  std::vector<std::uint8_t> wrapped_key;  ///< the account's own key, under the vault's key
  std::vector<std::uint8_t> ciphertext;   ///< the secret, under the account's own key
};

/// Who has been shown the credential. A claim is made before showing and confirmed after: a crash
/// in between loses nothing and hides nothing.
struct Retrieval {
  std::optional<Timestamp> claimed_at;
  std::string claimed_by;
  std::optional<Timestamp> retrieved_at;
  std::string retrieved_by;
};

/// How the old login answered at the end.
enum class LoginCheck {
  not_tried,  ///< the vault was locked, or the driver has no login to try
  refused,    ///< the target was reached and said no
};

[[nodiscard]] std::string_view to_string(LoginCheck check);
[[nodiscard]] Result<LoginCheck> parse_login_check(std::string_view text);

/// What was seen on the target while an account was ended. Goes into the receipt.
struct EndEvidence {
  std::optional<Timestamp> disabled_at;
  std::optional<Timestamp> sessions_ended_at;
  std::int64_t sessions_ended = 0;
  std::optional<Timestamp> deleted_at;
  bool was_already_absent = false;
  std::optional<Timestamp> verified_at;
  LoginCheck login = LoginCheck::not_tried;
};

/// One login on one target.
struct Account {
  AccountId id;
  GrantId grant;
  TargetName target;
  UserName user_name;
  std::string marker;  ///< what the target shows for this account; see TargetDriver
  AccountState state = AccountState::planned;
  Timestamp created_at;
  Timestamp expires_at;  ///< the agreed end; bound into the sealed secret
  Timestamp ends_at;  ///< the end that counts: `counting_end`, or the moment of a finish or revoke
  /// When the scheduler must look again; nothing once gone.
  std::optional<Timestamp> next_at;
  /// Somebody works on it until then; others keep off.
  std::optional<Timestamp> leased_until;
  std::int64_t attempts = 0;  ///< failed attempts to end it
  std::string last_error;
  std::optional<SealedSecret> secret;  ///< nothing once gone
  Retrieval retrieval;
  EndEvidence evidence;
  std::int64_t version = 1;
  std::string vouched_mac{};  ///< what the audit log says of this record; given by the store
};

/// Past its end and not yet proven gone: `now >= ends_at`, equal counts as past.
[[nodiscard]] bool is_overdue(const Account& account, Timestamp now);

// The legal transitions. Each checks where it comes from and sets all that belongs to the new
// state; `internal` if the arrow does not exist.

/// planned → active: the target confirmed the account.
[[nodiscard]] Result<void> activate(Account& account);

/// planned, active or ending → ending, due now. The end never moves to later.
[[nodiscard]] Result<void> begin_end(Account& account, Timestamp now);

/// ending → gone: proven. Destroys the sealed secret.
[[nodiscard]] Result<void> close_account(Account& account, EndEvidence evidence);

/// ending → ending: this attempt failed; look again after `delay`.
[[nodiscard]] Result<void> postpone(Account& account, Timestamp now, Ttl delay, std::string error);

/// active → active with another end; `ends_at` is the one that counts, and not later.
[[nodiscard]] Result<void> move_end(Account& account, Timestamp expires_at, Timestamp ends_at);

}  // namespace stagepass
