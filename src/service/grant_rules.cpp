#include "service/grant_rules.hpp"

#include "service/case_records.hpp"
#include "service/ending.hpp"
#include "service/live_rules.hpp"
#include "service/record_macs.hpp"
#include "service/target_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace stagepass::service {
namespace {

Result<void> check_request(const GrantRequest& request) {
  if (request.targets.empty()) {
    return fail(Errc::invalid_argument, "a grant needs at least one target",
                "see `stagepass target list`");
  }
  if (request.password == GrantRequest::Password::no && !request.public_key) {
    return fail(Errc::invalid_argument, "without a password the grant needs a public key",
                "give the specialist's key with --ssh-key FILE");
  }
  std::set<TargetName> seen;
  for (const TargetName& target : request.targets) {
    if (!seen.insert(target).second) {
      return fail(Errc::invalid_argument, fmt::format("target {} is named twice", target.str()));
    }
  }
  return {};
}

std::vector<Environment> environments_of(const std::vector<Target>& targets) {
  std::vector<Environment> environments;
  environments.reserve(targets.size());
  for (const Target& target : targets) {
    environments.push_back(target.environment);
  }
  return environments;
}

/// A target's settings with the standards of its driver.
std::map<std::string, std::string> effective_settings(Workspace& workspace, const Target& target) {
  auto settings = target.settings;
  for (const DriverInfo& driver : workspace.drivers.kinds()) {
    for (const SettingInfo& each : driver.settings) {
      if (driver.kind == target.driver && !each.standard.empty()) {
        settings.emplace(each.key, each.standard);
      }
    }
  }
  settings.emplace(kPasswordPolicySetting, kStandardPasswordPolicy);
  return settings;
}

/// As it was asked for, or as the policy says where that is before the end.
std::optional<Timestamp> retrieve_by_of(const Policy& policy, const GrantRequest& request,
                                        Timestamp now, Timestamp expires_at) {
  if (request.retrieve_by) {
    return resolve(*request.retrieve_by, now);
  }
  return policy.retrieve_within && now + *policy.retrieve_within < expires_at
             ? std::optional(now + *policy.retrieve_within)
             : std::nullopt;
}

/// Judges one grant or extension.
class Judge final {
 public:
  Judge(Workspace& workspace, const Policy& policy, Decisions& decisions)
      : workspace_(&workspace), policy_(&policy), decisions_(&decisions) {}

  Result<void> judge_target(const Target& target, GrantRequest::Password password) {
    judge_settings(*decisions_, *policy_, target, effective_settings(*workspace_, target));
    if (password == GrantRequest::Password::yes) {
      SP_ASSIGN(const auto kind, password_policy_of(target));
      judge_password(*decisions_, *policy_, target.name, {kind.name, entropy_bits(kind.policy)});
    }
    return {};
  }

  /// Returns its record, if there is one.
  Result<std::optional<Case>> judge_case(const CaseRef& ref, const Life& life) {
    SP_ASSIGN(auto record, find_case(*workspace_, ref));
    if (!record) {
      return record;
    }
    if (const auto allowed = check_case(*record, life.begins_at, life.ends_at); !allowed) {
      decisions_->push_back(refused_by("case", allowed.error()));
    } else if (record->timebox_at) {
      decisions_->push_back({"case", "built in",
                             fmt::format("the end is within the time-box of case {}", ref.str())});
    }
    return record;
  }

  /// What is asked of a grant only.
  Result<void> judge_beginning(const GrantRequest& request, const Life& life) {
    SP_ASSIGN(const auto record, judge_case(request.case_ref, life));
    judge_basics(*decisions_, *policy_, request.case_ref, record ? &*record : nullptr);
    judge_hour(*decisions_, *policy_, life.begins_at, request.quiet_hours);
    return {};
  }

