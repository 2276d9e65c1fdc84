#pragma once

#include <stagepass/vault/password_generator.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

namespace stagepass::tests {

/// Characters that must stand at a position.
using Places = std::map<std::size_t, char>;

/// How many passwords a policy allows that have these characters at these places.
///
/// Another way than that of the library, so that one checks the other: character by character,
/// remembering which classes have been met, instead of inclusion and exclusion. At most 8 classes.
class PasswordCounting final {
 public:
  explicit PasswordCounting(vault::PasswordPolicy policy) : policy_(std::move(policy)) {}

  [[nodiscard]] double allowed(const Places& places = {}) const {
    Counts counts{1};  // before the first character no class is met
    for (std::size_t position = 0; position < policy_.length; ++position) {
      const auto place = places.find(position);
      const std::string_view choice =
          place == places.end() ? characters_at(position) : std::string_view(&place->second, 1);
      counts = with_one_more(counts, choice);
    }
    return is_allowed_first(places) ? counts[all_classes()] : 0;
  }

  /// Which classes a character belongs to, a bit each: characters of the same kind are equally
  /// likely wherever they may stand.
  [[nodiscard]] std::size_t kind_of(char c) const {
    std::size_t kind = 0;
    for (std::size_t i = 0; i < policy_.required.size(); ++i) {
      const bool is_of_it = policy_.required[i].characters.find(c) != std::string::npos;
      kind |= static_cast<std::size_t>(is_of_it) << i;
    }
    return kind;
  }

  [[nodiscard]] std::string_view characters_at(std::size_t position) const {
    const bool may_be_any = position > 0 || policy_.first_characters.empty();
    return may_be_any ? policy_.alphabet : policy_.first_characters;
  }

 private:
  /// By the classes that have been met.
  using Counts = std::array<double, 256>;

  [[nodiscard]] std::size_t all_classes() const {
    return (std::size_t{1} << policy_.required.size()) - 1;
  }

  [[nodiscard]] bool is_allowed_first(const Places& places) const {
    const auto first = places.find(0);
    return first == places.end() || characters_at(0).find(first->second) != std::string_view::npos;
  }

  [[nodiscard]] Counts with_one_more(const Counts& counts, std::string_view choice) const {
    Counts by_kind{};
    for (const char c : choice) {
      by_kind[kind_of(c)] += 1;
    }
    Counts longer{};
    for (std::size_t met = 0; met <= all_classes(); ++met) {
      for (std::size_t kind = 0; kind <= all_classes(); ++kind) {
        longer[met | kind] += counts[met] * by_kind[kind];
      }
    }
    return longer;
  }

  vault::PasswordPolicy policy_;
};

}  // namespace stagepass::tests
