#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

template <class Enum>
struct EnumName {
  Enum value;
  std::string_view name;
};

/// Every value of an enum with the word that stands for it in the database and the output.
template <class Enum, std::size_t Count>
using EnumNames = std::array<EnumName<Enum>, Count>;

template <class Enum, std::size_t Count>
[[nodiscard]] std::string_view name_of(const EnumNames<Enum, Count>& names, Enum value) {
  for (const auto& entry : names) {
    if (entry.value == value) {
      return entry.name;
    }
  }
  return "unknown";
}

/// Errors: `invalid_argument`; the hint lists the words. `what` is "an account state".
template <class Enum, std::size_t Count>
[[nodiscard]] Result<Enum> value_of(const EnumNames<Enum, Count>& names, std::string_view text,
                                    std::string_view what) {
  std::vector<std::string> words;
  for (const auto& entry : names) {
    if (entry.name == text) {
      return entry.value;
    }
    words.emplace_back(entry.name);
  }
  return fail(Errc::invalid_argument, fmt::format("{} is not {}", quoted(text), what),
              fmt::format("use one of: {}", join(words, ", ")));
}

}  // namespace stagepass
