#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// The marker of an account as an e-mail address, which every shop has beside the login name:
/// "sp7f3k9q2m5x.<proof>@stagepass.invalid". Nobody gets what is sent there. Errors: `internal` for
/// a marker that does not speak of this account.
[[nodiscard]] Result<std::string> mail_mark(const AccountRef& account);

/// The marker that such an address stands for; nothing for any other.
[[nodiscard]] std::optional<std::string> marker_in_mail(std::string_view email);

/// The part of the account's marker behind its dot. Errors: as `mail_mark`.
[[nodiscard]] Result<std::string> proof_in_marker(const AccountRef& account);

}  // namespace stagepass::targets
