#pragma once

#include <stagepass/core/decision.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/live_access.hpp>
#include <stagepass/service/workspace.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stagepass::service {

/// A grant's end as a person says it: for how long, or until when.
using End = std::variant<Ttl, Timestamp>;

struct GrantRequest {
  std::vector<TargetName> targets;
  CaseRef case_ref;
  RecipientName recipient;
  std::optional<End> end;  ///< nothing: as the policy says
  std::optional<SshPublicKey> public_key;
  enum class Password { yes, no };
  Password password = Password::yes;  ///< `no` needs a public key
  std::optional<End> retrieve_by{};   ///< nothing: as the policy says
  std::optional<Ttl> work_time{};     ///< how long it lasts once it was retrieved
  QuietHoursAreMeant quiet_hours = QuietHoursAreMeant::no;
  LiveAccess live{};  ///< if one of the targets is a live shop
  /// A rehearsal lasts minutes and is for no case, so the limits and the rules for cases are not for it.
  enum class Purpose { work, rehearsal };
  Purpose purpose = Purpose::work;
};

/// What each rule says to a grant, in the order in which they are looked at.
struct GrantDecision {
  Decisions rules;
  Timestamp expires_at;                ///< its end, if it were made now
  OtherClocks clocks{};                ///< as it was asked for, or as the policy says
  std::vector<std::string> remarks{};  ///< what the log should say of it: "in quiet hours"
  std::optional<LiveRecord> live{};    ///< by what it reaches live shops
};

/// One credential while it is being shown.
struct ShownCredential {
  TargetName target;
  UserName user_name;
  std::optional<Secret> password;  ///< none for an account that takes only a key
  std::vector<std::pair<std::string, std::string>> access;  ///< host, port …, in order
  std::optional<Secret> second_factor{};  ///< its key in base32, where the target asks for one
};

struct ShownGrant {
  Grant grant;
  std::vector<ShownCredential> credentials;
  /// An earlier retrieve that was cut off before it could say whether the secret was seen.
  std::optional<Retrieval> interrupted;
  Timestamp ends_at;  ///< the end that counts once it is shown now
};

struct EndReport {
  std::vector<Grant> grants;
  std::vector<AccountOutcome> accounts;
};

/// The life of a grant, except that the clock ends it (see ExpiryScheduler).
///
/// Guarantees: an account is recorded durably before the target hears of it; a grant that cannot
/// be made completely is taken back; a credential is shown to one person once; a failed extend
/// leaves the old end.
/// Threads: one call at a time per object; several processes may work on one vault.
/// Failure: errors change nothing, or say what is left and that purge goes on with it.
/// Secrets: passwords live from generation to the driver's create, and from open to show.
class GrantService final {
 public:
  /// `workspace` must outlive this object.
  explicit GrantService(Workspace& workspace) : workspace_(&workspace) {}

  /// What the rules say to such a grant; changes nothing. What its targets would say is not asked. Errors: as
  /// `grant`, for what cannot be judged.
  [[nodiscard]] Result<GrantDecision> decide(const GrantRequest& request);

  /// Makes a grant's accounts. Errors: those of the rules that refuse it, all in one, `not_found` (target), `policy`,
  /// `expired` (end in the past); `locked`, and what the target says; `invalid_argument` or `permission_denied` while
  /// the policy cannot be read.
  [[nodiscard]] Result<GrantWithAccounts> grant(const GrantRequest& request, Progress& progress);

  /// Shows every credential of a grant once. `show` gets them between a durable claim and a
  /// durable confirmation; if it fails, nothing counts as shown. Errors: `already_retrieved` (by
  /// whom and when), `expired`, `conflict` while somebody else is retrieving, `pending` while it
  /// is not yet active. `only`: the credential on this target, the others stay for later.
  /// The first retrieval stops the clock `retrieve_by` of the whole grant and starts its work time, if
  /// it was on record before that clock ran out; what was shown and came too late ends (`expired`).
  [[nodiscard]] Result<void> retrieve(const GrantId& id, const std::optional<TargetName>& only,
                                      const std::function<Result<void>(const ShownGrant&)>& show);

  /// Moves a grant's end, on the targets too. One that was not retrieved is still to be retrieved in time; for one
  /// that was, the new end takes the place of its work time. One on live shops takes another `approval`. Errors:
  /// `expired` for a grant that has ended, `policy` beyond the longest life counted from the grant's beginning.
  [[nodiscard]] Result<GrantWithAccounts> extend(
      const GrantId& id, const End& end, Progress& progress,
      const std::optional<handoff::SignedApproval>& approval = std::nullopt);

  /// Ends all matching grants now: finish or revoke. What cannot be ended yet stays due and is in
  /// the report. Errors: `not_found` if nothing matches; a grant already gone is no error and
  /// reported as it is.
  [[nodiscard]] Result<EndReport> end(const GrantFilter& which, EndReason reason,
                                      Progress& progress);

 private:
  Workspace* workspace_;
};

}  // namespace stagepass::service