 private:
  Workspace* workspace_;
  const Policy* policy_;
  Decisions* decisions_;
};

GrantRequest::Password password_on(const TargetName& target, const GrantWithAccounts& found) {
  const bool has_password = std::any_of(
      found.accounts.begin(), found.accounts.end(),
      [&](const Account& account) { return account.target == target && account.secret; });
  return has_password ? GrantRequest::Password::yes : GrantRequest::Password::no;
}

/// The targets that there are; of the others it is said.
Result<std::vector<Target>> find_targets(Decisions& missing, Workspace& workspace,
                                         const std::vector<TargetName>& names) {
  std::vector<Target> targets;
  targets.reserve(names.size());
  for (const TargetName& name : names) {
    auto found = workspace.store.target(name);
    if (!found && found.error().code == Errc::not_found) {
      missing.push_back(refused_by("target", found.error()));
      continue;
    }
    SP_ASSIGN(Target target, std::move(found));
    SP_TRY(require_authentic(workspace, target));
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace

Result<GrantDecision> judge_grant(Workspace& workspace, const GrantRequest& request) {
  SP_TRY(check_request(request));
  SP_ASSIGN(const Policy policy, workspace.policy);
  Decisions missing;
  SP_ASSIGN(const auto targets, find_targets(missing, workspace, request.targets));
  const auto environments = environments_of(targets);
  const Timestamp now = workspace.clock.now();
  const Limits limits = strictest_of(policy, environments).limits;
  GrantDecision decision{{}, resolve(request.end.value_or(limits.standard), now)};
  Judge judge(workspace, policy, decision.rules);
  if (request.purpose == GrantRequest::Purpose::work) {
    judge_end(decision.rules, policy, environments, {now, decision.expires_at});
    SP_TRY(judge.judge_beginning(request, {now, decision.expires_at}));
    decision.clocks = {retrieve_by_of(policy, request, now, decision.expires_at),
                       request.work_time};
    if (const auto sensible = check_clocks(limits, now, decision.expires_at, decision.clocks);
        !sensible) {
      decision.rules.push_back(refused_by("clocks", sensible.error()));
    }
    if (policy.quiet_hours && is_quiet(*policy.quiet_hours, now)) {
      decision.remarks.emplace_back("in quiet hours");
    }
  }
  decision.rules.insert(decision.rules.end(), missing.begin(), missing.end());
  for (const Target& target : targets) {
    SP_TRY(judge.judge_target(target, request.password));
  }
  SP_ASSIGN(decision.live,
            judge_live(decision.rules, workspace, policy,
                       {request.live, request.case_ref, targets, now, decision.expires_at}));
  return decision;
}

Result<GrantDecision> judge_extension(Workspace& workspace, const ExtensionRequest& request) {
  SP_ASSIGN(const Policy policy, workspace.policy);
  const Grant& grant = request.found.grant;
  std::vector<TargetName> names;
  names.reserve(request.found.accounts.size());
  for (const Account& account : request.found.accounts) {
    names.push_back(account.target);
  }
  GrantDecision decision{{}, request.new_end};
  Judge judge(workspace, policy, decision.rules);
  SP_ASSIGN(const auto targets, find_targets(decision.rules, workspace, names));
  const auto environments = environments_of(targets);
  judge_end(decision.rules, policy, environments, {request.now, request.new_end});
  judge_whole_life(decision.rules, policy, environments, {grant.created_at, request.new_end});
  SP_TRY(judge.judge_case(grant.case_ref, {request.now, request.new_end}));
  for (const Target& target : targets) {
    SP_TRY(judge.judge_target(target, password_on(target.name, request.found)));
  }
  const LiveAccess live{request.approval, std::nullopt};
  SP_ASSIGN(decision.live, judge_live(decision.rules, workspace, policy,
                                      {live, grant.case_ref, targets, request.now, request.new_end,
                                       LiveCase::Step::extend}));
  return decision;
}

void tell_of_policy(Workspace& workspace, const Target& target, Progress& progress) {
  Decisions decisions;
  auto judged = [&]() -> Result<void> {
    SP_ASSIGN(const Policy policy, workspace.policy);
    return Judge(workspace, policy, decisions).judge_target(target, GrantRequest::Password::yes);
  }();
  if (judged) {
    judged = require_all(decisions);
  }
  if (!judged) {
    progress.warn(fmt::format("no access to {} will be granted like this: {}", target.name.str(),
                              judged.error().message));
  }
}

Result<GrantDecision> GrantService::decide(const GrantRequest& request) {
  return judge_grant(*workspace_, request);
}

}  // namespace stagepass::service
