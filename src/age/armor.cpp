#include <stagepass/core/base64.hpp>

#include <age/armor.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::size_t kColumns = 64;

std::string_view without_blanks_around(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The text up to the end of the line, which is LF or CRLF; moves `text` behind it.
std::string_view take_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

std::string to_armor(Bytes file) {
  const std::string base64 = to_base64(file);
  std::string text(kBegin);
  for (std::size_t at = 0; at < base64.size(); at += kColumns) {
    text.append("\n").append(base64, at, kColumns);
  }
  return text.append("\n").append(kEnd).append("\n");
}

Checked<std::vector<std::uint8_t>> from_armor(std::string_view text) {
  text = without_blanks_around(text);
  if (take_line(text) != kBegin || !text.ends_with(kEnd)) {
    return refuse(Flaw::armor);
  }
  text.remove_suffix(kEnd.size());
  if (!text.empty() && !text.ends_with('\n')) {
    return refuse(Flaw::armor);
  }
  std::string base64;
  base64.reserve(text.size());
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const bool is_last = text.empty();
    if (line.empty() || line.size() > kColumns || (line.size() < kColumns && !is_last)) {
      return refuse(Flaw::armor);
    }
    base64.append(line);
  }
  auto file = from_base64(base64);
  if (!file) {
    return refuse(Flaw::armor);
  }
  return *std::move(file);
}

}  // namespace stagepass::age
