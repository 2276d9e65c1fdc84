#pragma once

#include "targets/unix/host_tools.hpp"
#include "targets/unix/unix_settings.hpp"

#include <stagepass/core/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// The part of sshd's configuration that makes our two groups what they are, between its markers.
[[nodiscard]] std::string sshd_fragment(const UnixSettings& settings);

/// `text` with our part replaced, or added at the end where Match blocks belong.
[[nodiscard]] std::string with_fragment(std::string_view text, const std::string& fragment);

/// Where our part belongs: a file of its own in the first folder that the configuration includes
/// (`Include …/*.conf` before any Match), else the configuration file itself.
[[nodiscard]] std::filesystem::path place_of_fragment(const std::filesystem::path& sshd_config,
                                                      std::string_view text);

enum class FragmentState { current, outdated, missing };

/// Looks in the configuration and in all files it includes. Errors: `permission_denied`,
/// `not_found` for a missing configuration.
[[nodiscard]] Result<FragmentState> state_of_fragment(const UnixSettings& settings);

/// Writes our part and has sshd check the result; puts the old text back if it refuses. Returns the
/// file written.
[[nodiscard]] Result<std::filesystem::path> install_fragment(const HostTools& tools,
                                                             const UnixSettings& settings,
                                                             const Deadline& deadline);

enum class Reloaded { yes, not_running };

/// Has the running sshd read its configuration again (SIGHUP to the process of its PidFile).
[[nodiscard]] Result<Reloaded> reload_sshd(const HostTools& tools, const UnixSettings& settings,
                                           const Deadline& deadline);

}  // namespace stagepass::targets
