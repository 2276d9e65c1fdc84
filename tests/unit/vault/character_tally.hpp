#pragma once

#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unit/vault/password_counting.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {

/// Pearson's statistic: how far counts are from what was expected of them.
struct ChiSquare {
  double value = 0;
  double degrees = -1;  ///< of freedom: one fewer than the cells that can be met
  std::size_t impossible = 0;

  void add(double count, double expected) {
    if (expected <= 0) {
      impossible += static_cast<std::size_t>(count);
      return;
    }
    value += (count - expected) * (count - expected) / expected;
    degrees += 1;
  }

  /// Standard deviations from what chance gives: the cube root of chi-square over its degrees is
  /// nearly normal, with the mean 1 - 2 / (9 degrees) and the variance 2 / (9 degrees) (Wilson and
  /// Hilferty), on both sides and for few degrees, too.
  [[nodiscard]] double sigmas() const {
    const double variance = 2 / (9 * degrees);
    return (std::cbrt(value / degrees) - (1 - variance)) / std::sqrt(variance);
  }

  /// Honest draws are five deviations off once in 1.7 million tables. Below is as suspicious as
  /// above: counts that are more even than chance.
  [[nodiscard]] bool is_chance() const { return impossible == 0 && std::abs(sigmas()) < 5; }
};

/// Counts characters and neighbours in passwords of a policy, and compares them with what a draw
/// that is uniform over all the policy allows would give. Tests are not optimized: `take` is as
/// cheap as it can be.
class CharacterTally final {
 public:
  explicit CharacterTally(vault::PasswordPolicy policy)
      : policy_(std::move(policy)), counting_(policy_) {
    for (std::size_t i = 0; i < policy_.alphabet.size(); ++i) {
      index_.at(static_cast<std::uint8_t>(policy_.alphabet[i])) = static_cast<std::uint8_t>(i);
    }
  }

  /// `password` has the policy's length and only characters of its alphabet.
  void take(const std::vector<std::uint8_t>& password) {
    const std::uint8_t* const text = password.data();
    std::uint8_t left = index_[text[0]];
    ++by_position_.front()[left];
    PairCounts* pairs = &first_pairs_;
    for (std::size_t position = 1; position < policy_.length; ++position) {
      const std::uint8_t right = index_[text[position]];
      ++by_position_[position][right];
      ++(*pairs)[left * kMost + right];
      // Pairs that share no character are independent of each other, so that chi-square holds:
      // those that begin at an odd place are counted apart from those at an even one.
      pairs = position % 2 == 1 ? &odd_pairs_ : &even_pairs_;
      left = right;
    }
    ++passwords_;
  }

  [[nodiscard]] std::size_t characters() const { return passwords_ * policy_.length; }

  /// What no chance explains; empty for a generator that is uniform.
  [[nodiscard]] std::vector<std::string> objections() const {
    std::vector<std::string> all;
    const auto judge = [&](const std::string& what, const ChiSquare& chi) {
      if (!chi.is_chance()) {
        all.push_back(
            fmt::format("{}: {:+.1f} sigma, {} impossible", what, chi.sigmas(), chi.impossible));
      }
    };
    for (std::size_t position = 0; position < policy_.length; ++position) {
      judge(fmt::format("position {}", position), characters_from(position, position + 1));
    }
    judge("all characters", characters_from(1, policy_.length));
    judge("pairs at the start", pairs_from(0, first_pairs_));
    judge("pairs from odd places", pairs_from(1, odd_pairs_));
    judge("pairs from even places", pairs_from(2, even_pairs_));
    return all;
  }

  /// "position 3: x" for each character that may stand there and never did.
  [[nodiscard]] std::vector<std::string> never_seen() const {
    std::vector<std::string> missing;
    for (std::size_t position = 0; position < policy_.length; ++position) {
      for (const char c : counting_.characters_at(position)) {
        if (by_position_.at(position).at(index_of(c)) == 0) {
          missing.push_back(fmt::format("position {}: {}", position, c));
        }
      }
    }
    return missing;
  }

 private:
  static constexpr std::size_t kMost = 64;     // characters of an alphabet
  static constexpr std::size_t kLongest = 32;  // characters of a password
  using PairCounts = std::array<std::uint32_t, kMost * kMost>;

  [[nodiscard]] std::size_t index_of(char c) const {
    return index_.at(static_cast<std::uint8_t>(c));
  }

  /// The share of the allowed passwords that have `places`; characters of one kind share it.
  class Shares final {
   public:
    explicit Shares(const PasswordCounting& counting)
        : counting_(counting), all_(counting.allowed()) {}

    double of(const Places& places) {
      std::vector<std::size_t> kinds;
      for (const auto& [position, c] : places) {
        const bool may_be = counting_.characters_at(position).find(c) != std::string_view::npos;
        kinds.push_back(counting_.kind_of(c) * 2 + static_cast<std::size_t>(may_be));
      }
      const auto [found, is_new] = known_.try_emplace(std::move(kinds));
      if (is_new) {
        found->second = counting_.allowed(places) / all_;
      }
      return found->second;
    }

   private:
    const PasswordCounting& counting_;
    double all_;
    std::map<std::vector<std::size_t>, double> known_;
  };

  /// The counts at `begin` to `end` together; the places behind the first one are all alike.
  [[nodiscard]] ChiSquare characters_from(std::size_t begin, std::size_t end) const {
    Shares shares(counting_);
    ChiSquare chi;
    const auto draws = static_cast<double>(passwords_ * (end - begin));
    for (const char c : policy_.alphabet) {
      std::size_t count = 0;
      for (std::size_t position = begin; position < end; ++position) {
        count += by_position_.at(position).at(index_of(c));
      }
      chi.add(static_cast<double>(count), draws * shares.of({{begin, c}}));
    }
    return chi;
  }

  [[nodiscard]] ChiSquare pairs_from(std::size_t begin, const PairCounts& counts) const {
    Shares shares(counting_);
    ChiSquare chi;
    std::size_t draws = 0;
    std::for_each(counts.begin(), counts.end(), [&](std::uint32_t count) { draws += count; });
    for (const char left : policy_.alphabet) {
      for (const char right : policy_.alphabet) {
        chi.add(counts.at(index_of(left) * kMost + index_of(right)),
                static_cast<double>(draws) * shares.of({{begin, left}, {begin + 1, right}}));
      }
    }
    return chi;
  }

  vault::PasswordPolicy policy_;
  PasswordCounting counting_;
  std::array<std::uint8_t, 256> index_{};
  std::array<std::array<std::uint32_t, kMost>, kLongest> by_position_{};
  PairCounts first_pairs_{};
  PairCounts odd_pairs_{};
  PairCounts even_pairs_{};
  std::size_t passwords_ = 0;
};

}  // namespace stagepass::tests
