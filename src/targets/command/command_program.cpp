#include "targets/command/command_program.hpp"

#include "targets/command/json_request.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr int kProtocol = 1;
constexpr Timeout kLongestSession = std::chrono::minutes(30);

/// Shorter texts turn up in any output by chance.
constexpr std::size_t kShortestRecognizable = 8;

bool repeats(std::string_view output, const Secret& secret) {
  return secret.size() >= kShortestRecognizable &&
         output.find(secret.reveal_text()) != std::string_view::npos;
}

void write_account(JsonWriter& json, const AccountRef& account) {
  json.begin_object("account");
  json.member("id", account.id.str());
  json.member("user", account.user_name.str());
  json.member("marker", account.marker);
  json.end_object();
}

Result<void> check_encoding(const Request& request) {
  if (request.password != nullptr && !is_utf8(request.password->reveal_text())) {
    return fail(Errc::invalid_argument, "the password is not UTF-8 and cannot be handed on");
  }
  return {};
}

Command command_for(const Transport::Call& call, const Secret& input, Timeout timeout,
                    std::size_t longest_answer) {
  Command command;
  command.argv = call.argv;
  command.input = &input;
  command.timeout = timeout;
  command.output_limit = longest_answer;
  return command;
}

}  // namespace

CommandProgram::CommandProgram(std::shared_ptr<const Transport> transport, Settings settings,
                               SecretSettings secrets, Process& process)
    : transport_(std::move(transport)),
      settings_(std::move(settings)),
      secrets_(std::move(secrets)),
      process_(&process) {}

Result<Reply> CommandProgram::ask(const Request& request, Timeout timeout) const {
  SP_TRY(check_encoding(request));
  SP_ASSIGN(const Transport::Call call, transport_->call(timeout));
  const Secret input = encode(request);
  SP_ASSIGN(const CommandOutput output,
            process_->run(command_for(call, input, timeout, request.longest_answer)));
  if (repeats_secret(output.standard_error, request)) {
    return withheld();
  }
  if (output.exit_status != 0) {
    return transport_->failure(output);
  }
  return read(output.standard_output, request);
}

Result<CommandProgram::Dialogue> CommandProgram::ask_and_keep(const Request& request,
                                                              Timeout timeout) const {
  SP_TRY(check_encoding(request));
  SP_ASSIGN(Transport::Call call, transport_->call(timeout));
  const Secret input = encode(request);
  SP_ASSIGN(auto program,
            process_->start(command_for(call, input, kLongestSession, request.longest_answer)));
  SP_ASSIGN(const std::string line, program->wait_for_output("{", timeout));
  SP_ASSIGN(Reply answer, read(line, request));
  return Dialogue{std::move(answer), std::move(call.kept), std::move(program)};
}

Secret CommandProgram::encode(const Request& request) const {
  return write_json_line([&](JsonWriter& json) {
    json.begin_object();
    json.member("stagepass", kProtocol);
    json.member("operation", request.operation);
    if (request.account != nullptr) {
      write_account(json, *request.account);
    }
    if (request.ends_at) {
      json.member("ends_at", format_utc(*request.ends_at));
    }
    if (request.password != nullptr) {
      json.member("password", request.password->reveal_text());
    }
    if (request.public_key != nullptr) {
      json.member("public_key", request.public_key->str());
    }
    json.begin_object("settings");
    for (const auto& [key, value] : settings_) {
      json.member(key, value);
    }
    json.end_object();
    json.begin_object("secrets");
    for (const auto& [key, value] : secrets_) {
      json.member(key, value.reveal_text());
    }
    json.end_object();
    json.end_object();
  });
}

bool CommandProgram::repeats_secret(std::string_view text, const Request& request) const {
  return (request.password != nullptr && repeats(text, *request.password)) ||
         std::any_of(secrets_.begin(), secrets_.end(),
                     [&](const auto& entry) { return repeats(text, entry.second); });
}

Failure CommandProgram::withheld() const {
  return fail(Errc::unreachable,
              fmt::format("{} repeats a secret in its output, which is withheld", name()),
              "correct the program: it must not print what it is given");
}

/// Looks for secrets in what the answer says, not in how it is written: JSON has many spellings.
Result<Reply> CommandProgram::read(std::string_view answer, const Request& request) const {
  bool repeats_one = repeats_secret(answer, request);
  const auto listen = [&](std::string_view text) {
    repeats_one = repeats_one || repeats_secret(text, request);
  };
  auto reply = Reply::parse(answer, listen, transport_->speaker());
  if (repeats_one) {
    return withheld();
  }
  return reply;
}

}  // namespace stagepass::targets
