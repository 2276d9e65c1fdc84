#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/grant.hpp>

#include <chrono>
#include <optional>
#include <support/results.hpp>

namespace stagepass::tests {

constexpr Timestamp kStart = Timestamp(std::chrono::seconds(1'900'000'000));
constexpr Timestamp kEnd = kStart + std::chrono::hours(8);

/// Of eight hours, with the other clocks as they are given.
inline Grant grant_with(std::optional<Timestamp> retrieve_by, std::optional<Ttl> work_time) {
  return Grant{.id = GrantId::from_seed({1}),
               .case_ref = must(CaseRef::parse("MSP-1")),
               .recipient = must(RecipientName::parse("ana")),
               .created_at = kStart,
               .created_by = "root on shop1",
               .expires_at = kEnd,
               .ended_at = std::nullopt,
               .end_reason = std::nullopt,
               .ended_by = {},
               .retrieve_by = retrieve_by,
               .work_time = work_time};
}

/// One account of it; the same number is the same account.
inline Account account_of_grant(std::uint8_t number, AccountState state = AccountState::active) {
  const auto id = AccountId::from_seed({number});
  return Account{.id = id,
                 .grant = GrantId::from_seed({1}),
                 .target = must(TargetName::parse("shop")),
                 .user_name = user_name_for(id),
                 .marker = {},
                 .state = state,
                 .created_at = kStart,
                 .expires_at = kEnd,
                 .ends_at = kEnd,
                 .next_at = kEnd,
                 .leased_until = std::nullopt,
                 .last_error = {},
                 .secret = std::nullopt,
                 .retrieval = {},
                 .evidence = {}};
}

}  // namespace stagepass::tests
