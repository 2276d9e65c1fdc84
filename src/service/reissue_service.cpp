#include "service/making.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/reissue_record.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/reissue.hpp>
#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/reissue_service.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::service {
namespace {

constexpr const char* kMakeAnother = "make a new grant";

Result<void> require_time_for_it(const GrantWithAccounts& found, Timestamp now) {
  const GrantId& id = found.grant.id;
  const Timestamp end = counting_end(found.grant, found.accounts).at;
  if (found.grant.ended_at || now >= end) {
    return fail(Errc::expired, fmt::format("grant {} is over", id.str()), kMakeAnother);
  }
  // An account that is just being made is nobody's to end, so it must not be its end meanwhile.
  return end > now + kCreateLimit
             ? Result<void>()
             : fail(Errc::policy,
                    fmt::format("grant {} ends at {}, too soon for new credentials", id.str(),
                                format_utc(end)),
                    fmt::format("stagepass extend {}, or make a new grant", id.str()));
}

/// Targets are only asked, so that one which cannot be reached ends nothing.
Result<void> require_ours(TargetDriver& driver, const Account& account) {
  SP_ASSIGN(const Presence presence, driver.probe(ref_of(account), kStepTimeout));
  switch (presence) {
    case Presence::ours:
      return {};
    case Presence::absent:
      break;
    case Presence::foreign:
      return fail(Errc::refused, fmt::format("{} on {} is not ours", account.user_name.str(),
                                             account.target.str()));
  }
  return fail(
      Errc::conflict,
      fmt::format("{} is not on {} any more", account.user_name.str(), account.target.str()),
      fmt::format("stagepass target audit {}", account.target.str()));
}

Result<PlannedAccount> plan_reissue(Workspace& workspace, const Account& account,
                                    const ReissueRequest& request) {
  SP_TRY(check_identity(workspace, ref_of(account), account.target));
  if (!account.secret && !request.public_key) {
    return fail(Errc::policy,
                fmt::format("{} on {} has no password, only a key", account.user_name.str(),
                            account.target.str()),
                "give the new key with --ssh-key FILE");
  }
  SP_ASSIGN(const Target target, workspace.store.target(account.target));
  SP_ASSIGN(const bool by_hand, is_kept_by_hand(workspace, target));
  if (by_hand) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is kept by hand, so nobody can see the old password stop working",
                            account.target.str()),
                kMakeAnother);
  }
  SP_ASSIGN(auto driver, driver_for(workspace, target));
  SP_TRY(require_ours(*driver, account));
  PlannedAccount planned{account, std::nullopt, std::move(driver), true};
  if (account.secret) {
    SP_ASSIGN(planned.password, new_password(workspace, target));
  }
  return planned;
}

std::string retrieval_of(const Account& account) {
  const Retrieval& retrieval = account.retrieval;
  return retrieval.retrieved_at
             ? fmt::format("the one before was retrieved at {} by {}",
                           format_utc(*retrieval.retrieved_at), retrieval.retrieved_by)
         : retrieval.claimed_at
             ? fmt::format("the one before was perhaps seen at {} by {}",
                           format_utc(*retrieval.claimed_at), retrieval.claimed_by)
             : "the one before was not retrieved";
}

/// The accounts as they are from now on, with the new passwords sealed.
Result<void> begin(Workspace& workspace, const Grant& settled,
                   std::vector<PlannedAccount>& planned) {
  const Timestamp limit = workspace.clock.now() + kCreateLimit;
  for (PlannedAccount& each : planned) {
    SP_TRY(begin_reissue(each.account, settled, limit));
    if (each.password) {
      SP_ASSIGN(each.account.secret,
                workspace.vault.seal(*each.password, binding_of(each.account)));
    }
  }
  return {};
}

ChangeSet plan_of(const Workspace& workspace, const GrantWithAccounts& before, const Grant& settled,
                  const std::vector<PlannedAccount>& planned) {
  ChangeSet changes;
  changes.grants.push_back(settled);
  changes.audit.push_back(audit_entry(workspace, "reissue", settled.id.str(),
                                      "until " + format_utc(settled.expires_at)));
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const Account& account = planned[i].account;
    changes.accounts.push_back(account);
    changes.audit.push_back(
        audit_entry(workspace, kReissued, account.id.str(), retrieval_of(before.accounts[i])));
  }
  changes.key_epoch = oldest_epoch_of(changes.accounts);
  return changes;
}

}  // namespace

Result<GrantWithAccounts> ReissueService::reissue(const ReissueRequest& request,
                                                  Progress& progress) {
  SP_ASSIGN(const GrantWithAccounts found, workspace_->store.grant(request.grant));
  SP_TRY(require_authentic(*workspace_, found));
  SP_TRY(require_time_for_it(found, workspace_->clock.now()));
  SP_TRY(require_active(found.accounts));
  SP_TRY(require_whole_log(*workspace_));
  SP_TRY(require_sound_clock(*workspace_, progress));
  SP_TRY(workspace_->vault.unlock());

  std::vector<PlannedAccount> planned;
  for (const Account& account : found.accounts) {
    progress.step(fmt::format("looking at the account on {}", account.target.str()));
    SP_ASSIGN(PlannedAccount one, plan_reissue(*workspace_, account, request));
    planned.push_back(std::move(one));
  }
  const Grant settled = with_settled_end(found.grant, found.accounts);
  SP_TRY(begin(*workspace_, settled, planned));
  SP_TRY(record_plan(*workspace_, planned,
                     [&] { return plan_of(*workspace_, found, settled, planned); }));
  for (PlannedAccount& each : planned) {
    ++each.account.version;
  }
  SP_TRY(GrantMaker(*workspace_, settled, progress).make(planned, request.public_key));
  return workspace_->store.grant(request.grant);
}

}  // namespace stagepass::service
