#pragma once

#include <stagepass/core/timestamp.hpp>
#include <stagepass/http/http_url.hpp>

#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stagepass::policy {

/// What a notice can be about.
enum class NoticeEvent { grant, retrieve, reissue, near_end, end, failure };

inline constexpr std::array kNoticeEvents = {NoticeEvent::grant,   NoticeEvent::retrieve,
                                             NoticeEvent::reissue, NoticeEvent::near_end,
                                             NoticeEvent::end,     NoticeEvent::failure};

/// "near-end": as a person writes it in the file.
[[nodiscard]] std::string_view to_string(NoticeEvent event);

struct WebhookNotice {
  http::HttpEndpoint to;  ///< its path may hold a token: only the server is ever shown
  std::string ca_file{};  ///< empty: the authorities of the system
};

struct CommandNotice {
  std::string program;  ///< an absolute path
};

struct MailNotice {
  std::string address;
  std::string sendmail = "/usr/sbin/sendmail";
};

/// Who is told of what.
struct NoticeRule {
  std::vector<NoticeEvent> on{kNoticeEvents.begin(), kNoticeEvents.end()};
  std::variant<WebhookNotice, CommandNotice, MailNotice> way;
  Ttl near_end = std::chrono::hours(1);  ///< so long before its end a grant is near it

  [[nodiscard]] bool wants(NoticeEvent event) const;
};

/// "webhook https://chat.example": for messages.
[[nodiscard]] std::string name_of(const NoticeRule& rule);

/// What tells it from all other notices, however its other rules are changed. May hold a token: never shown.
[[nodiscard]] std::string destination_of(const NoticeRule& rule);

}  // namespace stagepass::policy
