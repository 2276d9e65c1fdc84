#include <stagepass/policy/notice_rule.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::policy {
namespace {

struct ShownName {
  std::string operator()(const WebhookNotice& webhook) const {
    return "webhook " + webhook.to.server.str();
  }
  std::string operator()(const CommandNotice& command) const {
    return "command " + command.program;
  }
  std::string operator()(const MailNotice& mail) const { return "mail " + mail.address; }
};

}  // namespace

std::string_view to_string(NoticeEvent event) {
  switch (event) {
    case NoticeEvent::grant:
      return "grant";
    case NoticeEvent::retrieve:
      return "retrieve";
    case NoticeEvent::reissue:
      return "reissue";
    case NoticeEvent::near_end:
      return "near-end";
    case NoticeEvent::end:
      return "end";
    case NoticeEvent::failure:
      return "failure";
  }
  return "";
}

bool NoticeRule::wants(NoticeEvent event) const {
  return std::find(on.begin(), on.end(), event) != on.end();
}

std::string name_of(const NoticeRule& rule) {
  return std::visit(ShownName(), rule.way);
}

std::string destination_of(const NoticeRule& rule) {
  const auto* webhook = std::get_if<WebhookNotice>(&rule.way);
  return webhook == nullptr ? name_of(rule) : name_of(rule) + webhook->to.path;
}

}  // namespace stagepass::policy
