#include "targets/command/command_driver.hpp"

#include "targets/command/command_program.hpp"
#include "targets/command/json_driver.hpp"
#include "targets/command/json_request.hpp"
#include "targets/command/local_program.hpp"
#include "targets/command/program_file.hpp"
#include "targets/settings.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

constexpr const char* kProgram = "program";
constexpr std::string_view kShownPrefix = "show.";

class CommandSession final : public LiveSession {
 public:
  explicit CommandSession(CommandProgram::Dialogue login) : login_(std::move(login)) {}
  bool ended_within(Timeout patience) override { return login_.program->ended_within(patience); }

 private:
  CommandProgram::Dialogue login_;
};

class CommandDriver final : public JsonDriver {
 public:
  explicit CommandDriver(CommandProgram program) : JsonDriver(std::move(program)) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    if (const auto safe = check_program_file(program().name()); !safe) {
      return std::vector<Finding>{
          {Finding::Kind::problem, safe.error().message, safe.error().hint}};
    }
    SP_ASSIGN(const Reply reply, program().ask({.operation = "check"}, timeout));
    if (reply.unsupported()) {
      return std::vector<Finding>{
          {Finding::Kind::good,
           fmt::format("{} runs and has no check of its own", program().name()), ""}};
    }
    return reply.findings();
  }

  Result<std::vector<std::string>> install(Timeout /*timeout*/) override {
    return std::vector<std::string>();
  }

  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override {
    const Request request = {.operation = "login", .account = &account, .password = &password};
    SP_ASSIGN(auto login, program().ask_and_keep(request, timeout));
    if (login.first_answer.unsupported()) {
      return fail(Errc::invalid_argument, fmt::format("{} has no login to try", program().name()));
    }
    return std::make_unique<CommandSession>(std::move(login));
  }

  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    std::vector<std::pair<std::string, std::string>> details;
    for (const auto& [key, value] : program().settings()) {
      if (key.starts_with(kShownPrefix)) {
        details.emplace_back(key.substr(kShownPrefix.size()), value);
      }
    }
    return details;
  }
};

Result<void> check_encoding(const Settings& settings, const SecretSettings& secrets) {
  for (const auto& [key, value] : settings) {
    if (!is_utf8(key) || !is_utf8(value)) {
      return fail(Errc::invalid_argument,
                  fmt::format("the setting {} is not UTF-8", stagepass::quoted(key)));
    }
  }
  for (const auto& [key, value] : secrets) {
    if (!is_utf8(key) || !is_utf8(value.reveal_text())) {
      return fail(Errc::invalid_argument,
                  fmt::format("the secret {} is not UTF-8", stagepass::quoted(key)));
    }
  }
  return {};
}

}  // namespace

DriverInfo command_driver_info() {
  using Kind = SettingInfo::Kind;
  return {"command",
          "any platform, by a program of yours that speaks JSON",
          {{kProgram, Kind::required, "", "the absolute path of the program"},
           {kAnyOtherSetting, Kind::optional, "",
            "any other setting or secret is handed to the program; show.NAME is also shown to the "
            "specialist as NAME, e.g. show.url=https://shop.example"}}};
}

Result<std::unique_ptr<TargetDriver>> make_command_driver(const Target& target,
                                                          SecretSettings secrets,
                                                          DriverTools tools) {
  SP_ASSIGN(Settings settings, complete_settings(target, command_driver_info().settings));
  SP_TRY(check_encoding(settings, secrets));
  std::string path = std::move(settings.extract(kProgram).mapped());
  if (!path.starts_with('/')) {
    return fail(Errc::invalid_argument, "the setting program must be an absolute path",
                "e.g. program=/usr/local/lib/stagepass/shop");
  }
  return std::make_unique<CommandDriver>(
      CommandProgram(std::make_shared<LocalProgram>(std::move(path)), std::move(settings),
                     std::move(secrets), tools.process));
}

}  // namespace stagepass::targets
