#pragma once

#include <stagepass/core/result.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace stagepass::cli {

/// Everything the command line reads from the environment; no other file of it calls getenv.

/// Where a vault is. Both paths are absolute.
struct Locations {
  std::filesystem::path home;      ///< the folder of the records
  std::filesystem::path key_file;  ///< never inside `home`

  std::filesystem::path keyring;  ///< never inside `home`: no copy of that shall hold it
  std::filesystem::path anchor;   ///< of a checkpoint that no copy of `home` holds

  std::filesystem::path policy;  ///< `policy.toml` in the home, unless a person named another one
  bool policy_is_named = false;  ///< then it must be there

  [[nodiscard]] std::filesystem::path database() const { return home / "vault.db"; }
  [[nodiscard]] std::filesystem::path checkpoint_beside() const { return home / "checkpoint"; }
  /// How far the receivers of notices are.
  [[nodiscard]] std::filesystem::path notices() const { return home / "notices.json"; }
};

/// `home` and `key_file` as given on the command line; empty means: STAGEPASS_HOME and
/// STAGEPASS_KEY_FILE (and STAGEPASS_ANCHOR,
/// STAGEPASS_KEYRING and STAGEPASS_POLICY, which have no option), then the systemd credential (for the key), then the usual place of this
/// user. Errors: `invalid_argument` if there is no usual place because HOME is not set.
[[nodiscard]] Result<Locations> find_locations(const std::string& home,
                                               const std::string& key_file);

/// The keys of whoever works here that can open a hand-off, those that there are: ~/.config/stagepass/identity and
/// ~/.ssh/id_ed25519.
[[nodiscard]] std::vector<std::filesystem::path> usual_identities();

/// What leads a program to the screen of whoever works here, as far as it is set: DISPLAY, XAUTHORITY,
/// WAYLAND_DISPLAY, XDG_RUNTIME_DIR.
[[nodiscard]] std::map<std::string, std::string> screen_environment();

/// NO_COLOR is not set and TERM names a terminal that can do more than print.
[[nodiscard]] bool environment_allows_colour();

/// TERM names a terminal on which a line can be erased.
[[nodiscard]] bool terminal_can_erase();

/// How often the service manager wants to hear of us, in microseconds; 0 if it does not.
[[nodiscard]] long watchdog_interval_us();

}  // namespace stagepass::cli
