#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/reissue.hpp>

#include <fmt/core.h>

namespace stagepass {

Grant with_settled_end(const Grant& grant, const std::vector<Account>& accounts) {
  if (!was_retrieved(accounts)) {
    return grant;
  }
  Grant settled = grant;
  settled.expires_at = counting_end(grant, accounts).at;
  settled.retrieve_by.reset();
  settled.work_time.reset();
  return settled;
}

Result<void> begin_reissue(Account& account, const Grant& settled, Timestamp limit) {
  if (account.state != AccountState::active) {
    return fail(Errc::internal,
                fmt::format("an account that is {} cannot be reissued", to_string(account.state)));
  }
  account.state = AccountState::planned;
  account.retrieval = {};
  account.expires_at = settled.expires_at;
  account.ends_at = counting_end(settled, {}).at;
  account.next_at = limit;
  account.leased_until = limit;
  return {};
}

}  // namespace stagepass
