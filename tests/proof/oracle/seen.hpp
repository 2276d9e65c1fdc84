#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::tests {
class FakeDriverFactory;
}  // namespace stagepass::tests

namespace stagepass::proof {

/// One account as it stands on a target, whoever made it: what is there, not what we believe.
struct SeenAccount {
  std::string target;
  std::string user_name;
  bool exists = true;  ///< false: only sessions of it are left
  std::string marker;
  bool login_possible = false;  ///< the right password or key would be let in
  std::optional<Secret> password;
  std::string public_key;
  std::size_t live_sessions = 0;
};

using Seen = std::vector<SeenAccount>;

/// What stands in the state folder of a tests/support/fake_target.cpp. A folder that is not there
/// is an empty target. Errors: `corrupt` for a file that nobody but a bug can have written.
[[nodiscard]] Result<Seen> see_state_folder(const std::string& target,
                                            const std::filesystem::path& folder);

/// What stands in the worlds behind fake drivers.
[[nodiscard]] Seen see_fakes(tests::FakeDriverFactory& fakes);

}  // namespace stagepass::proof
