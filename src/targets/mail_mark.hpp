#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// Where no mail goes and nobody can have an address (RFC 2606).
inline constexpr std::string_view kMailDomain = "@stagepass.invalid";

/// The last part of an account's marker, which only its vault can make. Errors: `internal` for a
/// marker that does not speak of this account.
[[nodiscard]] Result<std::string> proof_of(const AccountRef& account);

/// "sp7f3k9q2m5x.<proof>@stagepass.invalid"
[[nodiscard]] std::string mail_mark(const UserName& user, std::string_view proof);

/// The marker that such an address says: "stagepass/a-7f3k9q2m5x.<proof>".
[[nodiscard]] std::optional<std::string> marker_in_email(std::string_view email);

}  // namespace stagepass::targets
