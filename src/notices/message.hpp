#pragma once

#include "notices/event.hpp"

#include <string>

namespace stagepass::notices {

/// The event as JSON, on one line without its end: the body of a webhook, and what a command reads.
[[nodiscard]] std::string json_of(const Event& event);

/// The event as an e-mail with its headers, for `sendmail -t`. Every header is one line of ASCII.
[[nodiscard]] std::string mail_of(const Event& event, const std::string& address);

}  // namespace stagepass::notices
