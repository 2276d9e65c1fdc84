#include "cli/setting_arguments.hpp"

#include "cli/arguments.hpp"
#include "cli/secret_input.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::cli {
namespace {

Result<void> keep(SecretSettings& secrets, const std::string& name, Secret secret) {
  if (!secrets.emplace(name, std::move(secret)).second) {
    return fail(Errc::invalid_argument,
                fmt::format("the secret {} is given twice", stagepass::quoted(name)));
  }
  return {};
}

}  // namespace

void add_setting_options(Command& command, SettingArguments& arguments, const std::string& help) {
  command.arguments("SETTING", arguments.settings, Need::optional, help);
  command.option("--environment KIND", arguments.environment,
                 "staging, test or live; must be said where it looks like a live shop");
  command.option("--secret KEY", arguments.asked_secrets, "ask for this secret setting");
  command.option("--secret-file KEY=FILE", arguments.secret_files, "read it from a private file");
  command.option("--secret-fd KEY=N", arguments.secret_fds, "read it from an open descriptor");
}

Result<std::optional<Environment>> parse_environment_of(const SettingArguments& arguments) {
  if (!arguments.environment) {
    return std::optional<Environment>();
  }
  SP_ASSIGN(const Environment environment, parse_environment(*arguments.environment));
  return std::optional(environment);
}

Result<SecretSettings> read_secrets(Context& context, const SettingArguments& arguments) {
  SecretSettings secrets;
  for (const auto& text : arguments.secret_files) {
    SP_ASSIGN(const auto setting, parse_assignment(text));
    SP_ASSIGN(Secret secret, read_secret_file(setting.second));
    SP_TRY(keep(secrets, setting.first, std::move(secret)));
  }
  for (const auto& text : arguments.secret_fds) {
    SP_ASSIGN(const auto setting, parse_assignment(text));
    SP_ASSIGN(Secret secret, read_secret_fd(setting.second));
    SP_TRY(keep(secrets, setting.first, std::move(secret)));
  }
  for (const auto& name : arguments.asked_secrets) {
    SP_ASSIGN(Secret secret, context.terminal.ask_secret(escape_untrusted(name)));
    SP_TRY(keep(secrets, name, std::move(secret)));
  }
  return secrets;
}

Result<void> refuse_secrets_in_arguments(const DriverFactory& drivers, const std::string& driver,
                                         const std::map<std::string, std::string>& settings) {
  for (const auto& known : drivers.kinds()) {
    for (const auto& setting : known.settings) {
      if (known.kind == driver && setting.kind == SettingInfo::Kind::secret &&
          settings.contains(setting.key)) {
        return fail(
            Errc::invalid_argument,
            fmt::format("{} is a secret, and arguments can be seen by other users", setting.key),
            fmt::format("use --secret {0}, --secret-file {0}=FILE or --secret-fd {0}=N, and "
                        "change the value that was shown",
                        setting.key));
      }
    }
  }
  return {};
}

}  // namespace stagepass::cli
