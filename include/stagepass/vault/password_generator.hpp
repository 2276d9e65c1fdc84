#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::vault {

/// Characters of one kind of which a password must hold at least one.
struct RequiredClass {
  std::string name;        ///< "digit"
  std::string characters;  ///< a subset of the alphabet
};

/// Which passwords a target accepts.
struct PasswordPolicy {
  std::size_t length = 24;
  std::string alphabet;          ///< distinct printable ASCII characters
  std::string first_characters;  ///< allowed as the first one; empty: all of the alphabet
  std::vector<RequiredClass> required;
  double least_entropy_bits = 128;
};

/// 24 characters of 57 unambiguous letters and digits, a letter first: 139.8 bits.
[[nodiscard]] PasswordPolicy standard_policy();

/// As `standard_policy`, with at least one upper-case letter, one lower-case letter, one digit and
/// one of "-_.".
[[nodiscard]] PasswordPolicy policy_with_all_classes();

/// Named policies for the command line: "standard", "all-classes", "letters", "digits", "hex".
/// `not_found` names them.
[[nodiscard]] Result<PasswordPolicy> find_policy(std::string_view name);

/// The names that `find_policy` knows.
[[nodiscard]] std::vector<std::string> policy_names();

/// Demands at least one character of a kind: "upper", "lower", "digit" or "symbol" (all that are none
/// of these). Errors: `invalid_argument` for another word, or if the alphabet has no such character.
[[nodiscard]] Result<void> require_class(PasswordPolicy& policy, std::string_view kind);

/// log2 of the number of passwords the policy allows; -inf if none.
[[nodiscard]] double entropy_bits(const PasswordPolicy& policy);

/// Strong passwords, uniform over all that the policy allows.
///
/// Guarantees: every allowed password is equally likely (drawn until valid; nothing is placed or
/// shuffled).
/// Threads: one generator per thread.
/// Failure: `invalid_argument` for a contradictory policy, `policy` for one below its least
/// entropy.
/// Secrets: works in wiped buffers; the result is a Secret.
class PasswordGenerator final {
 public:
  [[nodiscard]] static Result<PasswordGenerator> make(PasswordPolicy policy, Random& random);

  [[nodiscard]] Secret generate();
  /// Writes one password of `policy.length` characters to `out`; for many at a time.
  void generate_into(MutableBytes out);

  [[nodiscard]] double entropy_bits() const noexcept { return entropy_bits_; }
  [[nodiscard]] std::size_t length() const noexcept { return policy_.length; }

 private:
  PasswordGenerator(PasswordPolicy policy, Random& random, double entropy);
  PasswordPolicy policy_;
  Random* random_;
  double entropy_bits_;
};

/// Words of the EFF large list joined by dashes; 12.92 bits a word, ten words by default.
class PassphraseGenerator final {
 public:
  static constexpr std::size_t kStandardWords = 10;
  [[nodiscard]] static Result<PassphraseGenerator> make(std::size_t words, Random& random);
  [[nodiscard]] Secret generate();
  [[nodiscard]] double entropy_bits() const noexcept;

 private:
  PassphraseGenerator(std::size_t words, Random& random) : words_(words), random_(&random) {}
  std::size_t words_;
  Random* random_;
};

}  // namespace stagepass::vault
