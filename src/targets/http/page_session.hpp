#pragma once

#include "targets/http/http_client.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// What the login page of a shop made of a user name and a password.
struct LoginTrial {
  enum class Outcome {
    accepted,
    refused,  ///< the shop's own refusal
    untold,   ///< a captcha, a firewall, another page: neither yes nor no
  };
  Outcome outcome = Outcome::untold;
  std::optional<Secret> cookies;  ///< of an accepted login
  std::string said;               ///< why it was untold, for a person
};

/// A page of a shop may be long; what we look for stands at its beginning.
inline constexpr std::size_t kLongestPage = 4UL << 20U;

/// A login kept open: cookies, and a page that only who is logged in sees.
class PageSession final : public LiveSession {
 public:
  /// Only an answer that says so ends a session: an error may be gone with the next look.
  using IsLoggedOut = bool (*)(const HttpResponse&);

  PageSession(HttpClient client, Secret cookies, std::string path, IsLoggedOut is_logged_out)
      : client_(std::move(client)),
        cookies_(std::move(cookies)),
        path_(std::move(path)),
        is_logged_out_(is_logged_out) {}

  bool ended_within(Timeout patience) override;

 private:
  HttpClient client_;
  Secret cookies_;
  std::string path_;
  IsLoggedOut is_logged_out_;
};

/// One text after the other, in protected memory.
[[nodiscard]] Secret joined(const std::vector<std::string_view>& parts);

/// What stands behind "Cookie: " for these "Set-Cookie: " lines, of which a later one replaces an
/// earlier one of its name. Empty ones, which take a cookie away, are left out.
[[nodiscard]] Secret cookies_for(const std::vector<const Secret*>& lines);

/// The letters and digits that follow `before` in a page; empty if there are none.
[[nodiscard]] std::string word_behind(std::string_view page, std::string_view before);

}  // namespace stagepass::targets
