#include "service/records.hpp"

#include <stagepass/service/workspace.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::service {

Result<std::unique_ptr<TargetDriver>> driver_for(Workspace& workspace, const Target& target) {
  SecretSettings secrets;
  for (const auto& [setting, sealed] : target.sealed_settings) {
    SP_ASSIGN(Secret secret, workspace.vault.open_setting(sealed, target.name, setting));
    secrets.emplace(setting, std::move(secret));
  }
  return workspace.drivers.make(target, std::move(secrets));
}

AuditEntry audit_entry(const Workspace& workspace, std::string action, std::string subject,
                       std::string detail) {
  return {workspace.clock.now(), workspace.actor, std::move(action), std::move(subject),
          std::move(detail)};
}

vault::SecretBinding binding_of(const Account& account) {
  return {account.id, account.target, account.user_name, account.expires_at};
}

AccountRef ref_of(const Account& account) {
  return {account.id, account.user_name, account.marker};
}

Result<void> check_identity(const Workspace& workspace, const Account& account) {
  if (account.user_name == user_name_for(account.id) &&
      account.marker == workspace.vault.marker(account.id, account.target)) {
    return {};
  }
  return fail(Errc::corrupt,
              fmt::format("the record of {} was changed by somebody else, so nothing was done with "
                          "{} on {}",
                          account.id.str(), account.user_name.str(), account.target.str()),
              "restore the vault, or look at the target yourself");
}

void mark_ended(Grant& grant, EndReason reason, Timestamp now, const std::string& by) {
  if (grant.ended_at) {
    return;
  }
  grant.ended_at = now;
  grant.end_reason = reason;
  grant.ended_by = by;
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
