#include "notices/channel.hpp"

#include "notices/message.hpp"

#include <stagepass/http/http_client.hpp>
#include <stagepass/system/program_file.hpp>

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace stagepass::notices {

Result<void> Channel::send(const policy::NoticeRule& rule, const Event& event,
                           Timeout timeout) const {
  if (const auto* webhook = std::get_if<policy::WebhookNotice>(&rule.way)) {
    return send(*webhook, event, timeout);
  }
  if (const auto* command = std::get_if<policy::CommandNotice>(&rule.way)) {
    return send(*command, event, timeout);
  }
  return send(std::get<policy::MailNotice>(rule.way), event, timeout);
}

Result<void> Channel::send(const policy::WebhookNotice& webhook, const Event& event,
                           Timeout timeout) const {
  constexpr std::size_t kLongestAnswer = 64UL * 1024;
  constexpr long kFirstGood = 200;
  constexpr long kPastGood = 300;
  const std::string body = json_of(event);
  const std::string timestamp =
      std::to_string(tools_->workspace.clock.now().time_since_epoch().count());
  SP_ASSIGN(const std::string signature, tools_->sign({event.id, timestamp, body}));
  const Secret content = Secret::copy_of(body);
  const http::HttpClient client(webhook.to.server, webhook.ca_file);
  SP_ASSIGN(const http::HttpResponse answer,
            client.send({.method = "POST",
                         .path = webhook.to.path,
                         .headers = {{"webhook-id", event.id},
                                     {"webhook-timestamp", timestamp},
                                     {"webhook-signature", signature}},
                         .content_type = "application/json",
                         .body = &content,
                         .longest_body = kLongestAnswer},
                        system::Deadline(timeout)));
  if (answer.status >= kFirstGood && answer.status < kPastGood) {
    return {};
  }
  return fail(Errc::refused,
              fmt::format("{} answered {}{}", webhook.to.server.str(), answer.status,
                          answer.is_redirect() ? ", and no redirect is followed" : ""));
}

Result<void> Channel::send(const policy::CommandNotice& command, const Event& event,
                           Timeout timeout) const {
  return run({command.program}, json_of(event) + "\n", timeout);
}

Result<void> Channel::send(const policy::MailNotice& mail, const Event& event,
                           Timeout timeout) const {
  return run({mail.sendmail, "-t", "-i"}, mail_of(event, mail.address), timeout);
}

Result<void> Channel::run(std::vector<std::string> argv, const std::string& input,
                          Timeout timeout) const {
  SP_TRY(system::check_program_file(argv.front()));
  const std::string program = argv.front();
  const Secret content = Secret::copy_of(input);
  SP_ASSIGN(
      const CommandOutput output,
      tools_->process.run(
          {.argv = std::move(argv), .environment = {}, .input = &content, .timeout = timeout}));
  return output.exit_status == 0
             ? Result<void>()
             : fail(Errc::refused, fmt::format("{} ended with {}", program, output.exit_status));
}

}  // namespace stagepass::notices
