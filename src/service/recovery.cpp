#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/recovery.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;
constexpr const char* kWithheldFrom = "nobody known (an older copy of the records was restored)";

/// Accounts of a grant whose credential the copy takes for not shown. From a record that somebody else has
/// changed nothing is shown anyway.
std::vector<Account> not_shown(const Workspace& workspace, const GrantWithAccounts& grant) {
  std::vector<Account> accounts;
  for (const Account& account : grant.accounts) {
    if (account.state != AccountState::gone && account.secret && !account.retrieval.retrieved_at &&
        is_authentic(workspace, account)) {
      accounts.push_back(account);
    }
  }
  return accounts;
}

/// Nothing if somebody has changed the grant meanwhile.
Result<std::optional<std::size_t>> try_to_withhold(Workspace& workspace, const GrantId& id) {
  SP_ASSIGN(const GrantWithAccounts grant, workspace.store.grant(id));
  ChangeSet changes;
  changes.accounts = not_shown(workspace, grant);
  if (changes.accounts.empty()) {
    return std::optional<std::size_t>(0);
  }
  for (Account& account : changes.accounts) {
    account.retrieval = {.claimed_at = {},
                         .claimed_by = {},
                         .retrieved_at = workspace.clock.now(),
                         .retrieved_by = kWithheldFrom};
  }
  changes.audit.push_back(audit_entry(workspace, "retrieve.withheld", id.str(), ""));
  const auto committed = commit(workspace, changes);
  if (!committed && committed.error().code == Errc::conflict) {
    return std::optional<std::size_t>();
  }
  SP_TRY(committed);
  return std::optional(changes.accounts.size());
}

Result<std::size_t> withhold(Workspace& workspace, const GrantId& id) {
  for (int attempt = 0; attempt < kCommitAttempts; ++attempt) {
    SP_ASSIGN(const auto withheld, try_to_withhold(workspace, id));
    if (withheld) {
      return *withheld;
    }
  }
  return fail(Errc::conflict, fmt::format("grant {} was changed by somebody else", id.str()),
              "try again");
}

}  // namespace

Result<std::size_t> accept_older_records(Workspace& workspace, const std::string& reason) {
  std::size_t withheld = 0;
  SP_TRY(for_each_page(workspace, {}, [&](const auto& page) -> Result<void> {
    for (const GrantWithAccounts& grant : page) {
      SP_ASSIGN(const std::size_t here, withhold(workspace, grant.grant.id));
      withheld += here;
    }
    return {};
  }));
  ChangeSet changes;
  changes.audit.push_back(audit_entry(workspace, "vault.recover", "vault", reason));
  SP_TRY(workspace.store.commit(changes));
  SP_TRY(keep_checkpoint_anew(workspace));
  return withheld;
}

}  // namespace stagepass::service
