// A target that is reached in another way. Whatever is open there must stay in reach, or it could not be
// ended; and on another host it would seem to be gone.
#include "service/grant_rules.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/target_rules.hpp"

#include <stagepass/core/production_sign.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace stagepass::service {
namespace {

Result<Target> changed(const Workspace& workspace, Target target, const TargetChange& change) {
  for (const auto& [setting, value] : change.settings) {
    if (value.empty()) {
      target.settings.erase(setting);
    } else {
      target.settings[setting] = value;
    }
  }
  for (const auto& [setting, secret] : change.secrets) {
    SP_ASSIGN(target.sealed_settings[setting],
              workspace.vault.seal_setting(secret, target.name, setting));
  }
  target.environment = change.environment.value_or(target.environment);
  target.rehearsed_at.reset();
  SP_TRY(check_common_settings(target));
  return target;
}

/// Asked again only for what nobody was asked about when it was added.
Result<void> require_environment_of_new(const Target& before, const Target& after,
                                        const TargetChange& change) {
  const bool is_news = production_sign(before.name.str(), before.settings) !=
                       production_sign(after.name.str(), after.settings);
  return is_news ? require_environment(after.name, after.settings, change.environment)
                 : Result<void>();
}

class OpenAccounts final {
 public:
  OpenAccounts(Workspace& workspace, const TargetName& target)
      : workspace_(&workspace), target_(&target) {}

  /// Errors: `conflict` if one is not there, or may be made at this moment.
  Result<void> require_found_by(TargetDriver& driver, Progress& progress) {
    progress.step("looking for the accounts that are open there");
    return for_each_page(*workspace_, {.target = *target_}, [&](const auto& page) -> Result<void> {
      for (const GrantWithAccounts& each : page) {
        SP_TRY(look_for(each.accounts, driver));
      }
      return {};
    });
  }

 private:
  Result<void> look_for(const std::vector<Account>& accounts, TargetDriver& driver) {
    for (const Account& account : accounts) {
      if (account.target == *target_ && account.state != AccountState::gone) {
        SP_TRY(look_for(account, driver));
      }
    }
    return {};
  }

  Result<void> look_for(const Account& account, TargetDriver& driver) const {
    if (account.state == AccountState::planned) {
      return fail(
          Errc::conflict,
          fmt::format("{} is just being made on {}", account.user_name.str(), target_->str()),
          "try again in a minute");
    }
    SP_ASSIGN(const Presence presence, driver.probe(ref_of(account), kStepTimeout));
    if (presence == Presence::ours) {
      return {};
    }
    return fail(Errc::conflict,
                fmt::format("{}, which is open on {}, is not there with these settings",
                            account.user_name.str(), target_->str()),
                fmt::format("if this is another system, add it under another name; if somebody "
                            "deleted the account: stagepass target audit {}",
                            target_->str()));
  }

  Workspace* workspace_;
  const TargetName* target_;
};

std::string names_of(const TargetChange& change) {
  std::vector<std::string> names;
  for (const auto& [setting, value] : change.settings) {
    names.push_back(setting);
  }
  for (const auto& [setting, secret] : change.secrets) {
    names.push_back(setting);
  }
  if (change.environment) {
    names.emplace_back(to_string(*change.environment));
  }
  return join(names, ", ");
}

}  // namespace

Result<TargetReport> TargetService::change(const TargetChange& change, Progress& progress) {
  SP_ASSIGN(const Target before, workspace_->store.target(change.name));
  SP_TRY(require_authentic(*workspace_, before));
  SP_ASSIGN(Target after, changed(*workspace_, before, change));
  SP_ASSIGN(SecretSettings secrets, secrets_of(*workspace_, after));
  SP_ASSIGN(const auto driver, workspace_->drivers.make(after, std::move(secrets)));
  SP_TRY(require_environment_of_new(before, after, change));

  TargetReport report{std::move(after), {}, {}};
  progress.step("checking the target");
  SP_ASSIGN(report.findings, driver->check(kStepTimeout));
  if (!report.ready()) {
    return report;
  }
  // Another secret opens the same place.
  if (report.target.settings != before.settings) {
    SP_TRY(OpenAccounts(*workspace_, before.name).require_found_by(*driver, progress));
  }
  tell_of_policy(*workspace_, report.target, progress);
  ChangeSet changes;
  changes.targets.push_back(report.target);
  changes.audit.push_back(
      audit_entry(*workspace_, "target.set", before.name.str(), names_of(change)));
  SP_TRY(commit(*workspace_, changes));
  return report;
}

}  // namespace stagepass::service
