#include "targets/http/page_session.hpp"

#include "targets/http/polled_session.hpp"

#include <algorithm>

namespace stagepass::targets {
namespace {

/// "name=value" of a Set-Cookie line; empty if the value is.
std::string_view pair_of(const Secret& line) {
  const std::string_view text = line.reveal_text();
  const std::string_view pair = text.substr(0, text.find(';'));
  const bool is_empty =
      pair.find('=') == std::string_view::npos || pair.ends_with('=') || pair.ends_with("=deleted");
  return is_empty ? std::string_view() : pair;
}

std::string_view name_of(const Secret& line) {
  const std::string_view text = line.reveal_text();
  return text.substr(0, std::min(text.find('='), text.find(';')));
}

}  // namespace

bool PageSession::ended_within(Timeout patience) {
  const auto is_over = [&](const Deadline& deadline) {
    const HttpRequest request{.path = path_, .cookies = &cookies_, .longest_body = kLongestPage};
    const auto response = client_.send(request, deadline);
    return response && is_logged_out_(*response);
  };
  return PolledSession(is_over).ended_within(patience);
}

Secret joined(const std::vector<std::string_view>& parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) {
    size += part.size();
  }
  return Secret::make(size, [&](MutableBytes out) {
    auto next = out.begin();
    for (const std::string_view part : parts) {
      next = std::copy(part.begin(), part.end(), next);
    }
  });
}

Secret cookies_for(const std::vector<const Secret*>& lines) {
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_replaced =
        std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, lines.end(),
                    [&](const Secret* later) { return name_of(*later) == name_of(*lines[i]); });
    const std::string_view pair = pair_of(*lines[i]);
    if (!is_replaced && !pair.empty()) {
      parts.insert(parts.end(), {parts.empty() ? "" : "; ", pair});
    }
  }
  return joined(parts);
}

std::string word_behind(std::string_view page, std::string_view before) {
  const std::size_t found = page.find(before);
  if (found == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = page.substr(found + before.size());
  constexpr std::size_t kLongest = 128;
  const auto* const end =
      std::find_if(rest.begin(), rest.begin() + std::min(rest.size(), kLongest), [](char each) {
        return (each < '0' || each > '9') && (each < 'a' || each > 'z') &&
               (each < 'A' || each > 'Z');
      });
  return {rest.begin(), end};
}

}  // namespace stagepass::targets
