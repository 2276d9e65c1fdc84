#include "policy/toml_values.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/nearest_word.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::policy {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Failure TomlValues::refuse(const toml::source_region& at, const std::string& message,
                           std::string hint) const {
  return fail(Errc::invalid_argument,
              fmt::format("{}, line {}, column {}: {}", escape_untrusted(file_), at.begin.line,
                          at.begin.column, message),
              std::move(hint));
}

Failure TomlValues::unknown(const toml::source_region& at, std::string_view kind,
                            std::string_view typed, const std::vector<std::string>& known) const {
  const std::string nearest = nearest_word(typed, known);
  return refuse(at, fmt::format("there is no {} {}", kind, stagepass::quoted(typed)),
                nearest.empty() ? fmt::format("there are: {}", join(known, ", "))
                                : fmt::format("did you mean \"{}\"?", nearest));
}

Result<const toml::table*> TomlValues::table(const toml::node& node,
                                             const std::string& what) const {
  if (const auto* found = node.as_table()) {
    return found;
  }
  return refuse(node.source(), fmt::format("{} is not a table", what),
                fmt::format("write [{}] and its rules below", what));
}

Result<std::string> TomlValues::text(const toml::node& node, const std::string& what) const {
  if (const auto* found = node.as_string()) {
    return found->get();
  }
  return refuse(node.source(), fmt::format("{} is not a text", what), "write it in quotes");
}

Result<std::vector<std::string>> TomlValues::texts(const toml::node& node,
                                                   const std::string& what) const {
  const auto* found = node.as_array();
  if (found == nullptr) {
    return refuse(node.source(), fmt::format("{} is not a list", what),
                  R"(write it in brackets: ["one", "two"])");
  }
  if (found->empty()) {
    return refuse(node.source(), fmt::format("{} allows nothing at all", what),
                  "name at least one, or leave the rule out");
  }
  std::vector<std::string> texts;
  for (const toml::node& each : *found) {
    SP_ASSIGN(std::string one, text(each, "each of " + what));
    if (std::find(texts.begin(), texts.end(), one) != texts.end()) {
      return refuse(each.source(), fmt::format("{} names {} twice", what, stagepass::quoted(one)));
    }
    texts.push_back(std::move(one));
  }
  return texts;
}

Result<std::int64_t> TomlValues::number(const toml::node& node, const std::string& what,
                                        std::int64_t least, std::int64_t most) const {
  const auto* found = node.as_integer();
  if (found == nullptr || found->get() < least || found->get() > most) {
    return refuse(node.source(), fmt::format("{} is not a whole number that it can be", what),
                  fmt::format("give one from {} to {}", least, most));
  }
  return found->get();
}

Result<Ttl> TomlValues::duration(const toml::node& node, const std::string& what) const {
  SP_ASSIGN(const std::string written, text(node, what));
  auto parsed = parse_duration(written);
  if (!parsed) {
    return refuse(node.source(), fmt::format("{}: {}", what, parsed.error().message),
                  parsed.error().hint);
  }
  return parsed;
}

Result<std::chrono::minutes> TomlValues::clock(const toml::node& node,
                                               const std::string& what) const {
  constexpr std::size_t kSize = 5;
  constexpr int kHours = 24;
  constexpr int kMinutes = 60;
  SP_ASSIGN(const std::string written, text(node, what));
  const bool has_shape = written.size() == kSize && written[2] == ':' && is_digit(written[0]) &&
                         is_digit(written[1]) && is_digit(written[3]) && is_digit(written[4]);
  const auto two_digits = [&](std::size_t at) {
    return (written[at] - '0') * 10 + (written[at + 1] - '0');
  };
  if (!has_shape || two_digits(0) >= kHours || two_digits(3) >= kMinutes) {
    return refuse(node.source(),
                  fmt::format("{}: {} is not a time of day", what, stagepass::quoted(written)),
                  R"(write "00:00" to "23:59")");
  }
  return std::chrono::hours(two_digits(0)) + std::chrono::minutes(two_digits(3));
}

}  // namespace stagepass::policy
