#pragma once

#include "targets/remote/target_request.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <nlohmann/json.hpp>

#include <string_view>

namespace stagepass::targets {

/// Whether an operation of the protocol changes anything.
enum class Effect { looks, changes };

/// Errors: `not_found` for a word that is no operation of this program.
[[nodiscard]] Result<Effect> effect_of(std::string_view operation);

/// Has `driver` do what is asked, and says what came of it in the words of the protocol. Errors:
/// those of the driver, `invalid_argument` if the request lacks what the operation needs.
[[nodiscard]] Result<nlohmann::json> answer_with(TargetDriver& driver, const TargetRequest& request,
                                                 Timeout timeout);

/// {"ok":false, …}: an error as the other side is to take it.
[[nodiscard]] nlohmann::json answer_for(const Error& error);

}  // namespace stagepass::targets
