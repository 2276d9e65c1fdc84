#pragma once

#include <stagepass/ports/store.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {

// Records for tests of stores. Ids are numbered, so that their order is known.

inline constexpr Timestamp kNow = Timestamp(std::chrono::seconds(1'900'000'000));
inline constexpr Ttl kHour = std::chrono::hours(1);

inline GrantId grant_id(int number) {
  return must(GrantId::parse(fmt::format("g-{:010}", number)));
}

inline AccountId account_id(int number) {
  return must(AccountId::parse(fmt::format("a-{:010}", number)));
}

inline TargetName target_name(std::string_view text) {
  return must(TargetName::parse(text));
}

inline CaseRef case_ref(std::string_view text) {
  return must(CaseRef::parse(text));
}

inline RecipientName recipient_name(std::string_view text) {
  return must(RecipientName::parse(text));
}

inline VaultRecord sample_vault() {
  return {.vault_id = "00112233445566778899aabbccddeeff",
          .created_at = kNow,
          .key_parameters = {1, 0, 255}};
}

inline Target sample_target(std::string_view name) {
  return {.name = target_name(name),
          .driver = "command",
          .environment = Environment::staging,
          .settings = {{"program", "/usr/local/bin/shop"}, {"note", ""}},
          .sealed_settings = {{"token", {9, 8, 0, 7}}, {"nothing", {}}},
          .created_at = kNow,
          .rehearsed_at = std::nullopt,
          .next_audit_at = kNow};
}

inline Grant sample_grant(int number) {
  return {.id = grant_id(number),
          .case_ref = case_ref("MSP-1"),
          .recipient = recipient_name("ana"),
          .created_at = kNow,
          .created_by = "root on shop1",
          .expires_at = kNow + kHour,
          .ended_at = std::nullopt,
          .end_reason = std::nullopt,
          .ended_by = {}};
}

/// An active account of grant 1 that ends, and is due, in an hour.
inline Account sample_account(int number, std::string_view target = "shop") {
  const auto id = account_id(number);
  return {.id = id,
          .grant = grant_id(1),
          .target = target_name(target),
          .user_name = user_name_for(id),
          .marker = "stagepass/" + id.str(),
          .state = AccountState::active,
          .created_at = kNow,
          .expires_at = kNow + kHour,
          .ends_at = kNow + kHour,
          .next_at = kNow + kHour,
          .leased_until = std::nullopt,
          .last_error = {},
          .secret = SealedSecret{.wrapped_key = {1, 2, 3}, .ciphertext = {4, 5, 6, 0}},
          .retrieval = {},
          .evidence = {}};
}

inline AuditEntry audit_entry(std::string subject, std::string detail) {
  return {.at = kNow,
          .actor = "root on shop1",
          .action = "grant",
          .subject = std::move(subject),
          .detail = std::move(detail)};
}

/// The targets "shop" and "files", case, recipient and an empty grant 1.
inline ChangeSet sample_ground() {
  return {.cases = {{case_ref("MSP-1"), kNow}},
          .recipients = {{recipient_name("ana"), kNow}},
          .new_grants = {sample_grant(1)},
          .new_targets = {sample_target("shop"), sample_target("files")}};
}

inline void add_accounts(Store& store, std::vector<Account> accounts) {
  must(store.commit({.new_accounts = std::move(accounts)}));
}

inline Account as_gone(Account account) {
  account.state = AccountState::gone;
  account.next_at.reset();
  account.secret.reset();
  return account;
}

inline Account stored_account(Store& store, int number) {
  for (const auto& entry : must(store.grants({.include = GrantFilter::Include::all}, {}, 1000))) {
    for (const auto& account : entry.accounts) {
      if (account.id == account_id(number)) {
        return account;
      }
    }
  }
  throw std::runtime_error("no such account in the store");
}

}  // namespace stagepass::tests
