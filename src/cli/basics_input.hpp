#pragma once

#include "cli/context.hpp"

#include <stagepass/core/case.hpp>
#include <stagepass/core/result.hpp>

#include <string>
#include <string_view>

namespace stagepass::cli {

/// What a file says of a case: a line "key: value" for each basic, and for `environment`, `platform` and
/// `versions`; lines that begin with # and empty ones count for nothing. An empty value takes an answer away.
/// Errors: `invalid_argument` with the line's number. Of a line that is no such line nothing is repeated, for
/// people do name the wrong file.
[[nodiscard]] Result<CaseFacts> parse_basics(std::string_view text);

/// The same of the file at `path`; "-" is stdin.
[[nodiscard]] Result<CaseFacts> read_basics(const std::string& path);

/// Asks for what neither `facts` nor `known` holds; Enter leaves it open.
[[nodiscard]] Result<void> ask_for_facts(Terminal& terminal, const Case& known, CaseFacts& facts);

/// "case MSP-1 has no answer yet to: since, updates; …", or that it was never opened; empty if all six are answered.
[[nodiscard]] std::string describe_missing(const Case& record);

}  // namespace stagepass::cli
