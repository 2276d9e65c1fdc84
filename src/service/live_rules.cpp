#include "service/live_rules.hpp"

#include "service/records.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

/// Clocks of two machines differ, and an approval is often made minutes before it is used.
constexpr Ttl kClockDifference = std::chrono::minutes(5);
constexpr const char* kApprovalRule = "live.approval_within";
constexpr const char* kBackupRule = "live.backup_within";
constexpr const char* kAction = "grant.live";

std::vector<TargetName> live_ones(const std::vector<Target>& targets) {
  std::vector<TargetName> live;
  for (const Target& target : targets) {
    if (target.environment == Environment::live) {
      live.push_back(target.name);
    }
  }
  return live;
}

/// The rules for one grant or extension on live targets.
class LiveRules final {
 public:
  LiveRules(Decisions& decisions, Workspace& workspace, const Policy& policy, const LiveCase& live)
      : decisions_(&decisions),
        workspace_(&workspace),
        policy_(&policy),
        live_(&live),
        targets_(live_ones(live.targets)) {}

  Result<std::optional<LiveRecord>> judge() {
    if (targets_.empty()) {
      refuse_needless();
      return std::optional<LiveRecord>();
    }
    const std::size_t before = decisions_->size();
    SP_TRY(judge_approval());
    if (live_->step == LiveCase::Step::grant) {
      judge_backup();
      judge_risk();
    }
    const bool is_allowed =
        std::none_of(decisions_->begin() + static_cast<std::ptrdiff_t>(before), decisions_->end(),
                     [](const Decision& each) { return each.refused.has_value(); });
    return is_allowed ? std::optional(record()) : std::nullopt;
  }

 private:
  void refuse_needless() {
    if (live_->access.any()) {
      decisions_->push_back({"live", "built in", "no target of it is live, so it takes no approval",
                             Errc::invalid_argument,
                             "leave --approval, --backup and --accept-risk out"});
    }
  }

  void add(const std::string& rule, std::string text) {
    decisions_->push_back({rule, origin_of(*policy_, rule), std::move(text)});
  }

  void refuse(const std::string& rule, std::string text, std::string hint) {
    decisions_->push_back(
        {rule, origin_of(*policy_, rule), std::move(text), Errc::policy, std::move(hint)});
  }

  /// What the approver would have to say.
  [[nodiscard]] std::string way_to_approval() const {
    std::string command =
        fmt::format("an approver runs: stagepass approve --case {}", live_->case_ref.str());
    for (const TargetName& target : targets_) {
      command += " --target " + target.str();
    }
    const Ttl life = std::max(live_->expires_at - live_->now, Ttl(1));
    return command + fmt::format(" --for {}", format_duration(life));
  }

  Result<void> judge_approval() {
    if (!live_->access.approval) {
      refuse("live.approval",
             fmt::format("access to {}, which is live, needs the approval of an integration "
                         "specialist",
                         handoff::names_of(targets_)),
             way_to_approval() +
                 ", and you give --approval FILE; or reproduce the problem on a "
                 "staging shop and grant access to that");
      return {};
    }
    judge_signer();
    judge_scope();
    judge_times();
    return judge_use();
  }

  /// Null for somebody whom the policy does not name.
  [[nodiscard]] const Approver* approver() const {
    const SshPublicKey& key = live_->access.approval->key;
    const auto found = std::find_if(policy_->approvers.begin(), policy_->approvers.end(),
                                    [&](const Approver& each) { return each.key == key; });
    return found == policy_->approvers.end() ? nullptr : &*found;
  }

  void judge_signer() {
    const std::string key = live_->access.approval->key.fingerprint();
    if (const Approver* const known = approver()) {
      add("approvers." + known->name,
          fmt::format("the approval is signed by {} ({})", known->name, key));
      return;
    }
    refuse("approvers",
           fmt::format("the approval is signed with the key {}, which is no approver's", key),
           "compare the key with its owner, then name it in the policy file: [[approvers]]");
  }

  void judge_scope() {
    const handoff::Approval& approval = live_->access.approval->approval;
    if (approval.case_ref != live_->case_ref) {
      refuse("live.approval",
             fmt::format("the approval is for case {}, not for {}", approval.case_ref.str(),
                         live_->case_ref.str()),
             way_to_approval());
    }
    std::vector<TargetName> uncovered;
    std::copy_if(targets_.begin(), targets_.end(), std::back_inserter(uncovered),
                 [&](const TargetName& target) {
                   return std::find(approval.targets.begin(), approval.targets.end(), target) ==
                          approval.targets.end();
                 });
    if (!uncovered.empty()) {
      refuse("live.approval",
             fmt::format("the approval is for {}, not for {}", handoff::names_of(approval.targets),
                         handoff::names_of(uncovered)),
             way_to_approval());
    }
    if (live_->expires_at - live_->now > approval.life) {
      refuse("live.approval",
             fmt::format("the approval is for {} at most, and access would last {}",
                         format_duration(approval.life),
                         format_duration(live_->expires_at - live_->now)),
             fmt::format("--for {}", format_duration(approval.life)));
    }
  }

