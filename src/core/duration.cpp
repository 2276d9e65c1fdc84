#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace stagepass {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};

/// From large to small: the order in which they may appear.
constexpr std::array<Unit, 5> kUnits = {{
    {'w', 604'800},
    {'d', 86'400},
    {'h', 3'600},
    {'m', 60},
    {'s', 1},
}};

constexpr std::int64_t kLongest = std::int64_t{10} * 365 * 86'400;

Failure refuse(std::string_view text) {
  return fail(Errc::invalid_argument, fmt::format("{} is not a duration", quoted(text)),
              "say 30m, 8h, 2d, 1w, or several from large to small: 1h30m");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the front of `text`; nothing if there are none or the number is beyond all durations.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  std::size_t used = 0;
  for (; used < text.size() && is_digit(text[used]); ++used) {
    number = number * 10 + (text[used] - '0');
    if (number > kLongest) {
      return std::nullopt;
    }
  }
  text.remove_prefix(used);
  return used > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<Ttl> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::int64_t total = 0;
  const auto* next_unit = kUnits.begin();
  while (!rest.empty()) {
    const auto number = take_number(rest);
    if (!number || rest.empty()) {
      return refuse(text);
    }
    const auto* unit = std::find_if(next_unit, kUnits.end(),
                                    [&](const Unit& each) { return each.letter == rest.front(); });
    if (unit == kUnits.end() || *number > kLongest / unit->seconds) {
      return refuse(text);
    }
    total += *number * unit->seconds;
    next_unit = unit + 1;
    rest.remove_prefix(1);
  }
  if (total <= 0 || total > kLongest) {
    return refuse(text);
  }
  return Ttl(total);
}

std::string format_duration(Ttl ttl) {
  std::int64_t left = ttl.count();
  std::string text;
  for (const Unit& unit : kUnits) {
    if (left >= unit.seconds) {
      text += fmt::format("{}{}", left / unit.seconds, unit.letter);
      left %= unit.seconds;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace stagepass
