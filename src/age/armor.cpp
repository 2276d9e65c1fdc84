#include <stagepass/core/base64.hpp>
#include <stagepass/core/text.hpp>

#include <age/armor.hpp>

namespace stagepass::age {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::size_t kColumns = 64;

/// A line may end in LF or CRLF.
std::string_view take_armor_line(std::string_view& rest) {
  std::string_view line = take_line(rest);
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
  text = trimmed(text);
  if (take_armor_line(text) != kBegin || !text.ends_with(kEnd)) {
    return refuse(Flaw::armor);
  }
  text.remove_suffix(kEnd.size());
  if (!text.empty() && !text.ends_with('\n')) {
    return refuse(Flaw::armor);
  }
  std::string base64;
  base64.reserve(text.size());
  while (!text.empty()) {
    const std::string_view line = take_armor_line(text);
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
