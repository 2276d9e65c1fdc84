// stagepass retrieve GRANT: shows the credentials of a grant, once.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/json_output.hpp"
#include "cli/secret_output.hpp"
#include "cli/session.hpp"

#include <stagepass/core/secret_text.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

struct RetrieveOptions {
  std::string grant;
  std::optional<std::string> target;
  std::optional<std::string> only;
  std::optional<std::string> file;
  bool show = false;
};

enum class Part { all, user, password };

Result<Part> parse_part(const std::optional<std::string>& text) {
  if (!text) {
    return Part::all;
  }
  if (*text == "user") {
    return Part::user;
  }
  if (*text == "password") {
    return Part::password;
  }
  return fail(Errc::invalid_argument,
              fmt::format("--only {} is not known", stagepass::quoted(*text)),
              "say --only user or --only password");
}

struct Request {
  GrantId grant;
  std::optional<TargetName> target;
  Part part;
};

Result<void> check_combination(Part part, const RetrieveOptions& options, bool json) {
  if (part != Part::all && json) {
    return fail(Errc::invalid_argument, "--only and --json exclude each other");
  }
  if (part == Part::user && options.file) {
    return fail(Errc::invalid_argument, "--only user and --out exclude each other",
                "a user name is no secret: it goes to stdout, as often as you like");
  }
  return {};
}

Result<Request> parse_request(const RetrieveOptions& options, bool json) {
  SP_ASSIGN(auto grant, GrantId::parse(options.grant));
  SP_ASSIGN(auto target, parse_optional<TargetName>(options.target));
  SP_ASSIGN(const Part part, parse_part(options.only));
  SP_TRY(check_combination(part, options, json));
  return Request{std::move(grant), std::move(target), part};
}

// The accounts that are meant; refused here is refused before anything is claimed.
Result<std::vector<Account>> chosen_accounts(Session& session, const Request& request) {
  SP_ASSIGN(Store * store, session.store());
  SP_ASSIGN(const GrantWithAccounts found, store->grant(request.grant));
  std::vector<Account> chosen;
  for (const auto& account : found.accounts) {
    if (!request.target || account.target == *request.target) {
      chosen.push_back(account);
    }
  }
  if (chosen.empty()) {
    return fail(Errc::not_found,
                fmt::format("{} has no account on {}", request.grant.str(), request.target->str()),
                "its targets: " + target_names(found));
  }
  if (request.part != Part::all && chosen.size() > 1) {
    return fail(
        Errc::invalid_argument,
        fmt::format("{} has {} accounts, and --only shows one", request.grant.str(), chosen.size()),
        "choose one with --target: " + target_names(found));
  }
  return chosen;
}

Result<void> check_destination(const Context& context, const RetrieveOptions& options) {
  if (options.file) {
    return {};
  }
  if (context.terminal.output_is_terminal() && !options.show) {
    return fail(Errc::invalid_argument, "stdout is a terminal, where others may see the credential",
                "say --show to show it here, or --out FILE to write it to a file");
  }
  return check_stdout_keeps_secrets();
}

Result<Secret> password_alone(const service::ShownCredential& shown) {
  if (!shown.password) {
    return fail(Errc::invalid_argument, "this account has no password; it takes the key only");
  }
  if (shown.second_factor) {
    return fail(Errc::invalid_argument,
                "this account has a second factor, too, and --only password would lose it",
                "leave --only out");
  }
  return SecretText().add(*shown.password).add("\n").build();
}

Secret as_text(const service::ShownGrant& shown) {
  SecretText text;
  std::string_view gap;
  for (const auto& credential : shown.credentials) {
    text.add(fmt::format("{}target: {}\n", gap, credential.target.str()));
    for (const auto& [name, value] : credential.access) {
      text.add(fmt::format("{}: {}\n", escape_untrusted(name), escape_untrusted(value)));
    }
    text.add(fmt::format("user: {}\n", credential.user_name.str()));
    if (credential.password) {
      text.add("password: ").add(*credential.password).add("\n");
    }
    if (credential.second_factor) {
      text.add("second factor (for an authenticator app): ")
          .add(*credential.second_factor)
          .add("\n");
    }
    gap = "\n";
  }
  return text.build();
}

