#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>

#include <vector>

namespace stagepass {

// What a reissue does to the records: the accounts stay, and get other secrets, which nobody was shown.

/// A grant whose retrievals are forgotten. If one of them has set a clock of its own, that clock's end is the agreed
/// one from now on: a new secret makes no life longer.
[[nodiscard]] Grant with_settled_end(const Grant& grant, const std::vector<Account>& accounts);

/// active → planned: the account is made once more, with the end of `settled`. Nobody else ends it before `limit`;
/// if it is not active again by then, its end is due. Errors: `internal` if it is not active.
[[nodiscard]] Result<void> begin_reissue(Account& account, const Grant& settled, Timestamp limit);

}  // namespace stagepass
