#include "handoff/pasted_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::handoff {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kBlanksAndQuotes = " \t\r>";
constexpr std::size_t kLongestText = 200;

std::string_view trimmed_of(std::string_view text, std::string_view before) {
  const std::size_t first = text.find_first_not_of(before);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  return trimmed_of(text, kBlanks);
}

std::string_view take_pasted_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return trimmed_of(line, kBlanksAndQuotes);
}

Result<void> check_one_line(std::string_view what, const std::string& text) {
  if (text.size() > kLongestText || escape_untrusted(text) != text || trimmed(text) != text) {
    return fail(Errc::invalid_argument,
                fmt::format("{} must be one line of at most {} bytes, without blanks around it",
                            what, kLongestText));
  }
  return {};
}

}  // namespace stagepass::handoff
