#include "targets/opencart/opencart_login.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace stagepass::targets {
namespace {

using Outcome = LoginTrial::Outcome;

constexpr long kOk = 200;
constexpr const char* kLoginPath = "/index.php?route=common/login";

/// OpenCart 3 shows its refusal and its limit on attempts in the same place, in the language of the
/// shop. Only the first says anything about the password; in other languages we cannot tell.
constexpr std::string_view kRefusalOfVersion3 = "No match for Username and/or Password";

/// 4.0.1 separates a method by | and later versions by a dot.
std::string login_route(std::string_view page) {
  return page.find("common/login|login") != std::string_view::npos ||
                 page.find("common/login%7Clogin") != std::string_view::npos
             ? "common/login%7Clogin"
             : "common/login.login";
}

ShopLogin untold(const HttpResponse& response, std::string_view why) {
  return {{Outcome::untold, std::nullopt,
           fmt::format("the login page answered with HTTP status {}, {}", response.status, why)},
          {}};
}

/// What is behind the login: the dashboard, with the token that it gave.
std::optional<ShopLogin> accepted(std::string_view redirect, const Secret& cookies) {
  const std::string token = word_behind(redirect, "user_token=");
  if (token.empty() || redirect.find("common/dashboard") == std::string_view::npos) {
    return std::nullopt;
  }
  return ShopLogin{{Outcome::accepted, cookies.clone(), {}},
                   fmt::format("/index.php?route=common/dashboard&user_token={}", token)};
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

ShopLogin judge_version_4(const HttpResponse& response, const Secret& cookies) {
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status != kOk || !answer.is_object()) {
    return untold(response, "but not as OpenCart 4 does");
  }
  const auto redirect = answer.find("redirect");
  if (redirect != answer.end() && redirect->is_string()) {
    auto login = accepted(redirect->get_ref<const std::string&>(), cookies);
    return login ? std::move(*login) : untold(response, "with a way back to itself");
  }
  const auto error = answer.find("error");
  const bool is_refusal = error != answer.end() && error->is_string() && answer.size() == 1;
  return is_refusal ? ShopLogin{{Outcome::refused, std::nullopt, {}}, {}}
                    : untold(response, "with neither yes nor no");
}

ShopLogin judge_version_3(const HttpResponse& response, const Secret& cookies) {
  if (response.is_redirect()) {
    auto login = accepted(response.header("location"), cookies);
    return login ? std::move(*login) : untold(response, "with a way elsewhere");
  }
  const bool is_refusal = response.status == kOk && is_opencart_login_page(response) &&
                          response.body.find(kRefusalOfVersion3) != std::string::npos;
  return is_refusal ? ShopLogin{{Outcome::refused, std::nullopt, {}}, {}}
                    : untold(response,
                             "but not with OpenCart's own refusal (a limit on attempts, "
                             "or another language than English?)");
}

}  // namespace

bool is_opencart_login_page(const HttpResponse& response) {
  if (response.is_redirect()) {
    return response.header("location").find("common/login") != std::string_view::npos;
  }
  return response.status == kOk && response.body.find("common/login") != std::string::npos &&
         response.body.find("name=\"password\"") != std::string::npos;
}

Result<ShopLogin> try_opencart_login(const HttpClient& client, const UserName& user,
                                     const Secret& password, const Deadline& deadline) {
  SP_ASSIGN(const HttpResponse page,
            client.send({.path = kLoginPath, .longest_body = kLongestPage}, deadline));
  if (!is_opencart_login_page(page) || page.is_redirect()) {
    return untold(page, "but not with OpenCart's login page: is url that of the back office?");
  }
  const std::string token = word_behind(page.body, "login_token=");
  const Secret first_cookies = all_cookies(page, {});
  const Secret encoded = percent_encoded(password);
  const Secret form = joined({"username=", user.str(), "&password=", encoded.reveal_text()});
  const HttpRequest request{.method = "POST",
                            .path = token.empty()
                                        ? std::string(kLoginPath)
                                        : fmt::format("/index.php?route={}&login_token={}",
                                                      login_route(page.body), token),
                            .content_type = "application/x-www-form-urlencoded",
                            .body = &form,
                            .cookies = &first_cookies,
                            .longest_body = kLongestPage};
  SP_ASSIGN(const HttpResponse response, client.send(request, deadline));
  const Secret cookies = all_cookies(page, response);
  return token.empty() ? judge_version_3(response, cookies) : judge_version_4(response, cookies);
}

}  // namespace stagepass::targets
