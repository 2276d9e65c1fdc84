// Fills a vault with live accounts, far from their end, for measurements: seed_vault DATABASE N
//
// The accounts exist nowhere and their secrets open with no key.

#include <stagepass/store/sqlite_store.hpp>
#include <stagepass/system/system_clock.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace stagepass {
namespace {

constexpr int kAccountsPerGrant = 10;

/// As large as a real sealed password.
const SealedSecret& sealed_secret() {
  static const SealedSecret secret{.wrapped_key = std::vector<std::uint8_t>(105, 1),
                                   .ciphertext = std::vector<std::uint8_t>(97, 2)};
  return secret;
}

Result<ChangeSet> seed(int accounts, Timestamp now) {
  SP_ASSIGN(const auto target, TargetName::parse("bench"));
  SP_ASSIGN(const auto case_ref, CaseRef::parse("BENCH-1"));
  SP_ASSIGN(const auto recipient, RecipientName::parse("bench"));
  ChangeSet changes;
  changes.cases = {{case_ref, now}};
  changes.recipients = {{recipient, now}};
  changes.new_targets.push_back(
      {.name = target, .driver = "command", .created_at = now, .rehearsed_at = now});

  for (int number = 0; number < accounts; ++number) {
    // No two accounts are due in the same second: an index of equals would be too kind.
    const auto ends_at = now + std::chrono::weeks(1) + Ttl(number);
    SP_ASSIGN(const auto grant,
              GrantId::parse(fmt::format("g-{:010}", number / kAccountsPerGrant)));
    if (number % kAccountsPerGrant == 0) {
      changes.new_grants.push_back({.id = grant,
                                    .case_ref = case_ref,
                                    .recipient = recipient,
                                    .created_at = now,
                                    .created_by = "seed_vault",
                                    .expires_at = ends_at});
    }
    SP_ASSIGN(const auto id, AccountId::parse(fmt::format("a-{:010}", number)));
    changes.new_accounts.push_back({.id = id,
                                    .grant = grant,
                                    .target = target,
                                    .user_name = user_name_for(id),
                                    .marker = "stagepass/" + id.str(),
                                    .state = AccountState::active,
                                    .created_at = now,
                                    .expires_at = ends_at,
                                    .ends_at = ends_at,
                                    .next_at = ends_at,
                                    .secret = sealed_secret()});
  }
  return changes;
}

Result<void> seed_vault(const char* path, int accounts) {
  SP_ASSIGN(const auto store, store::open_sqlite_store(path));
  SP_ASSIGN(const auto changes, seed(accounts, system::SystemClock().now()));
  return store->commit(changes);
}

}  // namespace
}  // namespace stagepass

int main(int argc, char** argv) {
  int accounts = 0;
  if (argc != 3 ||
      std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), accounts).ec != std::errc() ||
      accounts < 1) {
    fmt::print(stderr, "usage: seed_vault DATABASE ACCOUNTS\n");
    return 2;
  }
  if (const auto seeded = stagepass::seed_vault(argv[1], accounts); !seeded) {
    fmt::print(stderr, "seed_vault: {}\n", seeded.error().message);
    return 1;
  }
  return 0;
}
