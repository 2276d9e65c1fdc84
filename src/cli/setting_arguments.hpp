#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::cli {

/// The settings of a target: key=value, and the secrets among them in a way that nobody else sees.
struct SettingArguments {
  std::vector<std::string> settings;
  std::optional<std::string> environment;
  std::vector<std::string> asked_secrets;
  std::vector<std::string> secret_files;
  std::vector<std::string> secret_fds;
};
void add_setting_options(Command& command, SettingArguments& arguments, const std::string& help);

/// Errors: `invalid_argument`.
[[nodiscard]] Result<std::optional<Environment>> parse_environment_of(
    const SettingArguments& arguments);
/// Asks for, or reads, each secret. Errors: `invalid_argument` if one is given twice.
[[nodiscard]] Result<SecretSettings> read_secrets(Context& context,
                                                  const SettingArguments& arguments);
/// A secret given as key=value has been seen by everybody who can list processes.
[[nodiscard]] Result<void> refuse_secrets_in_arguments(
    const DriverFactory& drivers, const std::string& driver,
    const std::map<std::string, std::string>& settings);

}  // namespace stagepass::cli
