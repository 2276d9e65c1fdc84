// Values of arguments: settings, numbers, ends, filters, and the words that a misspelt one is near to.

#include "cli/arguments.hpp"

#include <stagepass/core/nearest_word.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

template <class T>
bool is_parsed(const Result<T>& result) {
  if (!result) {
    require(result.error().code == Errc::invalid_argument, "a wrong argument is one");
    require_safe(result.error());
  }
  return result.has_value();
}

void try_settings(const std::vector<std::string>& lines) {
  const auto settings = cli::parse_assignments(lines);
  if (!is_parsed(settings)) {
    return;
  }
  require(settings->size() == lines.size(), "no setting is lost");
  for (const auto& [key, value] : *settings) {
    const std::string line = std::string(key).append("=").append(value);
    require(std::find(lines.begin(), lines.end(), line) != lines.end(),
            "a setting is what was given");
  }
}

void try_number(std::string_view text) {
  constexpr long kLeast = -5;
  constexpr long kMost = 100'000;
  const auto number = cli::parse_number("a count", text, kLeast, kMost);
  if (is_parsed(number)) {
    require(*number >= kLeast && *number <= kMost, "a number is within its bounds");
  }
}

void try_nearest(const std::string& typed) {
  const std::vector<std::string> known = {"grant", "extend", "finish", "target"};
  const std::string nearest = nearest_word(typed, known);
  require(nearest.empty() || std::find(known.begin(), known.end(), nearest) != known.end(),
          "a word that is proposed is known");
  require(std::find(known.begin(), known.end(), typed) == known.end() || nearest == typed,
          "a known word is nearest to itself");
}

void try_arguments(std::string_view input) {
  std::vector<std::string> lines;
  while (!input.empty()) {
    lines.emplace_back(take_until(input, '\n'));
  }
  try_settings(lines);
  lines.resize(std::max<std::size_t>(lines.size(), 3));
  try_number(lines[0]);
  try_nearest(lines[0]);
  is_parsed(cli::parse_end({.ttl = lines[0], .until = {}}));
  is_parsed(cli::parse_end({.ttl = {}, .until = lines[0]}));
  require(!is_parsed(cli::parse_end({.ttl = lines[0], .until = lines[1]})), "there is one end");
  is_parsed(cli::parse_filter({.case_ref = lines[0], .recipient = lines[1], .target = lines[2]}));
}

const Registration registration({"arguments", try_arguments});

}  // namespace
}  // namespace stagepass::fuzz
