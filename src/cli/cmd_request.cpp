// stagepass request: what a specialist asks for, as a text for the ticket. Needs no vault.
#include "cli/commands.hpp"
#include "cli/json_output.hpp"
#include "cli/recipient_keys_input.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/handoff/request.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct RequestOptions {
  std::string case_ref;
  std::string who;
  std::string key;
  std::string life;
  std::optional<std::string> wants;
  std::optional<std::string> reason;
};

Result<handoff::AccessRequest> parse_request(const RequestOptions& options) {
  SP_ASSIGN(auto case_ref, CaseRef::parse(options.case_ref));
  SP_ASSIGN(auto who, RecipientName::parse(options.who));
  SP_ASSIGN(auto keys, read_recipient_keys({options.key}));
  if (keys.size() != 1) {
    return fail(Errc::invalid_argument,
                fmt::format("a request names one key, not {}", keys.size()));
  }
  SP_ASSIGN(const Ttl life, parse_duration(options.life));
  return handoff::AccessRequest{std::move(case_ref),        std::move(who),
                                std::move(keys.front()),    life,
                                options.wants.value_or(""), options.reason.value_or("")};
}

Result<ExitStatus> run_request(Context& context, const RequestOptions& options) {
  SP_ASSIGN(const auto request, parse_request(options));
  SP_ASSIGN(const std::string text, handoff::write_request(request));
  SP_TRY(context.terminal.print(context.options.json ? request_json(text) : text));
  context.terminal.note("put this into the ticket; when the merchant calls, read him the words:");
  context.terminal.detail(check_words(request));
  return ExitStatus::ok;
}

}  // namespace

void add_request_command(Command& app, Context& context) {
  auto options = std::make_shared<RequestOptions>();
  auto command = app.subcommand("request", "ask for access: a text for the ticket");
  command.required_option("--case REF", options->case_ref, "the support ticket");
  command.required_option("--as NAME", options->who, "you: a short name or e-mail address");
  command.required_option("--key KEY", options->key,
                          "your public key: age1…, \"ssh-ed25519 …\", a file of it, or -");
  command.required_option("--for DURATION", options->life, "for how long");
  command.option("--wants TEXT", options->wants, "what you need to get at");
  command.option("--reason TEXT", options->reason, "why");
  command.footer("the merchant grants it with `stagepass grant TARGET… --request FILE`\n");
  command.runs(context, [options, &context] { return run_request(context, *options); });
}

}  // namespace stagepass::cli
