#pragma once

#include "cli/command.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/service/grant_service.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::cli {

/// Arguments that several commands take.

/// --for and --until: one of them.
struct EndArguments {
  std::optional<std::string> ttl;
  std::optional<std::string> until;
};
void add_end_options(Command& command, EndArguments& arguments);
/// Nothing if neither was given. Errors: `invalid_argument` for both, or as their parsers say.
[[nodiscard]] Result<std::optional<service::End>> parse_end(const EndArguments& arguments);

/// --retrieve-by and --work-for.
struct ClockArguments {
  std::optional<std::string> retrieve_by;
  std::optional<std::string> work_for;
  [[nodiscard]] bool any() const { return retrieve_by || work_for; }
};
void add_clock_options(Command& command, ClockArguments& arguments);
/// Puts into `request` what was given. Errors: as the parsers say.
[[nodiscard]] Result<void> parse_clocks(const ClockArguments& arguments,
                                        service::GrantRequest& request);

/// --case, --to and --target: all that match.
struct FilterArguments {
  std::optional<std::string> case_ref;
  std::optional<std::string> recipient;
  std::optional<std::string> target;
  [[nodiscard]] bool any() const { return case_ref || recipient || target; }
};
void add_filter_options(Command& command, FilterArguments& arguments);
[[nodiscard]] Result<GrantFilter> parse_filter(const FilterArguments& arguments);

/// "key=value", split at the first "=". Errors: `invalid_argument`; the value is not repeated.
[[nodiscard]] Result<std::pair<std::string, std::string>> parse_assignment(std::string_view text);

/// The same for many, each key once.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_assignments(
    const std::vector<std::string>& texts);

/// A small whole number without sign, for counts and descriptors.
[[nodiscard]] Result<long> parse_number(std::string_view what, std::string_view text, long least,
                                        long most);

/// What `parse` makes of `text` if there is one.
template <class Parsed>
[[nodiscard]] Result<std::optional<Parsed>> parse_optional(const std::optional<std::string>& text) {
  if (!text) {
    return std::optional<Parsed>();
  }
  SP_ASSIGN(Parsed parsed, Parsed::parse(*text));
  return std::optional<Parsed>(std::move(parsed));
}

}  // namespace stagepass::cli
