#include "store/change_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::store {
namespace {

template <class Record, class SameKey>
Result<void> check_apart(const std::vector<Record>& added, const std::vector<Record>& updated,
                         SameKey same_key) {
  for (const auto& update : updated) {
    const auto is_update = [&](const Record& record) { return same_key(record, update); };
    if (std::any_of(added.begin(), added.end(), is_update)) {
      return fail(changed_in_between(describe(update)));
    }
  }
  return {};
}

Result<void> check_next_look(const std::vector<Account>& accounts) {
  for (const auto& account : accounts) {
    if (account.state != AccountState::gone && !account.next_at) {
      return fail(Errc::internal,
                  fmt::format("{} is not gone and has no time for a next look", describe(account)));
    }
  }
  return {};
}

}  // namespace

Result<void> check_changes(const ChangeSet& changes) {
  SP_TRY(check_apart(changes.new_targets, changes.targets,
                     [](const Target& a, const Target& b) { return a.name == b.name; }));
  SP_TRY(check_apart(changes.new_grants, changes.grants,
                     [](const Grant& a, const Grant& b) { return a.id == b.id; }));
  SP_TRY(check_apart(changes.new_accounts, changes.accounts,
                     [](const Account& a, const Account& b) { return a.id == b.id; }));
  SP_TRY(check_apart(changes.new_cases, changes.changed_cases,
                     [](const Case& a, const Case& b) { return a.ref == b.ref; }));
  SP_TRY(check_next_look(changes.new_accounts));
  return check_next_look(changes.accounts);
}

Error no_such_target(const TargetName& name) {
  return {Errc::not_found, fmt::format("there is no target {}", name.str()),
          "stagepass target list shows all"};
}

Error no_such_grant(const GrantId& id) {
  return {Errc::not_found, fmt::format("there is no grant {}", id.str()),
          "stagepass list --all shows all"};
}

Error no_such_account(const AccountId& id) {
  return {Errc::not_found, fmt::format("there is no account {}", id.str()), {}};
}

Error no_such_recipient(const RecipientName& name) {
  return {Errc::not_found, "there is no recipient " + name.str(), "see `stagepass recipient list`"};
}

Error no_such_case(const CaseRef& ref) {
  return {Errc::not_found, fmt::format("there is no case {}", ref.str()),
          fmt::format("stagepass case open {} opens it", ref.str())};
}

Error forbidden_by_case(const CaseRef& ref) {
  return {Errc::conflict,
          fmt::format("case {} was closed or time-boxed by somebody else in between", ref.str()),
          fmt::format("look at it, then try again: stagepass case show {}", ref.str())};
}

Error outlasts_timebox(const CaseRef& ref) {
  return {Errc::conflict,
          fmt::format("access under case {} that ends after its time-box was given in between",
                      ref.str()),
          "try again"};
}

Error target_has_open_accounts(const TargetName& name, std::int64_t accounts) {
  return {Errc::conflict,
          fmt::format("target {} still has accounts that are not gone ({})", name.str(), accounts),
          fmt::format("end them first: stagepass revoke --target {}", name.str())};
}

Error exists_already(std::string_view what) {
  return {Errc::conflict, fmt::format("{} exists already", what), {}};
}

Error sealed_in_an_older_epoch(std::int64_t epoch, std::int64_t stored) {
  return {
      Errc::conflict,
      fmt::format("the keys were rotated in between: this was sealed in epoch {}, and the vault "
                  "is in epoch {}",
                  epoch, stored),
      "try again"};
}

Error secrets_are_missing() {
  return {Errc::conflict, "a credential was added or taken away by somebody else in between",
          "try again"};
}

std::int64_t count_secrets(const std::vector<Account>& accounts) {
  return std::count_if(accounts.begin(), accounts.end(),
                       [](const Account& account) { return account.secret.has_value(); });
}

Error has_happened(std::string_view subject) {
  return {Errc::conflict, fmt::format("{} is in the log already", subject), {}};
}

Error changed_in_between(std::string_view what) {
  return {Errc::conflict, fmt::format("{} was changed by somebody else in between", what),
          "look at it again, then try again"};
}

std::string describe(const Target& target) {
  return "target " + target.name.str();
}

std::string describe(const Grant& grant) {
  return "grant " + grant.id.str();
}

std::string describe(const Account& account) {
  return fmt::format("account {} ({} on {})", account.id.str(), account.user_name.str(),
                     account.target.str());
}

std::string describe(const Recipient& recipient) {
  return "recipient " + recipient.name.str();
}

std::string describe(const Case& record) {
  return "case " + record.ref.str();
}

}  // namespace stagepass::store
