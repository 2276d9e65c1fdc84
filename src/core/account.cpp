#include "core/enum_names.hpp"

#include <stagepass/core/account.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace stagepass {
namespace {

constexpr EnumNames<AccountState, 4> kStates = {{{AccountState::planned, "planned"},
                                                 {AccountState::active, "active"},
                                                 {AccountState::ending, "ending"},
                                                 {AccountState::gone, "gone"}}};

constexpr EnumNames<LoginCheck, 2> kLoginChecks = {
    {{LoginCheck::not_tried, "not_tried"}, {LoginCheck::refused, "refused"}}};

Result<void> require_state(const Account& account, std::initializer_list<AccountState> allowed,
                           std::string_view step) {
  if (std::find(allowed.begin(), allowed.end(), account.state) != allowed.end()) {
    return {};
  }
  return fail(Errc::internal, fmt::format("account {} cannot {}: it is {}", account.id.str(), step,
                                          to_string(account.state)));
}

}  // namespace

std::string_view to_string(AccountState state) {
  return name_of(kStates, state);
}

Result<AccountState> parse_account_state(std::string_view text) {
  return value_of(kStates, text, "an account state");
}

std::string_view to_string(LoginCheck check) {
  return name_of(kLoginChecks, check);
}

Result<LoginCheck> parse_login_check(std::string_view text) {
  return value_of(kLoginChecks, text, "an outcome of a login check");
}

bool is_overdue(const Account& account, Timestamp now) {
  return account.state != AccountState::gone && now >= account.ends_at;
}

Result<void> activate(Account& account) {
  SP_TRY(require_state(account, {AccountState::planned}, "become active"));
  account.state = AccountState::active;
  account.next_at = account.ends_at;
  account.leased_until.reset();
  return {};
}

Result<void> begin_end(Account& account, Timestamp now) {
  SP_TRY(require_state(account, {AccountState::planned, AccountState::active, AccountState::ending},
                       "begin to end"));
  account.state = AccountState::ending;
  account.ends_at = std::min(account.ends_at, now);
  account.next_at = now;
  return {};
}

Result<void> close_account(Account& account, EndEvidence evidence) {
  SP_TRY(require_state(account, {AccountState::ending}, "be closed"));
  account.state = AccountState::gone;
  account.evidence = evidence;
  account.secret.reset();
  account.next_at.reset();
  account.leased_until.reset();
  account.last_error.clear();
  return {};
}

Result<void> postpone(Account& account, Timestamp now, Ttl delay, std::string error) {
  SP_TRY(require_state(account, {AccountState::ending}, "be tried again later"));
  ++account.attempts;
  account.next_at = now + delay;
  account.leased_until.reset();
  account.last_error = std::move(error);
  return {};
}

Result<void> move_end(Account& account, Timestamp expires_at, Timestamp ends_at) {
  SP_TRY(require_state(account, {AccountState::active}, "get another end"));
  account.expires_at = expires_at;
  account.ends_at = std::min(expires_at, ends_at);
  account.next_at = account.ends_at;
  return {};
}

}  // namespace stagepass
