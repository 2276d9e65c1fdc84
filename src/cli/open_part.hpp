#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/handoff/document.hpp>

#include <string>

namespace stagepass::cli {

/// What of one account can be had alone.
enum class OpenPart {
  user,
  password,
  factor,  ///< the key of the second factor
  code,    ///< what an authenticator app would show now
};

/// Errors: `invalid_argument` with the words there are.
[[nodiscard]] Result<OpenPart> parse_open_part(const std::string& text);

/// The part, without a line end. Errors: `invalid_argument` if the account has none.
[[nodiscard]] Result<Secret> part_of(const handoff::DocumentAccount& account, OpenPart part,
                                     Timestamp now);

/// The same as a telephone wants to read it: a second factor as the address that authenticator apps take.
[[nodiscard]] Result<Secret> part_for_telephone(const handoff::DocumentAccount& account,
                                                OpenPart part, Timestamp now);

}  // namespace stagepass::cli
