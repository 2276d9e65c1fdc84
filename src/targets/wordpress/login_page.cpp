#include "targets/wordpress/login_page.hpp"

#include "targets/http/page_session.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

constexpr long kOk = 200;
constexpr const char* kLoginPath = "/wp-login.php";
constexpr const char* kOwnProfilePath = "/wp-admin/profile.php";
constexpr std::string_view kLoggedIn = "wordpress_logged_in_";

/// "name=value" of a Set-Cookie line, if it is one of a login and not its end.
std::string_view login_cookie(const Secret& line) {
  const std::string_view text = line.reveal_text();
  const std::string_view pair = text.substr(0, text.find(';'));
  const std::string_view value = pair.substr(std::min(pair.find('='), pair.size()));
  const bool is_test = pair.starts_with("wordpress_test_cookie");
  constexpr std::size_t kShortestValue = 8;
  return pair.starts_with("wordpress_") && !is_test && value.size() > kShortestValue
             ? pair
             : std::string_view();
}

std::optional<Secret> login_cookies(const std::vector<Secret>& lines) {
  std::vector<std::string_view> parts;
  bool logged_in = false;
  for (const Secret& line : lines) {
    const std::string_view pair = login_cookie(line);
    if (!pair.empty()) {
      parts.insert(parts.end(), {parts.empty() ? "" : "; ", pair});
      logged_in = logged_in || pair.starts_with(kLoggedIn);
    }
  }
  return logged_in ? std::optional(joined(parts)) : std::nullopt;
}

/// WordPress names the user in bold in both of its refusals, in every language. A captcha or a
/// limit on attempts shows an error in the same place and says nothing about the password.
bool names_user_in_error(std::string_view page, const std::string& user) {
  const std::size_t begin = page.find("id=\"login_error\"");
  if (begin == std::string_view::npos) {
    return false;
  }
  const std::size_t end = std::min(page.find("</div>", begin), page.size());
  return page.substr(begin, end - begin).find(fmt::format("<strong>{}</strong>", user)) !=
         std::string_view::npos;
}

/// Only a way back to the login page says so.
bool is_logged_out(const HttpResponse& response) {
  return response.is_redirect() &&
         response.header("location").find("wp-login.php") != std::string_view::npos;
}

}  // namespace

LoginTrial judge_login(HttpResponse response, const std::string& user) {
  using Outcome = LoginTrial::Outcome;
  if (auto cookies = login_cookies(response.cookies)) {
    return {Outcome::accepted, std::move(cookies), {}};
  }
  if (response.status == kOk && names_user_in_error(response.body, user)) {
    return {Outcome::refused, std::nullopt, {}};
  }
  std::string said = fmt::format("the login page answered with HTTP status {}", response.status);
  if (response.status == kOk) {
    said += ", but not with WordPress's own refusal (a captcha, or a limit on attempts?)";
  } else if (response.is_redirect()) {
    said += fmt::format(" to {}", quoted(response.header("location")));
  }
  return {Outcome::untold, std::nullopt, std::move(said)};
}

Result<LoginTrial> LoginPage::try_login(const UserName& user, const Secret& password,
                                        const Deadline& deadline) const {
  const Secret encoded = percent_encoded(password);
  const std::string target = percent_encoded(client_.address().str() + "/wp-admin/");
  const Secret form = joined({"log=", user.str(), "&pwd=", encoded.reveal_text(),
                              "&wp-submit=Log+In&testcookie=1&redirect_to=", target});
  const Secret test_cookie = Secret::copy_of("wordpress_test_cookie=WP%20Cookie%20check");
  const HttpRequest request{.method = "POST",
                            .path = kLoginPath,
                            .content_type = "application/x-www-form-urlencoded",
                            .body = &form,
                            .cookies = &test_cookie,
                            .longest_body = kLongestPage};
  SP_ASSIGN(HttpResponse response, client_.send(request, deadline));
  return judge_login(std::move(response), user.str());
}

Result<std::unique_ptr<LiveSession>> LoginPage::open_session(const UserName& user,
                                                             const Secret& password,
                                                             const Deadline& deadline) const {
  SP_ASSIGN(LoginTrial trial, try_login(user, password, deadline));
  switch (trial.outcome) {
    case LoginTrial::Outcome::accepted:
      return std::make_unique<PageSession>(client_, *std::move(trial.cookies), kOwnProfilePath,
                                           is_logged_out);
    case LoginTrial::Outcome::refused:
      return fail(Errc::refused, fmt::format("the login as {} was refused", user.str()));
    case LoginTrial::Outcome::untold:
      break;
  }
  return fail(Errc::invalid_argument, fmt::format("no login could be tried: {}", trial.said),
              "a moved or protected login page: log in by hand to see that it works");
}

}  // namespace stagepass::targets
