#include "targets/prestashop/prestashop_login.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace stagepass::targets {
namespace {

using Outcome = LoginTrial::Outcome;

constexpr long kOk = 200;
constexpr const char* kLoginPath = "/index.php?controller=AdminLogin";
constexpr const char* kFirstPage = "/index.php?controller=AdminDashboard";

/// {"hasErrors":false,"redirect":…} or {"hasErrors":true,"errors":[…]}
ShopLogin judge(const HttpResponse& response) {
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const auto errors = answer.is_object() ? answer.find("hasErrors") : answer.end();
  if (response.status == kOk && errors != answer.end() && errors->is_boolean()) {
    if (errors->get<bool>()) {
      const auto list = answer.find("errors");
      // One sentence: name or password is wrong. A further one speaks of something else.
      if (list != answer.end() && list->is_array() && list->size() == 1) {
        return {{Outcome::refused, std::nullopt, {}}, {}};
      }
    } else if (!response.cookies.empty()) {
      std::vector<const Secret*> lines;
      for (const Secret& line : response.cookies) {
        lines.push_back(&line);
      }
      return {{Outcome::accepted, cookies_for(lines), {}}, kFirstPage};
    }
  }
  return {
      {Outcome::untold, std::nullopt,
       fmt::format("the login page answered with HTTP status {}, but not as PrestaShop 1.7 or 8 "
                   "does: is url that of the back office?",
                   response.status)},
      {}};
}

}  // namespace

bool is_prestashop_logged_out(const HttpResponse& response) {
  return response.is_redirect() &&
         response.header("location").find("AdminLogin") != std::string_view::npos;
}

Result<ShopLogin> try_prestashop_login(const HttpClient& client, const std::string& address,
                                       const Secret& password, const Deadline& deadline) {
  const std::string encoded_address = percent_encoded(address);
  const Secret encoded = percent_encoded(password);
  const Secret form =
      joined({"ajax=1&token=&controller=AdminLogin&submitLogin=1&email=", encoded_address,
              "&passwd=", encoded.reveal_text()});
  const HttpRequest request{.method = "POST",
                            .path = kLoginPath,
                            .content_type = "application/x-www-form-urlencoded",
                            .body = &form,
                            .longest_body = kLongestPage};
  SP_ASSIGN(const HttpResponse response, client.send(request, deadline));
  return judge(response);
}

}  // namespace stagepass::targets
