#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

using Settings = std::map<std::string, std::string>;

/// The key of a SettingInfo that stands for every other name.
inline constexpr const char* kAnyOtherSetting = "*";

/// The settings of `target`, checked against those a driver knows and completed by its standard
/// values. Settings that stagepass itself heeds are left out.
///
/// Errors: `invalid_argument` for an unknown, empty or missing setting, naming it and what is
/// known; `policy` for an ftp:// address.
[[nodiscard]] Result<Settings> complete_settings(const Target& target,
                                                 const std::vector<SettingInfo>& known);

/// The answer to a value that no driver can use: `invalid_argument`, with what is allowed instead.
[[nodiscard]] Failure wrong_setting(std::string_view key, std::string_view value,
                                    std::string_view allowed);

}  // namespace stagepass::targets
