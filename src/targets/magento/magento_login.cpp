#include "targets/magento/magento_login.hpp"

#include "targets/magento/back_office_visit.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>
#include <utility>

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

ShopLogin refused() {
  return {{Outcome::refused, std::nullopt, {}}, {}};
}

ShopLogin untold(const HttpResponse& response, std::string_view why) {
  return {{Outcome::untold, std::nullopt,
           fmt::format("the login page answered with HTTP status {}, {}", response.status, why)},
          {}};
}

/// What every form and every script of the page sends along.
std::string form_key_in(const HttpResponse& page) {
  const std::size_t field = page.body.find("name=\"form_key\"");
  return field == std::string::npos
             ? word_behind(page.body, "FORM_KEY = '")
             : word_behind(std::string_view(page.body).substr(field), "value=\"");
}

/// Where the page of the second factor sends its code: a text of JSON.
std::optional<std::string> code_link_in(const HttpResponse& page) {
  constexpr std::string_view kMember = "\"postUrl\":";
  const std::size_t begin = page.body.find(kMember);
  if (begin == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t end = page.body.find('"', begin + kMember.size() + 1);
  const auto text = nlohmann::json::parse(
      page.body.substr(begin + kMember.size(),
                       end == std::string::npos ? end : end + 1 - begin - kMember.size()),
      nullptr, false);
  return text.is_string() ? std::optional(text.get<std::string>()) : std::nullopt;
}

bool says_success(const HttpResponse& response) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  const auto found = json.is_object() ? json.find("success") : json.end();
  return response.status == kOk && found != json.end() && *found == true;
}

/// Says the code where `page` asks for it. Empty if that was the way in, else what is missing.
Result<std::string> say_code(BackOfficeVisit& visit, const HttpResponse& page, const Secret* code) {
  if (code == nullptr) {
    return "asks for a second factor: two_factor=google gives one";
  }
  const auto link = code_link_in(page);
  const auto path = link ? visit.path_of(*link) : std::nullopt;
  if (!path) {
    return "asks for a second factor other than google: see twofactorauth/general/force_providers";
  }
  const std::string key = form_key_in(page);
  const Secret form = joined({"form_key=", key, "&tfa_code=", code->reveal_text()});
  SP_ASSIGN(const HttpResponse answer, visit.post(*path, form, BackOfficeVisit::By::script));
  return says_success(answer) ? "" : "refuses the code of the second factor: is crypt_key its own?";
}

/// After a redirect the first page says whether that was a way in or back.
Result<ShopLogin> look_inside(BackOfficeVisit& visit, const Secret* code) {
  SP_ASSIGN(HttpResponse first, visit.get(kFirstPage));
  if (is_refusal(first)) {
    return refused();
  }
  if (is_magento_login_page(first) || (first.status != kOk && !first.is_redirect())) {
    return untold(first, "with neither yes nor no");
  }
  SP_ASSIGN(const HttpResponse page, visit.follow(std::move(first)));
  ShopLogin login{{Outcome::accepted, std::nullopt, {}}, kFirstPage};
  if (visit.was_asked_for_code()) {
    SP_ASSIGN(login.missing, say_code(visit, page, code));
  }
  login.trial.cookies = visit.cookies();
  return login;
}

}  // namespace

bool is_magento_login_page(const HttpResponse& response) {
  if (response.is_redirect()) {
    return response.header("location").find("auth/login") != std::string_view::npos;
  }
  return response.status == kOk && holds(response, "id=\"login-form\"") &&
         holds(response, "login[password]");
}

Result<ShopLogin> try_magento_login(const HttpClient& client, const MagentoCredential& credential,
                                    const Deadline& deadline) {
  BackOfficeVisit visit(client, deadline);
  SP_ASSIGN(const HttpResponse page, visit.get(kFirstPage));
  const std::string key = form_key_in(page);
  if (!is_magento_login_page(page) || key.empty()) {
    return untold(page, "but not with Magento's login page: is url that of the back office?");
  }
  const Secret encoded = percent_encoded(credential.password);
  const Secret form = joined({"form_key=", key, "&login%5Busername%5D=", credential.user.str(),
                              "&login%5Bpassword%5D=", encoded.reveal_text()});
  SP_ASSIGN(const HttpResponse response, visit.post(kFirstPage, form, BackOfficeVisit::By::form));
  if (response.is_redirect()) {
    return look_inside(visit, credential.code);
  }
  return is_refusal(response) ? refused()
                              : untold(response, "but not with Magento's own refusal (a captcha?)");
}

}  // namespace stagepass::targets
