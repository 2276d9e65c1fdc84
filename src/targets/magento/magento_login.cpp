#include "targets/magento/magento_login.hpp"

#include <fmt/core.h>

#include <optional>
#include <string_view>

namespace stagepass::targets {
namespace {

using Outcome = LoginTrial::Outcome;

constexpr long kOk = 200;
constexpr const char* kFirstPage = "/";

bool holds(const HttpResponse& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

/// A login form with an error and without a captcha. The same sentence tells of a wrong password
/// and of a user who is locked or inactive: Magento lets nobody know which.
bool is_refusal(const HttpResponse& response) {
  return response.status == kOk && is_magento_login_page(response) &&
         holds(response, "message-error") && !holds(response, "captcha");
}

ShopLogin untold(const HttpResponse& response, std::string_view why) {
  return {{Outcome::untold, std::nullopt,
           fmt::format("the login page answered with HTTP status {}, {}", response.status, why)},
          {}};
}

Secret all_cookies(const HttpResponse& first, const HttpResponse& second) {
  std::vector<const Secret*> lines;
  for (const HttpResponse* each : {&first, &second}) {
    for (const Secret& line : each->cookies) {
      lines.push_back(&line);
    }
  }
  return cookies_for(lines);
}

/// After a redirect the first page says whether that was a way in or back.
Result<ShopLogin> look_inside(const HttpClient& client, Secret cookies, const Deadline& deadline) {
  SP_ASSIGN(const HttpResponse page,
            client.send({.path = kFirstPage, .cookies = &cookies, .longest_body = kLongestPage},
                        deadline));
  if (is_refusal(page)) {
    return ShopLogin{{Outcome::refused, std::nullopt, {}}, {}};
  }
  if (is_magento_login_page(page) || (page.status != kOk && !page.is_redirect())) {
    return untold(page, "with neither yes nor no");
  }
  return ShopLogin{{Outcome::accepted, std::move(cookies), {}}, kFirstPage};
}

}  // namespace

bool is_magento_login_page(const HttpResponse& response) {
  if (response.is_redirect()) {
    return response.header("location").find("auth/login") != std::string_view::npos;
  }
  return response.status == kOk && holds(response, "id=\"login-form\"") &&
         holds(response, "login[password]");
}

Result<ShopLogin> try_magento_login(const HttpClient& client, const UserName& user,
                                    const Secret& password, const Deadline& deadline) {
  SP_ASSIGN(const HttpResponse page,
            client.send({.path = kFirstPage, .longest_body = kLongestPage}, deadline));
  const std::size_t field = page.body.find("name=\"form_key\"");
  const std::string key = field == std::string::npos
                              ? std::string()
                              : word_behind(std::string_view(page.body).substr(field), "value=\"");
  if (!is_magento_login_page(page) || key.empty()) {
    return untold(page, "but not with Magento's login page: is url that of the back office?");
  }
  const Secret first_cookies = all_cookies(page, {});
  const Secret encoded = percent_encoded(password);
  const Secret form = joined({"form_key=", key, "&login%5Busername%5D=", user.str(),
                              "&login%5Bpassword%5D=", encoded.reveal_text()});
  const HttpRequest request{.method = "POST",
                            .path = kFirstPage,
                            .content_type = "application/x-www-form-urlencoded",
                            .body = &form,
                            .cookies = &first_cookies,
                            .longest_body = kLongestPage};
  SP_ASSIGN(const HttpResponse response, client.send(request, deadline));
  if (response.is_redirect()) {
    return look_inside(client, all_cookies(page, response), deadline);
  }
  return is_refusal(response) ? ShopLogin{{Outcome::refused, std::nullopt, {}}, {}}
                              : untold(response, "but not with Magento's own refusal (a captcha?)");
}

}  // namespace stagepass::targets
