#include "handoff/pasted_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::handoff {
namespace {

constexpr std::string_view kBlanksAndQuotes = " \t\r>";  // of a mail
constexpr std::size_t kLongestText = 200;

/// Goes on behind the line that begins it.
Result<void> find_beginning(std::string_view& text, const PastedForm& form) {
  while (!text.empty()) {
    const std::string_view line = take_pasted_line(text);
    if (line == form.first_line) {
      return {};
    }
    if (line.starts_with(form.kind)) {
      return form.newer();
    }
  }
  return form.refuse("it does not begin as one");
}

/// "name: value", of a name that is known.
Result<std::pair<std::string_view, std::string_view>> member_in(std::string_view line,
                                                                const PastedForm& form) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  const bool is_known =
      std::find(form.members.begin(), form.members.end(), name) != form.members.end();
  if (colon == std::string_view::npos || !is_known) {
    return form.refuse(fmt::format("it has a line {}", stagepass::quoted(line)));
  }
  return std::pair(name, trimmed(line.substr(colon + 1)));
}

}  // namespace

std::string_view take_pasted_line(std::string_view& text) {
  std::string_view line = take_line(text);
  line.remove_prefix(std::min(line.find_first_not_of(kBlanksAndQuotes), line.size()));
  return trimmed(line);
}

Result<void> check_one_line(std::string_view what, const std::string& text) {
  if (text.size() > kLongestText || escape_untrusted(text) != text || trimmed(text) != text) {
    return fail(Errc::invalid_argument,
                fmt::format("{} must be one line of at most {} bytes, without blanks around it",
                            what, kLongestText));
  }
  return {};
}

bool has_another(std::string_view text, const PastedForm& form) {
  while (!text.empty()) {
    if (take_pasted_line(text).starts_with(form.kind)) {
      return true;
    }
  }
  return false;
}

Result<PastedMembers> take_pasted(std::string_view& text, const PastedForm& form) {
  SP_TRY(find_beginning(text, form));
  PastedMembers members;
  while (!text.empty() && !members.contains(form.members.back())) {
    const std::string_view line = take_pasted_line(text);
    if (line.empty()) {
      continue;
    }
    SP_ASSIGN(const auto member, member_in(line, form));
    if (!members.emplace(member).second) {
      return form.refuse(fmt::format("it says twice {}", stagepass::quoted(member.first)));
    }
  }
  for (const std::string_view name : form.members) {
    if (!members.contains(name)) {
      return form.refuse(fmt::format("it does not say {}", stagepass::quoted(name)));
    }
  }
  return members;
}

}  // namespace stagepass::handoff
