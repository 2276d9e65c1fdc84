#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/rotation_steps.hpp"

#include <stagepass/service/checkpoints.hpp>

#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

/// The account as it is sealed for `next`. What opens no more is carried along as it is.
Result<Account> sealed_for(vault::Vault& next, Workspace& workspace, const Account& account) {
  Account sealed = account;
  const auto secret = workspace.vault.open(*account.secret, binding_of(account));
  if (secret) {
    SP_ASSIGN(sealed.secret, next.seal(*secret, binding_of(account)));
  } else if (secret.error().code != Errc::undecryptable) {
    return fail(secret.error());
  }
  return sealed;
}

Result<ChangeSet> change_to(vault::Vault& next, Workspace& workspace) {
  SP_ASSIGN(const Epochs epochs, look_at_epochs(workspace));
  ChangeSet changes;
  // Newer than anybody can seal in: who still has the old passphrase is refused.
  changes.key_epoch = epochs.next();
  changes.key_parameters = next.key_parameters();
  SP_TRY(for_each_page(workspace, {}, [&](const auto& page) -> Result<void> {
    for (const GrantWithAccounts& each : page) {
      SP_ASSIGN(const GrantWithAccounts found, workspace.store.grant(each.grant.id));
      changes.audit.push_back(
          audit_entry(workspace, "keys.change-passphrase", found.grant.id.str(), ""));
      for (const Account& account : found.accounts) {
        if (account.secret && is_authentic(workspace, account)) {
          SP_ASSIGN(Account sealed, sealed_for(next, workspace, account));
          changes.accounts.push_back(std::move(sealed));
        }
      }
    }
    return {};
  }));
  changes.audit.push_back(audit_entry(workspace, "keys.change-passphrase", "vault", ""));
  return changes;
}

}  // namespace

Result<Rotation> change_passphrase(Workspace& workspace, vault::Vault& next) {
  SP_TRY(workspace.vault.unlock());
  SP_TRY(next.unlock());
  SP_ASSIGN(const auto lock, workspace.vault.lock_keyring());
  SP_TRY(require_whole_log(workspace));
  for (int attempt = 1;; ++attempt) {
    SP_TRY(next.reload_epochs());
    SP_ASSIGN(ChangeSet changes, change_to(next, workspace));
    const auto committed = commit(workspace, changes);
    if (committed) {
      break;
    }
    if (committed.error().code != Errc::conflict || attempt == kCommitAttempts) {
      return fail(committed.error());
    }
  }
  return finish_rotation(workspace);
}

}  // namespace stagepass::service
