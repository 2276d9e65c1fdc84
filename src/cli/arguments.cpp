#include "cli/arguments.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <charconv>

namespace stagepass::cli {

void add_end_options(Command& command, EndArguments& arguments) {
  command.option("--for DURATION", arguments.ttl, "how long from now: 30m, 8h, 2d, 1w, 1h30m");
  command.option("--until TIME", arguments.until,
                 "until when, with the zone: 2026-12-01T18:00:00+01:00");
}

Result<std::optional<service::End>> parse_end(const EndArguments& arguments) {
  if (arguments.ttl && arguments.until) {
    return fail(Errc::invalid_argument, "--for and --until exclude each other", "give one of them");
  }
  if (arguments.ttl) {
    SP_ASSIGN(const Ttl ttl, parse_duration(*arguments.ttl));
    return std::optional<service::End>(ttl);
  }
  if (arguments.until) {
    SP_ASSIGN(const Timestamp until, parse_rfc3339(*arguments.until));
    return std::optional<service::End>(until);
  }
  return std::optional<service::End>();
}

void add_clock_options(Command& command, ClockArguments& arguments) {
  command.option("--retrieve-by WHEN", arguments.retrieve_by,
                 "end it unless it is retrieved by then: 4h from now, or a time");
  command.option("--work-for DURATION", arguments.work_for,
                 "end it so long after it was first retrieved, if not before");
}

Result<void> parse_clocks(const ClockArguments& arguments, service::GrantRequest& request) {
  if (arguments.retrieve_by) {
    const bool is_time = arguments.retrieve_by->find(':') != std::string::npos;
    SP_ASSIGN(const auto end, parse_end(is_time ? EndArguments{{}, arguments.retrieve_by}
                                                : EndArguments{arguments.retrieve_by, {}}));
    request.retrieve_by = end;
  }
  if (arguments.work_for) {
    SP_ASSIGN(request.work_time, parse_duration(*arguments.work_for));
  }
  return {};
}

void add_filter_options(Command& command, FilterArguments& arguments) {
  command.option("--case REF", arguments.case_ref, "grants under this case");
  command.option("--to NAME", arguments.recipient, "grants to this specialist");
  command.option("--target TARGET", arguments.target, "grants with an account on this target");
}

Result<GrantFilter> parse_filter(const FilterArguments& arguments) {
  GrantFilter filter;
  SP_ASSIGN(filter.case_ref, parse_optional<CaseRef>(arguments.case_ref));
  SP_ASSIGN(filter.recipient, parse_optional<RecipientName>(arguments.recipient));
  SP_ASSIGN(filter.target, parse_optional<TargetName>(arguments.target));
  return filter;
}

Result<std::pair<std::string, std::string>> parse_assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    // Not repeated: it may be a secret that was put in the wrong place.
    return fail(Errc::invalid_argument, "a setting is not written as key=value",
                "stagepass target drivers lists what each driver needs");
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

Result<std::map<std::string, std::string>> parse_assignments(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::string> settings;
  for (const auto& text : texts) {
    SP_ASSIGN(auto setting, parse_assignment(text));
    const std::string key = setting.first;
    if (!settings.insert(std::move(setting)).second) {
      return fail(Errc::invalid_argument, fmt::format("{} is given twice", stagepass::quoted(key)));
    }
  }
  return settings;
}

Result<long> parse_number(std::string_view what, std::string_view text, long least, long most) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not a number that {} can be", stagepass::quoted(text), what),
                fmt::format("give a whole number from {} to {}", least, most));
  }
  return value;
}

}  // namespace stagepass::cli
