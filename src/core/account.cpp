#include <stagepass/core/account.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace stagepass {
namespace {

constexpr std::array<std::pair<AccountState, std::string_view>, 4> kStates = {{
    {AccountState::planned, "planned"},
    {AccountState::active, "active"},
    {AccountState::ending, "ending"},
    {AccountState::gone, "gone"},
}};

constexpr std::array<std::pair<LoginCheck, std::string_view>, 2> kLoginChecks = {{
    {LoginCheck::not_tried, "not tried"},
    {LoginCheck::refused, "refused"},
}};

Result<void> demand_state(const Account& account, std::initializer_list<AccountState> allowed,
                          std::string_view transition) {
  if (std::find(allowed.begin(), allowed.end(), account.state) == allowed.end()) {
    return fail(Errc::internal, fmt::format("account {} is {} and cannot {}", account.id.str(),
                                            to_string(account.state), transition));
  }
  return {};
}

template <class Table>
std::string_view name_in(const Table& table, typename Table::value_type::first_type value) {
  for (const auto& [each, name] : table) {
    if (each == value) {
      return name;
    }
  }
  return "?";
}

template <class Table>
Result<typename Table::value_type::first_type> find_in(const Table& table, std::string_view text,
                                                       std::string_view what) {
  for (const auto& [each, name] : table) {
    if (name == text) {
      return each;
    }
  }
  return fail(Errc::corrupt, fmt::format("not a known {}", what));
}

}  // namespace

std::string_view to_string(AccountState state) {
  return name_in(kStates, state);
}

Result<AccountState> parse_account_state(std::string_view text) {
  return find_in(kStates, text, "account state");
}

std::string_view to_string(LoginCheck check) {
  return name_in(kLoginChecks, check);
}

Result<LoginCheck> parse_login_check(std::string_view text) {
  return find_in(kLoginChecks, text, "login check");
}

bool is_overdue(const Account& account, Timestamp now) {
  return account.state != AccountState::gone && now >= account.ends_at;
}

Result<void> activate(Account& account) {
  SP_TRY(demand_state(account, {AccountState::planned}, "become active"));
  account.state = AccountState::active;
  account.next_at = account.ends_at;
  account.leased_until.reset();
  return {};
}

Result<void> begin_end(Account& account, Timestamp now) {
  SP_TRY(demand_state(account, {AccountState::planned, AccountState::active, AccountState::ending},
                      "end"));
  account.state = AccountState::ending;
  account.ends_at = std::min(account.ends_at, now);
  account.next_at = now;
  return {};
}

Result<void> close_account(Account& account, EndEvidence evidence) {
  SP_TRY(demand_state(account, {AccountState::ending}, "be closed"));
  account.state = AccountState::gone;
  account.secret.reset();
  account.next_at.reset();
  account.leased_until.reset();
  account.last_error.clear();
  account.evidence = std::move(evidence);
  return {};
}

Result<void> postpone(Account& account, Timestamp now, Ttl delay, std::string error) {
  SP_TRY(demand_state(account, {AccountState::ending}, "be postponed"));
  ++account.attempts;
  account.next_at = now + delay;
  account.leased_until.reset();
  account.last_error = std::move(error);
  return {};
}

Result<void> move_end(Account& account, Timestamp expires_at) {
  SP_TRY(demand_state(account, {AccountState::active}, "get another end"));
  account.expires_at = expires_at;
  account.ends_at = expires_at;
  account.next_at = expires_at;
  return {};
}

}  // namespace stagepass
