#include <stagepass/core/account.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

constexpr Timestamp kStart = Timestamp(1'900'000'000s);
constexpr Timestamp kEnd = kStart + 8h;

constexpr std::array kAllStates = {AccountState::planned, AccountState::active,
                                   AccountState::ending, AccountState::gone};

Account account_in(AccountState state) {
  const auto id = tests::must(AccountId::parse("a-7f3k9q2m5x"));
  return Account{.id = id,
                 .grant = tests::must(GrantId::parse("g-7f3k9q2m5x")),
                 .target = tests::must(TargetName::parse("shop")),
                 .user_name = user_name_for(id),
                 .marker = "stagepass a-7f3k9q2m5x",
                 .state = state,
                 .created_at = kStart,
                 .expires_at = kEnd,
                 .ends_at = kEnd,
                 .next_at = kStart + 1min,
                 .leased_until = kStart + 2min,
                 .attempts = 0,
                 .last_error = "old trouble",
                 .secret = SealedSecret{{1}, {2}},
                 .retrieval = {},
                 .evidence = {}};
}

struct Transition {
  std::string_view name;
  std::function<Result<void>(Account&)> take;
  std::vector<AccountState> from;
};

TEST_CASE("Account: no step is legal but those of its life") {
  const std::array<Transition, 5> transitions = {{
      {"activate", [](Account& a) { return activate(a); }, {AccountState::planned}},
      {"begin_end",
       [](Account& a) { return begin_end(a, kStart); },
       {AccountState::planned, AccountState::active, AccountState::ending}},
      {"close_account", [](Account& a) { return close_account(a, {}); }, {AccountState::ending}},
      {"postpone",
       [](Account& a) { return postpone(a, kStart, 1min, "x"); },
       {AccountState::ending}},
      {"move_end", [](Account& a) { return move_end(a, kEnd + 1h, kEnd); }, {AccountState::active}},
  }};
  for (const Transition& transition : transitions) {
    for (const AccountState state : kAllStates) {
      CAPTURE(transition.name, to_string(state));
      Account account = account_in(state);
      const auto taken = transition.take(account);
      const bool is_legal =
          std::find(transition.from.begin(), transition.from.end(), state) != transition.from.end();
      CHECK(taken.has_value() == is_legal);
      if (!taken) {
        CHECK(taken.error().code == Errc::internal);
        CHECK_THAT(taken.error().message, ContainsSubstring("a-7f3k9q2m5x"));
        CHECK(account.state == state);
        CHECK(account.ends_at == kEnd);
        CHECK(account.next_at == kStart + 1min);
        CHECK(account.secret.has_value());
      }
    }
  }
}

TEST_CASE("Account: once active it is looked at again at its end") {
  Account account = account_in(AccountState::planned);
  tests::must(activate(account));
  CHECK(account.state == AccountState::active);
  CHECK(account.ends_at == kEnd);
  CHECK(account.next_at == kEnd);
  CHECK_FALSE(account.leased_until.has_value());
  CHECK(account.secret.has_value());
}

TEST_CASE("Account: an end that begins is due now and never moves to later") {
  Account account = account_in(AccountState::active);
  tests::must(begin_end(account, kStart + 1h));
  CHECK(account.state == AccountState::ending);
  CHECK(account.ends_at == kStart + 1h);
  CHECK(account.next_at == kStart + 1h);
  CHECK(account.leased_until == kStart + 2min);
  CHECK(account.secret.has_value());

  tests::must(begin_end(account, kStart + 2h));
  CHECK(account.ends_at == kStart + 1h);
  CHECK(account.next_at == kStart + 2h);
  CHECK(account.expires_at == kEnd);
}

TEST_CASE("Account: once gone it holds no secret and asks for nothing more") {
  Account account = account_in(AccountState::ending);
  EndEvidence evidence;
  evidence.verified_at = kEnd;
  evidence.login = LoginCheck::refused;
  tests::must(close_account(account, evidence));
  CHECK(account.state == AccountState::gone);
  CHECK_FALSE(account.secret.has_value());
  CHECK_FALSE(account.next_at.has_value());
  CHECK_FALSE(account.leased_until.has_value());
  CHECK(account.last_error.empty());
  CHECK(account.evidence.verified_at == kEnd);
  CHECK(account.evidence.login == LoginCheck::refused);
}

TEST_CASE("Account: a failed attempt is counted and tried again after the delay") {
  Account account = account_in(AccountState::ending);
  tests::must(postpone(account, kEnd, 5min, "the target did not answer"));
  tests::must(postpone(account, kEnd + 5min, 10min, "still nothing"));
  CHECK(account.state == AccountState::ending);
  CHECK(account.attempts == 2);
  CHECK(account.next_at == kEnd + 15min);
  CHECK_FALSE(account.leased_until.has_value());
  CHECK(account.last_error == "still nothing");
  CHECK(account.ends_at == kEnd);
  CHECK(account.secret.has_value());
}

TEST_CASE("Account: once active it is looked at again when it is to be retrieved") {
  Account account = account_in(AccountState::planned);
  account.ends_at = kEnd - 1h;
  tests::must(activate(account));
  CHECK(account.ends_at == kEnd - 1h);
  CHECK(account.next_at == kEnd - 1h);
  CHECK(account.expires_at == kEnd);
}

TEST_CASE("Account: the end that counts moves with the agreed one and is never later") {
  Account account = account_in(AccountState::active);
  tests::must(move_end(account, kEnd + 2h, kEnd + 1h));
  CHECK(account.expires_at == kEnd + 2h);
  CHECK(account.ends_at == kEnd + 1h);
  CHECK(account.next_at == kEnd + 1h);
  tests::must(move_end(account, kEnd, kEnd + 1h));
  CHECK(account.ends_at == kEnd);
}

TEST_CASE("Account: a moved end is the end that counts") {
  Account account = account_in(AccountState::active);
  tests::must(move_end(account, kEnd + 1h, kEnd + 1h));
  CHECK(account.state == AccountState::active);
  CHECK(account.expires_at == kEnd + 1h);
  CHECK(account.ends_at == kEnd + 1h);
  CHECK(account.next_at == kEnd + 1h);
  CHECK(account.secret.has_value());
}

TEST_CASE("Account: it is overdue from the second of its end until it is gone") {
  for (const AccountState state :
       {AccountState::planned, AccountState::active, AccountState::ending}) {
    CAPTURE(to_string(state));
    CHECK_FALSE(is_overdue(account_in(state), kEnd - 1s));
    CHECK(is_overdue(account_in(state), kEnd));
    CHECK(is_overdue(account_in(state), kEnd + 1s));
  }
  CHECK_FALSE(is_overdue(account_in(AccountState::gone), kEnd + 1s));
}

TEST_CASE("Account: the words for its states and checks read back") {
  for (const AccountState state : kAllStates) {
    CHECK(tests::must(parse_account_state(to_string(state))) == state);
  }
  for (const LoginCheck check : {LoginCheck::not_tried, LoginCheck::refused}) {
    CHECK(tests::must(parse_login_check(to_string(check))) == check);
  }
  CHECK(to_string(AccountState::gone) == "gone");
  CHECK(tests::error_of(parse_account_state("Active")) == Errc::invalid_argument);
  CHECK(parse_account_state("").error().hint == "use one of: planned, active, ending, gone");
  CHECK(tests::error_of(parse_login_check("accepted")) == Errc::invalid_argument);
}

}  // namespace
}  // namespace stagepass
