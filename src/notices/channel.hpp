#pragma once

#include "notices/event.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/notices/courier.hpp>

namespace stagepass::notices {

/// Brings one event to one receiver.
///
/// Guarantees: a webhook goes to its server and nowhere else, and no redirect is followed; a program gets the event on its
/// standard input, no argument but those of sendmail, and a clean environment. What a receiver says is not believed,
/// kept or shown.
/// Failure: `unreachable`, `refused` and what a program that cannot be run gives. It may have been taken all the same.
class Channel final {
 public:
  /// `tools` must outlive this object.
  explicit Channel(const Courier::Tools& tools) : tools_(&tools) {}

  [[nodiscard]] Result<void> send(const policy::NoticeRule& rule, const Event& event,
                                  Timeout timeout) const;

 private:
  [[nodiscard]] Result<void> send(const policy::WebhookNotice& webhook, const Event& event,
                                  Timeout timeout) const;
  [[nodiscard]] Result<void> send(const policy::CommandNotice& command, const Event& event,
                                  Timeout timeout) const;
  [[nodiscard]] Result<void> send(const policy::MailNotice& mail, const Event& event,
                                  Timeout timeout) const;
  [[nodiscard]] Result<void> run(std::vector<std::string> argv, const std::string& input,
                                 Timeout timeout) const;

  const Courier::Tools* tools_;
};

}  // namespace stagepass::notices
