#include "targets/shopware/admin_api.hpp"

#include "targets/command/json_request.hpp"
#include "targets/http/json_answer.hpp"
#include "targets/remote/flat_json.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr long kOk = 200;
constexpr long kFirstError = 400;
constexpr long kUnauthorized = 401;
constexpr long kBadRequest = 400;
constexpr std::size_t kLongestToken = 64UL << 10U;
constexpr const char* kJson = "application/json";

/// What may stand in a header: nothing else goes into one.
bool is_token(const Secret& text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~+/=-";
  return !text.empty() && text.reveal_text().find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<Secret> token_in(const HttpResponse& response) {
  if (!response.secret_body || response.status != kOk) {
    return not_as_agreed(fmt::format("the HTTP status {} is no token", response.status));
  }
  const auto object = FlatJson::parse(response.secret_body->reveal_text());
  auto token = object ? object->secret("access_token") : std::nullopt;
  return token && is_token(*token) ? Result<Secret>(*std::move(token))
                                   : not_as_agreed("it holds no access token");
}

}  // namespace

Result<TokenAnswer> ask_for_token(const HttpClient& client, const Secret& request,
                                  const Deadline& deadline) {
  const HttpRequest post{.method = "POST",
                         .path = "/api/oauth/token",
                         .headers = {{"Accept", kJson}},
                         .content_type = kJson,
                         .body = &request,
                         .answers_secret = true,
                         .longest_body = kLongestToken};
  SP_ASSIGN(HttpResponse response, client.send(post, deadline));
  if (response.status < kFirstError && !response.is_redirect()) {
    SP_ASSIGN(Secret token, token_in(response));
    return TokenAnswer{std::move(token), std::nullopt};
  }
  if (response.secret_body) {  // an error holds none
    response.body = response.secret_body->reveal_text();
  }
  SP_ASSIGN(ApiAnswer error, ApiAnswer::parse(response));
  return TokenAnswer{std::nullopt, std::move(error)};
}

Result<Secret> AdminApi::new_token(const Deadline& deadline) const {
  const Secret request = write_json_line([&](JsonWriter& json) {
    json.begin_object();
    json.member("grant_type", "client_credentials");
    json.member("client_id", settings_.client_id);
    json.member("client_secret", settings_.client_secret.reveal_text());
    json.end_object();
  });
  SP_ASSIGN(TokenAnswer answer, ask_for_token(client_, request, deadline));
  if (answer.token) {
    return *std::move(answer.token);
  }
  const long status = answer.error->status();
  if (status == kUnauthorized || status == kBadRequest) {
    return fail(Errc::refused,
                fmt::format("the shop does not let the integration {} in", settings_.client_id),
                "is it still there (Settings, System, Integrations)? a new key needs the target to "
                "be added anew");
  }
  return answer.error->failure();
}

Result<ApiAnswer> AdminApi::ask(std::string_view method, std::string_view path, const Secret* body,
                                const Deadline& deadline) {
  for (bool is_new = false;; is_new = true) {
    if (!token_) {
      SP_ASSIGN(token_, new_token(deadline));
      is_new = true;
    }
    const HttpRequest request{.method = std::string(method),
                              .path = fmt::format("/api{}", path),
                              .headers = {{"Accept", kJson}},
                              .content_type = kJson,
                              .body = body,
                              .bearer = &*token_};
    SP_ASSIGN(const HttpResponse response, client_.send(request, deadline));
    SP_ASSIGN(ApiAnswer answer, ApiAnswer::parse(response));
    if (answer.status() != kUnauthorized || is_new) {
      return answer;
    }
    token_.reset();
  }
}

Result<ApiAnswer> AdminApi::search(std::string_view entity, nlohmann::json criteria,
                                   const Deadline& deadline) {
  criteria["total-count-mode"] = 1;
  const Secret body = Secret::copy_of(criteria.dump());
  return ask("POST", fmt::format("/search/{}", entity), &body, deadline);
}

}  // namespace stagepass::targets