  void judge_times() {
    const handoff::Approval& approval = live_->access.approval->approval;
    const Timestamp until =
        std::min(approval.valid_until, approval.made_at + policy_->approval_within);
    const std::string life = fmt::format("was made {} and counts until {}",
                                         format_utc(approval.made_at), format_utc(until));
    if (approval.made_at > live_->now + kClockDifference) {
      refuse(kApprovalRule,
             fmt::format("the approval was made {}, which is in the future",
                         format_utc(approval.made_at)),
             "set this machine's clock, or the approver's, right");
    } else if (live_->now >= until) {
      refuse(kApprovalRule, "the approval " + life, way_to_approval());
    } else {
      add(kApprovalRule, "the approval " + life);
    }
  }

  Result<void> judge_use() {
    SP_ASSIGN(const auto used, workspace_->store.audit_of(subject()));
    if (!used.empty()) {
      refuse("live.approval",
             fmt::format("the approval was used before, {}, {}", format_utc(used.front().at),
                         used.front().detail),
             way_to_approval());
    }
    return {};
  }

  void judge_backup() {
    if (!live_->access.backup) {
      refuse("live.backup", "it is not said which backup there is",
             "--backup \"where; when; checked by whom\", e.g. \"s3://backups/shop; "
             "2026-12-01T08:00:00+01:00; ben\"");
      return;
    }
    const BackupStatement& backup = *live_->access.backup;
    const std::string age = fmt::format("the backup is of {}", format_utc(backup.made_at));
    if (backup.made_at > live_->now + kClockDifference) {
      refuse(kBackupRule, age + ", which is in the future", "say when it was made");
    } else if (backup.made_at + policy_->backup_within < live_->now) {
      refuse(kBackupRule,
             fmt::format("{}, and no older than {} is allowed", age,
                         format_duration(policy_->backup_within)),
             "make a new one, and check that it can be restored");
    } else {
      add(kBackupRule, age);
    }
  }

  void judge_risk() {
    if (live_->access.risk == LiveAccess::Risk::accepted) {
      add("live.risk", "the risk is accepted");
    } else {
      refuse("live.risk", "the risk is not accepted",
             fmt::format("say --accept-risk if you accept that {}", kRiskText));
    }
  }

  [[nodiscard]] std::string subject() const {
    return "approval/" + live_->access.approval->approval.id;
  }

  [[nodiscard]] LiveRecord record() const {
    const handoff::SignedApproval& given = *live_->access.approval;
    std::string text =
        fmt::format("{} by approval {} of {} ({}), for {}, made {}", handoff::names_of(targets_),
                    given.approval.id, approver()->name, given.key.fingerprint(),
                    format_duration(given.approval.life), format_utc(given.approval.made_at));
    if (live_->step == LiveCase::Step::grant) {
      const BackupStatement& backup = *live_->access.backup;
      text += fmt::format("; backup: {}, of {}, checked by {}; risk text 1 accepted", backup.where,
                          format_utc(backup.made_at), backup.checked_by);
    }
    return {subject(), std::move(text)};
  }

  Decisions* decisions_;
  Workspace* workspace_;
  const Policy* policy_;
  const LiveCase* live_;
  std::vector<TargetName> targets_;
};

}  // namespace

Result<std::optional<LiveRecord>> judge_live(Decisions& decisions, Workspace& workspace,
                                             const Policy& policy, const LiveCase& live) {
  return LiveRules(decisions, workspace, policy, live).judge();
}

void record_live(const Workspace& workspace, const GrantId& grant, const LiveRecord& live,
                 ChangeSet& changes) {
  changes.audit.push_back(
      audit_entry(workspace, "approval.used", live.approval, "for grant " + grant.str()));
  changes.audit.push_back(audit_entry(workspace, kAction, grant.str(), live.text));
  changes.unheard.push_back(live.approval);
}

std::vector<const AuditEntry*> live_entries(const std::vector<AuditEntry>& history) {
  std::vector<const AuditEntry*> found;
  for (const AuditEntry& entry : history) {
    if (entry.action == kAction) {
      found.push_back(&entry);
    }
  }
  return found;
}

}  // namespace stagepass::service
