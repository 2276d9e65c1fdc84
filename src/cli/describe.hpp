#pragma once

#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/service/account_ender.hpp>
#include <stagepass/service/key_rotation.hpp>

#include <string>
#include <string_view>

namespace stagepass::cli {

/// Records in the words of a person.

/// "2026-12-01 11:00 CET (2026-12-01T10:00:00Z)"
[[nodiscard]] std::string both_times(Timestamp at);

/// The state of a grant from the states of its accounts: "gone" if all are, "overdue" if one is
/// past its end and not gone, "planned" while one is not yet there, else "active".
[[nodiscard]] std::string_view state_of(const GrantWithAccounts& grant, Timestamp now);

/// The same for one account.
[[nodiscard]] std::string_view state_of(const Account& account, Timestamp now);

/// "no", "not in time", "yes", "1 of 2", or "perhaps": a retrieve has begun and did not say that it was done.
[[nodiscard]] std::string retrieved_word(const GrantWithAccounts& grant);

/// "required", "optional" or "secret".
[[nodiscard]] std::string_view kind_word(SettingInfo::Kind kind);

/// "host=shop.example port=22 key=(sealed)": the settings of a target.
[[nodiscard]] std::string settings_text(const Target& target);

/// "files, shop-db": the targets of a grant.
[[nodiscard]] std::string target_names(const GrantWithAccounts& grant);

/// "it ends unless it is retrieved by …; it ends 2h after it was first retrieved": empty for a grant that has but its
/// agreed end.
[[nodiscard]] std::string describe_clocks(const Grant& grant);

/// "spab12… on files is gone: deleted 11:02:03, login refused"
[[nodiscard]] std::string describe(const service::AccountOutcome& outcome);

/// "2 accounts are past their end and not yet proven gone, the oldest since …"
[[nodiscard]] std::string describe(const Overdue& overdue);

/// "the keys are renewed: epoch 5, 12 credentials wrapped anew, older epochs destroyed"
[[nodiscard]] std::string describe(const service::Rotation& rotation);

/// "deleted, 2 sessions ended, login refused, verified 2026-…"
[[nodiscard]] std::string describe(const EndEvidence& evidence);

}  // namespace stagepass::cli
