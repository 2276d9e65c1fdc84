#include "targets/command/command_driver.hpp"

#include "targets/command/command_program.hpp"
#include "targets/command/json_request.hpp"
#include "targets/command/program_file.hpp"
#include "targets/deadline.hpp"
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
  explicit CommandSession(std::unique_ptr<RunningCommand> program) : program_(std::move(program)) {}
  bool ended_within(Timeout patience) override { return program_->ended_within(patience); }

 private:
  std::unique_ptr<RunningCommand> program_;
};

class CommandDriver final : public TargetDriver {
 public:
  explicit CommandDriver(CommandProgram program) : program_(std::move(program)) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    if (const auto safe = check_program_file(program_.path()); !safe) {
      return std::vector<Finding>{
          {Finding::Kind::problem, safe.error().message, safe.error().hint}};
    }
    SP_ASSIGN(const Reply reply, program_.ask({.operation = "check"}, timeout));
    if (reply.unsupported()) {
      return std::vector<Finding>{
          {Finding::Kind::good, fmt::format("{} runs and has no check of its own", program_.path()),
           ""}};
    }
    return reply.findings();
  }

  Result<std::vector<std::string>> install(Timeout /*timeout*/) override {
    return std::vector<std::string>();
  }

  Result<std::vector<MarkedAccount>> list_marked(Timeout timeout) override {
    SP_ASSIGN(const Reply reply,
              program_.ask({.operation = "list", .longest_answer = kLongAnswer}, timeout));
    if (reply.unsupported()) {
      return fail(Errc::invalid_argument, fmt::format("{} cannot list accounts", program_.path()));
    }
    return reply.marked_accounts();
  }

  Result<Presence> probe(const AccountRef& account, Timeout timeout) override {
    SP_ASSIGN(const Reply reply, demand({.operation = "probe", .account = &account}, timeout));
    return reply.presence();
  }

  Result<void> create(const AccountSpec& account, Timeout timeout) override {
    const Request request = {
        .operation = "create",
        .account = &account.ref,
        .ends_at = account.expires_at,
        .password = account.password,
        .public_key = account.public_key ? &*account.public_key : nullptr,
    };
    SP_TRY(demand(request, timeout));
    return {};
  }

  Result<void> set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) override {
    SP_TRY(program_.ask({.operation = "set_end", .account = &account, .ends_at = expires_at},
                        timeout));
    return {};
  }

  Result<void> disable(const AccountRef& account, Timeout timeout) override {
    SP_TRY(demand({.operation = "disable", .account = &account}, timeout));
    return {};
  }

  Result<std::size_t> end_sessions(const AccountRef& account, Timeout timeout) override {
    SP_ASSIGN(const Reply reply,
              demand({.operation = "end_sessions", .account = &account}, timeout));
    return reply.sessions();
  }

  Result<Erased> erase(const AccountRef& account, Timeout timeout) override {
    SP_ASSIGN(const Reply reply, demand({.operation = "delete", .account = &account}, timeout));
    return reply.erased();
  }

  // Asks twice in different words: a program that only echoes success is found out.
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override {
    const Deadline deadline(timeout);
    SP_ASSIGN(const Presence presence, probe(account, deadline.remaining()));
    if (presence != Presence::absent) {
      return fail(Errc::pending,
                  fmt::format("the account {} is still there", account.user_name.str()));
    }
    const Request request = {.operation = "verify", .account = &account, .password = password};
    SP_ASSIGN(const Reply reply, demand(request, deadline.remaining()));
    SP_ASSIGN(GoneProof proof, reply.gone());
    if (password == nullptr) {
      proof.login = LoginCheck::not_tried;  // whatever it says, it had nothing to try
    }
    return proof;
  }

  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override {
    const Request request = {.operation = "login", .account = &account, .password = &password};
    SP_ASSIGN(auto login, program_.ask_and_keep(request, timeout));
    if (login.first_answer.unsupported()) {
      return fail(Errc::invalid_argument, fmt::format("{} has no login to try", program_.path()));
    }
    return std::make_unique<CommandSession>(std::move(login.program));
  }

  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    std::vector<std::pair<std::string, std::string>> details;
    for (const auto& [key, value] : program_.settings()) {
      if (key.starts_with(kShownPrefix)) {
        details.emplace_back(key.substr(kShownPrefix.size()), value);
      }
    }
    return details;
  }

 private:
  /// Asks for an operation that every program must know.
  Result<Reply> demand(const Request& request, Timeout timeout) {
    SP_ASSIGN(Reply reply, program_.ask(request, timeout));
    if (reply.unsupported()) {
      return fail(
          Errc::invalid_argument,
          fmt::format("{} does not support the operation {}", program_.path(), request.operation),
          "only check, list, set_end and login may be left out");
    }
    return reply;
  }

  CommandProgram program_;
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
      CommandProgram(std::move(path), std::move(settings), std::move(secrets), tools.process));
}

}  // namespace stagepass::targets
