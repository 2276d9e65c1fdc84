#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/workspace.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {

Result<SecretSettings> secrets_of(const Workspace& workspace, const Target& target) {
  SecretSettings secrets;
  for (const auto& [setting, sealed] : target.sealed_settings) {
    SP_ASSIGN(Secret secret, workspace.vault.open_setting(sealed, target.name, setting));
    secrets.emplace(setting, std::move(secret));
  }
  return secrets;
}

Result<std::unique_ptr<TargetDriver>> driver_for(Workspace& workspace, const Target& target) {
  SP_TRY(require_authentic(workspace, target));
  SP_ASSIGN(SecretSettings secrets, secrets_of(workspace, target));
  return workspace.drivers.make(target, std::move(secrets));
}

Result<void> require_sound_clock(Workspace& workspace, Progress& progress) {
  SP_ASSIGN(const ClockVerdict verdict, workspace.clock.keep(workspace.actor));
  const std::optional<std::string> step = describe(verdict);
  if (step && verdict.state == ClockVerdict::State::ahead) {
    progress.warn(*step + "; purge ends what is past its end by that");
  }
  if (verdict.state != ClockVerdict::State::behind) {
    return {};
  }
  return fail(Errc::unavailable, *step,
              "set it right; if it is right now and was wrong before, see stagepass clock");
}

AuditEntry audit_entry(const Workspace& workspace, std::string action, std::string subject,
                       const std::string& detail) {
  constexpr std::size_t kLongestDetail = 2000;
  return {workspace.clock.now(), workspace.actor, std::move(action), std::move(subject),
          escape_untrusted(detail, kLongestDetail)};
}

vault::SecretBinding binding_of(const Account& account) {
  return {account.id, account.target, account.user_name, account.expires_at};
}

AccountRef ref_of(const Account& account) {
  return {account.id, account.user_name, account.marker};
}

Result<void> check_identity(const Workspace& workspace, const AccountRef& account,
                            const TargetName& target) {
  if (account.user_name == user_name_for(account.id) &&
      account.marker == workspace.vault.marker(account.id, target)) {
    return {};
  }
  return fail(Errc::corrupt,
              fmt::format("the record of {} was changed by somebody else, so nothing was done with "
                          "{} on {}",
                          account.id.str(), account.user_name.str(), target.str()),
              "restore the vault, or look at the target yourself");
}

Result<void> for_each_page(
    Workspace& workspace, const GrantFilter& which,
    const std::function<Result<void>(const std::vector<GrantWithAccounts>&)>& visit) {
  constexpr std::size_t kPage = 100;
  std::optional<GrantId> after;
  while (true) {
    SP_ASSIGN(const auto page, workspace.store.grants(which, after, kPage));
    SP_TRY(visit(page));
    if (page.size() < kPage) {
      return {};
    }
    after = page.back().grant.id;
  }
}

bool is_of_store(const Error& error) {
  return error.code == Errc::unavailable || error.code == Errc::not_durable;
}

void mark_ended(Grant& grant, EndReason reason, Timestamp now, const std::string& by) {
  if (grant.ended_at) {
    return;
  }
  grant.ended_at = now;
  grant.end_reason = reason;
  grant.ended_by = by;
}

Result<void> catch_up(Workspace& workspace, Account& account) {
  SP_ASSIGN(const std::optional<Account> stored, workspace.store.account(account.id));
  if (stored && stored->leased_until == account.leased_until) {
    Account merged = account;
    merged.retrieval = stored->retrieval;
    merged.secret = stored->secret;
    merged.version = stored->version;
    merged.vouched_mac = stored->vouched_mac;
    if (is_authentic(workspace, merged)) {  // so the rest is what is stored, too
      account = std::move(merged);
      return {};
    }
  }
  return fail(Errc::conflict, fmt::format("{} on {} was taken over by somebody else",
                                          account.user_name.str(), account.target.str()));
}

Result<void> require_active(const std::vector<Account>& accounts) {
  for (const Account& account : accounts) {
    if (account.state != AccountState::active) {
      return fail(Errc::unavailable, fmt::format("the account on {} is {}", account.target.str(),
                                                 to_string(account.state)));
    }
  }
  return {};
}

bool is_same_life(const GrantWithAccounts& seen, const GrantWithAccounts& stored) {
  const auto is_same = [](const Account& a, const Account& b) {
    return a.id == b.id && a.state == b.state && a.leased_until == b.leased_until &&
           a.expires_at == b.expires_at;
  };
  return seen.grant.version == stored.grant.version &&
         std::equal(seen.accounts.begin(), seen.accounts.end(), stored.accounts.begin(),
                    stored.accounts.end(), is_same);
}

std::optional<std::int64_t> oldest_epoch_of(const std::vector<Account>& accounts) {
  std::optional<std::int64_t> oldest;
  for (const Account& account : accounts) {
    if (account.secret) {
      const std::int64_t epoch = vault::Vault::epoch_of(*account.secret).value_or(0);
      oldest = std::min(oldest.value_or(epoch), epoch);
    }
  }
  return oldest;
}

Result<bool> was_overtaken(Workspace& workspace, const std::optional<std::int64_t>& epoch) {
  SP_ASSIGN(const VaultRecord record, workspace.store.vault());
  if (!epoch || *epoch >= record.key_epoch) {
    return false;
  }
  if (record.key_parameters != workspace.vault.key_parameters()) {
    return fail(Errc::locked, "the passphrase of the vault was changed just now",
                "start again, with the new one");
  }
  SP_ASSIGN(const auto epochs, workspace.vault.reload_epochs());
  if (epochs.back().number < record.key_epoch) {
    return fail(Errc::unavailable,
                fmt::format("the keyring {} is older than the records",
                            stagepass::quoted(workspace.vault.keyring_name())),
                "`stagepass purge` puts that right; try again after it");
  }
  return true;
}

void advance_versions(ChangeSet& committed) {
  for (Grant& grant : committed.grants) {
    ++grant.version;
  }
  for (Account& account : committed.accounts) {
    ++account.version;
  }
}

}  // namespace stagepass::service
