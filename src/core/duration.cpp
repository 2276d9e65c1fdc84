#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace stagepass {
namespace {

struct Unit {
  char letter;
  std::uint64_t seconds;
};

// From large to small: the order they are read and written in.
constexpr std::array<Unit, 5> kUnits = {
    {{'w', 604'800}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

constexpr std::uint64_t kLongest = std::chrono::seconds(std::chrono::years(10)).count();

Failure refuse(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument, fmt::format("{} {}", quoted(text), why),
              "write a duration like 30m, 8h, 2d, 1w or 1h30m");
}

}  // namespace

Result<Ttl> parse_duration(std::string_view text) {
  std::uint64_t total = 0;
  const auto* next_unit = kUnits.begin();
  for (std::string_view rest = text; !rest.empty();) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error == std::errc::invalid_argument) {
      return refuse(text, "is not a duration");
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty()) {
      return refuse(text, "has a number without a unit");
    }
    const auto is_it = [&](const Unit& unit) { return unit.letter == rest.front(); };
    const auto* unit = std::find_if(next_unit, kUnits.end(), is_it);
    if (unit == kUnits.end()) {
      return std::any_of(kUnits.begin(), next_unit, is_it)
                 ? refuse(text, "repeats a unit or does not go from large to small units")
                 : refuse(text, "is not a duration");
    }
    if (error == std::errc::result_out_of_range || count > (kLongest - total) / unit->seconds) {
      return refuse(text, "is longer than ten years");
    }
    total += count * unit->seconds;
    next_unit = unit + 1;
    rest.remove_prefix(1);
  }
  if (total == 0) {
    return refuse(text, text.empty() ? "is not a duration" : "is no time at all");
  }
  return Ttl(static_cast<Ttl::rep>(total));
}

std::string format_duration(Ttl ttl) {
  if (ttl <= Ttl::zero()) {
    return "0s";
  }
  auto rest = static_cast<std::uint64_t>(ttl.count());
  std::string text;
  for (const Unit& unit : kUnits) {
    if (const std::uint64_t count = rest / unit.seconds; count > 0) {
      text += fmt::format("{}{}", count, unit.letter);
    }
    rest %= unit.seconds;
  }
  return text;
}

}  // namespace stagepass
