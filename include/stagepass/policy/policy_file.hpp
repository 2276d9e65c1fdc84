#pragma once

#include <stagepass/core/decision.hpp>
#include <stagepass/core/policy.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/policy/notice_rule.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::policy {

/// What a policy file may name: a word that is none of these is refused, with the one that was probably meant.
struct Vocabulary {
  std::vector<DriverInfo> drivers;
  std::vector<PasswordKind> passwords;
};

/// What a policy file says: the rules of access, and who is told of what becomes of it.
struct PolicyFile {
  Policy policy{};
  std::vector<NoticeRule> notices{};
};

/// What a text in TOML says. What it does not say of access is as in the built-in policy; a standard that nobody
/// gave moves between the limits that somebody did. `file` is its name for messages.
///
/// Guarantees: no rule is dropped in silence: what cannot be heeded is refused.
/// Failure: `invalid_argument` with file, line and column for what is no TOML, an unknown key or word, a value of
/// another type, and limits that contradict each other.
/// Secrets: none.
[[nodiscard]] Result<PolicyFile> parse_policy_file(std::string_view text, const std::string& file,
                                                   const Vocabulary& known);

/// The same of a file. Errors: `not_found`; `permission_denied` for one that somebody else may write.
[[nodiscard]] Result<PolicyFile> read_policy_file(const std::filesystem::path& path,
                                                  const Vocabulary& known);

/// A commented file with every rule. As it stands it gives the built-in policy.
[[nodiscard]] std::string_view example();

}  // namespace stagepass::policy
