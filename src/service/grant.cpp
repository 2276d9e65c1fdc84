// GrantService::grant: check, record the plan, make it.
#include "service/ending.hpp"
#include "service/grant_rules.hpp"
#include "service/live_rules.hpp"
#include "service/making.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/target_rules.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/grant_service.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::service {
namespace {

template <class AnyId>
AnyId new_id(Random& random) {
  IdSeed seed{};
  random.fill(seed);
  return AnyId::from_seed(seed);
}

Result<PlannedAccount> plan_account(Workspace& workspace, const Grant& grant,
                                    const TargetName& name, GrantRequest::Password with_password) {
  SP_ASSIGN(const Target target, workspace.store.target(name));
  SP_ASSIGN(auto driver, driver_for(workspace, target));

  const auto id = new_id<AccountId>(workspace.random);
  Account account{.id = id,
                  .grant = grant.id,
                  .target = name,
                  .user_name = user_name_for(id),
                  .marker = workspace.vault.marker(id, name),
                  .created_at = grant.created_at,
                  .expires_at = grant.expires_at,
                  .ends_at = counting_end(grant, {}).at,
                  .next_at = grant.created_at + kCreateLimit,
                  .leased_until = grant.created_at + kCreateLimit};
  if (with_password == GrantRequest::Password::no) {
    return PlannedAccount{std::move(account), std::nullopt, std::move(driver)};
  }
  SP_ASSIGN(Secret password, new_password(workspace, target));
  SP_ASSIGN(account.secret, workspace.vault.seal(password, binding_of(account)));
  return PlannedAccount{std::move(account), std::move(password), std::move(driver)};
}

std::string clocks_of(const Grant& grant) {
  return (grant.retrieve_by ? ", to be retrieved by " + format_utc(*grant.retrieve_by) : "") +
         (grant.work_time ? fmt::format(", then for {}", format_duration(*grant.work_time)) : "");
}

std::string described(const Grant& grant, const GrantDecision& decision) {
  std::vector<std::string> parts = {fmt::format("case {}, to {}, until {}{}", grant.case_ref.str(),
                                                grant.recipient.str(), format_utc(grant.expires_at),
                                                clocks_of(grant))};
  parts.insert(parts.end(), decision.remarks.begin(), decision.remarks.end());
  return join(parts, ", ");
}

ChangeSet plan_of(const Workspace& workspace, const Grant& grant, const GrantDecision& decision,
                  const std::vector<PlannedAccount>& planned) {
  ChangeSet changes;
  changes.cases.push_back({grant.case_ref, grant.created_at});
  changes.recipients.push_back({grant.recipient, grant.created_at});
  changes.new_grants.push_back(grant);
  changes.audit.push_back(
      audit_entry(workspace, "grant", grant.id.str(), described(grant, decision)));
  if (decision.live) {
    record_live(workspace, grant.id, *decision.live, changes);
  }
  for (const PlannedAccount& each : planned) {
    changes.new_accounts.push_back(each.account);
    changes.audit.push_back(audit_entry(
        workspace, "account.planned", each.account.id.str(),
        fmt::format("{} on {}", each.account.user_name.str(), each.account.target.str())));
  }
  changes.key_epoch = oldest_epoch_of(changes.new_accounts);
  return changes;
}

}  // namespace

Timestamp resolve(const End& end, Timestamp now) {
  if (const Ttl* ttl = std::get_if<Ttl>(&end)) {
    return now + *ttl;
  }
  return std::get<Timestamp>(end);
}

Result<GrantWithAccounts> GrantService::grant(const GrantRequest& request, Progress& progress) {
  SP_ASSIGN(const GrantDecision decision, judge_grant(*workspace_, request));
  SP_TRY(require_all(decision.rules));
  SP_TRY(workspace_->vault.unlock());

  const Grant grant{.id = new_id<GrantId>(workspace_->random),
                    .case_ref = request.case_ref,
                    .recipient = request.recipient,
                    .created_at = workspace_->clock.now(),
                    .created_by = workspace_->actor,
                    .expires_at = decision.expires_at,
                    .ended_at = std::nullopt,
                    .end_reason = std::nullopt,
                    .ended_by = {},
                    .retrieve_by = decision.clocks.retrieve_by,
                    .work_time = decision.clocks.work_time};
  std::vector<PlannedAccount> planned;
  for (const TargetName& target : request.targets) {
    SP_ASSIGN(PlannedAccount one, plan_account(*workspace_, grant, target, request.password));
    planned.push_back(std::move(one));
  }
  SP_TRY(require_whole_log(*workspace_));
  SP_TRY(require_sound_clock(*workspace_, progress));
  // The intent, durable before any target hears of it.
  SP_TRY(record_plan(*workspace_, planned,
                     [&] { return plan_of(*workspace_, grant, decision, planned); }));

  SP_TRY(GrantMaker(*workspace_, grant, progress).make(planned, request.public_key));
  return workspace_->store.grant(grant.id);
}

}  // namespace stagepass::service
