#include "service/case_records.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/ports/manual_target.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

namespace stagepass::service {
namespace {

constexpr std::size_t kPage = 100;
constexpr const char* kVault = "vault";
constexpr const char* kVouched = "records.vouched";

/// Grants as they are read one by one, each with what the log says of it.
Result<void> for_each_grant(Workspace& workspace, GrantFilter::Include include,
                            const std::function<Result<void>(GrantWithAccounts&)>& visit) {
  GrantFilter filter;
  filter.include = include;
  return for_each_page(workspace, filter, [&](const auto& page) -> Result<void> {
    for (const GrantWithAccounts& each : page) {
      SP_ASSIGN(GrantWithAccounts grant, workspace.store.grant(each.grant.id));
      SP_TRY(visit(grant));
    }
    return {};
  });
}

/// Those of a target that are not gone, whatever grant they say they are of.
Result<void> for_each_account(Workspace& workspace, const TargetName& target,
                              const std::function<void(Account&)>& visit) {
  std::optional<AccountId> after;
  while (true) {
    SP_ASSIGN(auto page, workspace.store.accounts_on(target, after, kPage));
    for (Account& account : page) {
      after = account.id;
      visit(account);
    }
    if (page.size() < kPage) {
      return {};
    }
  }
}

Result<bool> is_vouched_for_already(Workspace& workspace) {
  SP_ASSIGN(const auto first, workspace.store.audit(0, 1));
  if (first.empty() || !first.front().records.empty()) {
    return true;
  }
  SP_ASSIGN(const auto about, workspace.store.audit_of(kVault));
  return std::any_of(about.begin(), about.end(),
                     [](const AuditEntry& entry) { return entry.action == kVouched; });
}

Result<void> vouch_for_grant(Workspace& workspace, GrantWithAccounts& grant) {
  ChangeSet changes;
  changes.audit.push_back(audit_entry(workspace, kVouched, grant.grant.id.str(), ""));
  changes.grants.push_back(std::move(grant.grant));
  changes.accounts = std::move(grant.accounts);
  return commit(workspace, changes);
}

/// Neither the name nor the mark is taken from the record.
Result<void> require_absent(Workspace& workspace, const Account& account) {
  SP_ASSIGN(const Target target, workspace.store.target(account.target));
  SP_ASSIGN(const auto driver, driver_for(workspace, target));
  const AccountRef ref{account.id, user_name_for(account.id),
                       workspace.vault.marker(account.id, account.target)};
  if (manual_target(*driver) != nullptr) {
    return fail(Errc::pending,
                fmt::format("delete {} on {} by hand, then: stagepass confirm {}",
                            ref.user_name.str(), account.target.str(), account.grant.str()));
  }
  SP_ASSIGN(const Presence presence, driver->probe(ref, kStepTimeout));
  return presence == Presence::ours
             ? fail(Errc::pending,
                    fmt::format("{} is still on {}", ref.user_name.str(), account.target.str()))
             : Result<void>();
}

Result<void> accept(Workspace& workspace, const Target& target, const char* action) {
  ChangeSet changes;
  changes.audit.push_back(audit_entry(workspace, action, target.name.str(), ""));
  changes.targets.push_back(target);
  return commit(workspace, changes);
}

}  // namespace

Result<ChangedRecords> find_changed_records(Workspace& workspace) {
  ChangedRecords changed;
  std::set<AccountId> seen;
  const auto judge = [&](Account& account) {
    if (account.state != AccountState::gone && seen.insert(account.id).second &&
        !is_authentic(workspace, account)) {
      changed.accounts.push_back(std::move(account));
    }
  };
  SP_ASSIGN(auto targets, workspace.store.targets());
  for (Target& target : targets) {
    SP_TRY(for_each_account(workspace, target.name, judge));
    if (!is_authentic(workspace, target)) {
      changed.targets.push_back(std::move(target));
    }
  }
  SP_ASSIGN(auto recipients, workspace.store.recipients());
  for (Recipient& recipient : recipients) {
    if (!is_authentic(workspace, recipient)) {
      changed.recipients.push_back(std::move(recipient));
    }
  }
  SP_TRY(for_each_grant(workspace, GrantFilter::Include::open, [&](GrantWithAccounts& found) {
    std::for_each(found.accounts.begin(), found.accounts.end(), judge);
    if (!is_authentic(workspace, found.grant)) {
      changed.grants.push_back(std::move(found.grant));
    }
    return Result<void>();
  }));
  SP_ASSIGN(changed.cases, find_changed_cases(workspace));
  return changed;
}

Result<void> accept_changed_records(Workspace& workspace, const ChangedRecords& changed) {
  for (const Target& target : changed.targets) {
    SP_TRY(accept(workspace, target, "target.accepted"));
  }
  for (const Grant& grant : changed.grants) {
    ChangeSet changes;
    changes.audit.push_back(audit_entry(workspace, "grant.accepted", grant.id.str(), ""));
    changes.grants.push_back(grant);
    SP_TRY(commit(workspace, changes));
  }
  for (const Case& record : changed.cases) {
    SP_TRY(accept_changed_case(workspace, record));
  }
  return {};
}

Result<void> withdraw_changed_account(Workspace& workspace, const Account& account,
                                      Witness witness) {
  if (witness == Witness::driver) {
    SP_TRY(require_absent(workspace, account));
  }
  ChangeSet changes;
  Account& withdrawn = changes.accounts.emplace_back(account);
  SP_TRY(begin_end(withdrawn, workspace.clock.now()));
  SP_TRY(close_account(withdrawn, EndEvidence()));
  changes.audit.push_back(audit_entry(
      workspace, "account.withdrawn", account.id.str(),
      fmt::format("its record was changed by somebody else; {} {}",
                  witness == Witness::driver ? "it is not on" : "a person says that it is not on",
                  account.target.str())));
  return commit(workspace, changes);
}

Result<void> vouch_for_earlier_records(Workspace& workspace, Progress& progress) {
  SP_ASSIGN(const bool is_done, is_vouched_for_already(workspace));
  if (is_done) {
    return {};
  }
  // Who could make the log look as an earlier version's would have everything vouched for.
  SP_TRY(verify_log(workspace, progress));
  SP_ASSIGN(const auto targets, workspace.store.targets());
  for (const Target& target : targets) {
    SP_TRY(accept(workspace, target, kVouched));
  }
  SP_TRY(for_each_grant(workspace, GrantFilter::Include::all, [&](GrantWithAccounts& grant) {
    return vouch_for_grant(workspace, grant);
  }));
  ChangeSet changes;
  changes.audit.push_back(audit_entry(workspace, kVouched, kVault, ""));
  return workspace.store.commit(changes);
}

}  // namespace stagepass::service
