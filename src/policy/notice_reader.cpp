#include "policy/notice_reader.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace stagepass::policy {
namespace {

constexpr std::array kKeys = {"on",   "webhook",  "ca_file", "command",
                              "mail", "sendmail", "near_end"};
constexpr std::size_t kLongestAddress = 254;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters and digits, and `others` between them: never at an end, never two of them.
bool is_dotted(std::string_view text, std::string_view others) {
  char before = '.';
  for (const char c : text) {
    if (!is_letter_or_digit(c) &&
        (others.find(c) == std::string_view::npos || !is_letter_or_digit(before))) {
      return false;
    }
    before = c;
  }
  return !text.empty() && is_letter_or_digit(before);
}

/// Far less than an address may be: what is left has no meaning to a mail program but its own.
bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return text.size() <= kLongestAddress && at != std::string_view::npos &&
         is_dotted(text.substr(0, at), "._+-") && is_dotted(text.substr(at + 1), ".-");
}

class NoticeReader final {
 public:
  NoticeReader(const TomlValues& values, const toml::node& node, const toml::table& table)
      : values_(&values), node_(&node), table_(&table) {}

  Result<NoticeRule> read() {
    SP_TRY(refuse_unknown_keys());
    SP_TRY(read_way());
    SP_TRY(read_events());
    SP_TRY(read_near_end());
    return std::move(rule_);
  }

 private:
  [[nodiscard]] Result<void> refuse_unknown_keys() const {
    for (const auto& [key, value] : *table_) {
      if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
        return values_->unknown(key.source(), "rule of notice", key.str(),
                                {kKeys.begin(), kKeys.end()});
      }
    }
    return {};
  }

  Result<void> read_way() {
    const auto* webhook = table_->get("webhook");
    const auto* command = table_->get("command");
    const auto* mail = table_->get("mail");
    const auto ways = std::count_if(kKeys.begin(), kKeys.end(), [&](std::string_view key) {
      return (key == "webhook" || key == "command" || key == "mail") && table_->contains(key);
    });
    if (ways != 1) {
      return values_->refuse(node_->source(), "a notice has one of webhook, command and mail",
                             "write a [[notice]] of its own for each");
    }
    SP_TRY(refuse_stray("ca_file", "webhook"));
    SP_TRY(refuse_stray("sendmail", "mail"));
    if (webhook != nullptr) {
      return read_webhook(*webhook);
    }
    return command != nullptr ? read_command(*command) : read_mail(*mail);
  }

  /// What could not be heeded.
  [[nodiscard]] Result<void> refuse_stray(const char* key, const char* owner) const {
    const auto* stray = table_->get(key);
    return stray == nullptr || table_->contains(owner)
               ? Result<void>()
               : values_->refuse(stray->source(),
                                 fmt::format("notice.{} belongs to a notice by {}", key, owner));
  }

  Result<void> read_webhook(const toml::node& node) {
    SP_ASSIGN(const std::string written, values_->text(node, "notice.webhook"));
    auto endpoint = http::parse_http_endpoint(written);
    if (!endpoint) {
      return values_->refuse(node.source(), "notice.webhook: " + endpoint.error().message,
                             endpoint.error().hint);
    }
    WebhookNotice webhook{*std::move(endpoint)};
    if (const auto* ca_file = table_->get("ca_file")) {
      SP_ASSIGN(webhook.ca_file, absolute_path(*ca_file, "notice.ca_file"));
    }
    rule_.way = std::move(webhook);
    return {};
  }

  Result<void> read_command(const toml::node& node) {
    SP_ASSIGN(std::string program, absolute_path(node, "notice.command"));
    rule_.way = CommandNotice{std::move(program)};
    return {};
  }

  Result<void> read_mail(const toml::node& node) {
    SP_ASSIGN(std::string address, values_->text(node, "notice.mail"));
    if (!is_mail_address(address)) {
      return values_->refuse(
          node.source(), fmt::format("notice.mail: {} is no address", stagepass::quoted(address)),
          R"(write one address alone: "shop@example.com")");
    }
    MailNotice mail{std::move(address)};
    if (const auto* sendmail = table_->get("sendmail")) {
      SP_ASSIGN(mail.sendmail, absolute_path(*sendmail, "notice.sendmail"));
    }
    rule_.way = std::move(mail);
    return {};
  }

  [[nodiscard]] Result<std::string> absolute_path(const toml::node& node,
                                                  const std::string& what) const {
    SP_ASSIGN(std::string path, values_->text(node, what));
    const bool is_plain = escape_untrusted(path, path.size()) == path;
    if (!is_plain || !std::filesystem::path(path).is_absolute() || path.ends_with('/')) {
      return values_->refuse(
          node.source(),
          fmt::format("{}: {} is no absolute path of a file", what, stagepass::quoted(path)),
          "write the whole path, and no arguments");
    }
    return path;
  }

  Result<void> read_events() {
    const auto* node = table_->get("on");
    if (node == nullptr) {
      return {};
    }
    SP_ASSIGN(const auto names, values_->texts(*node, "notice.on"));
    rule_.on.clear();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto* event =
          std::find_if(kNoticeEvents.begin(), kNoticeEvents.end(),
                       [&](NoticeEvent each) { return to_string(each) == names[i]; });
      if (event == kNoticeEvents.end()) {
        std::vector<std::string> known;
        known.reserve(kNoticeEvents.size());
        for (const NoticeEvent each : kNoticeEvents) {
          known.emplace_back(to_string(each));
        }
        return values_->unknown(node->as_array()->get(i)->source(), "event", names[i], known);
      }
      rule_.on.push_back(*event);
    }
    return {};
  }

  Result<void> read_near_end() {
    constexpr Ttl kShortest = std::chrono::minutes(1);
    constexpr Ttl kLongest = std::chrono::weeks(5);
    const auto* node = table_->get("near_end");
    if (node == nullptr) {
      return {};
    }
    if (!rule_.wants(NoticeEvent::near_end)) {
      return values_->refuse(node->source(), "notice.near_end belongs to a notice on near-end");
    }
    SP_ASSIGN(rule_.near_end, values_->duration(*node, "notice.near_end"));
    return rule_.near_end >= kShortest && rule_.near_end <= kLongest
               ? Result<void>()
               : values_->refuse(
                     node->source(),
                     fmt::format("notice.near_end cannot be {}", format_duration(rule_.near_end)),
                     "give 1m to 5w");
  }

  const TomlValues* values_;
  const toml::node* node_;
  const toml::table* table_;
  NoticeRule rule_;
};

}  // namespace

Result<NoticeRule> read_notice(const TomlValues& values, const toml::node& node) {
  SP_ASSIGN(const auto* table, values.table(node, "each notice"));
  return NoticeReader(values, node, *table).read();
}

}  // namespace stagepass::policy