Secret as_json(const service::ShownGrant& shown) {
  SecretText text;
  text.add(
      fmt::format(R"({{"schema":"stagepass/retrieve/1","grant":{},"ends_at":"{}","accounts":[)",
                  json_string(shown.grant.id.str()), format_utc(shown.ends_at)));
  std::string_view comma;
  for (const auto& credential : shown.credentials) {
    text.add(
        fmt::format(R"({}{{"target":{},"access":{{)", comma, json_string(credential.target.str())));
    std::string_view inner_comma;
    for (const auto& [name, value] : credential.access) {
      text.add(fmt::format("{}{}:{}", inner_comma, json_string(name), json_string(value)));
      inner_comma = ",";
    }
    text.add(fmt::format(R"(}},"user":{},"password":)", json_string(credential.user_name.str())));
    if (credential.password) {
      text.add_json(*credential.password);
    } else {
      text.add("null");
    }
    if (credential.second_factor) {
      text.add(R"(,"totp_secret":)").add_json(*credential.second_factor);
    }
    text.add("}");
    comma = ",";
  }
  return text.add("]}\n").build();
}

Result<Secret> render(const Context& context, const Request& request,
                      const service::ShownGrant& shown) {
  if (request.part == Part::password) {
    return password_alone(shown.credentials.front());
  }
  return context.options.json ? as_json(shown) : as_text(shown);
}

// Where the credential goes. A file is opened before anything is claimed and gets its name only
// when it is complete.
class Destination final {
 public:
  [[nodiscard]] static Result<Destination> open(const std::optional<std::string>& path) {
    Destination destination;
    if (path) {
      SP_ASSIGN(auto file, system::PrivateFile::create(*path));
      destination.file_.emplace(std::move(file));
    }
    return destination;
  }

  [[nodiscard]] Result<void> write(const Secret& secret) {
    if (!file_) {
      return write_secret_to_stdout(secret);
    }
    SP_TRY(file_->write(secret.reveal()));
    return file_->publish();
  }

 private:
  std::optional<system::PrivateFile> file_;
};

void tell_of_interruption(Terminal& terminal, const Retrieval& earlier) {
  terminal.note(fmt::format("an earlier retrieve by {} was cut off{}: it may have been seen",
                            earlier.claimed_by,
                            earlier.claimed_at ? " at " + both_times(*earlier.claimed_at) : ""));
}

void tell_of_work_time(Terminal& terminal, const service::ShownGrant& shown) {
  if (shown.ends_at < shown.grant.expires_at) {
    terminal.note("the time to work begins now, and ends " + both_times(shown.ends_at));
  }
}

// A user name is no secret: it is read from the records, and nothing counts as shown.
Result<ExitStatus> print_user_name(Context& context, const Account& account) {
  SP_TRY(context.terminal.print(account.user_name.str() + "\n"));
  return ExitStatus::ok;
}

Result<ExitStatus> run_retrieve(Context& context, const RetrieveOptions& options) {
  SP_ASSIGN(const Request request, parse_request(options, context.options.json));
  Session session(context);
  SP_ASSIGN(const auto accounts, chosen_accounts(session, request));
  if (request.part == Part::user) {
    return print_user_name(context, accounts.front());
  }
  SP_TRY(check_destination(context, options));
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(auto destination, Destination::open(options.file));
  SP_TRY(service::GrantService(workspace).retrieve(
      request.grant, request.target, [&](const service::ShownGrant& shown) -> Result<void> {
        if (shown.interrupted) {
          tell_of_interruption(context.terminal, *shown.interrupted);
        }
        tell_of_work_time(context.terminal, shown);
        SP_ASSIGN(const Secret rendered, render(context, request, shown));
        return destination.write(rendered);
      }));
  if (options.file) {
    context.terminal.note(
        fmt::format("written to {}; it will not be shown again", escape_untrusted(*options.file)));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_retrieve_command(Command& app, Context& context) {
  auto options = std::make_shared<RetrieveOptions>();
  auto command = app.subcommand("retrieve", "show the credentials of a grant, once");
  command.argument("GRANT", options->grant, "the grant's id");
  command.option("--target TARGET", options->target, "only the credential on this target");
  command.option("--only PART", options->only, "user or password, alone on a line");
  command.option("--out FILE", options->file, "write to a new file that only you can read");
  command.flag("--show", options->show, "show it although stdout is a terminal");
  command.runs(context, [options, &context] { return run_retrieve(context, *options); });
}

}  // namespace stagepass::cli
