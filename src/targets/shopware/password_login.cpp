#include "targets/shopware/password_login.hpp"

#include "targets/command/json_request.hpp"
#include "targets/http/polled_session.hpp"
#include "targets/shopware/admin_api.hpp"

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {
namespace {

constexpr long kBadRequest = 400;
constexpr long kUnauthorized = 401;

/// League's code of "the user credentials were incorrect", in Shopware's form and in its own.
bool says_wrong_password(const ApiAnswer& error) {
  const bool is_of_login = error.status() == kBadRequest || error.status() == kUnauthorized;
  return is_of_login && (error.code() == "6" || error.code() == "invalid_grant");
}

/// Only "401" says so.
bool is_turned_away(const HttpClient& client, const Secret& token, const Deadline& deadline) {
  const HttpRequest request{
      .path = "/api/_info/me", .headers = {{"Accept", "application/json"}}, .bearer = &token};
  const auto response = client.send(request, deadline);
  return response && response->status == kUnauthorized;
}

}  // namespace

Result<BackOfficeLogin> PasswordLogin::try_login(const UserName& user, const Secret& password,
                                                 const Deadline& deadline) const {
  const Secret request = write_json_line([&](JsonWriter& json) {
    json.begin_object();
    json.member("grant_type", "password");
    json.member("client_id", "administration");
    json.member("scopes", "write");
    json.member("username", user.str());
    json.member("password", password.reveal_text());
    json.end_object();
  });
  using Outcome = BackOfficeLogin::Outcome;
  SP_ASSIGN(TokenAnswer answer, ask_for_token(client_, request, deadline));
  if (answer.token) {
    return BackOfficeLogin{Outcome::accepted, std::move(answer.token), {}};
  }
  if (says_wrong_password(*answer.error)) {
    return BackOfficeLogin{Outcome::refused, std::nullopt, {}};
  }
  return BackOfficeLogin{Outcome::untold, std::nullopt, answer.error->failure().value().message};
}

Result<std::unique_ptr<LiveSession>> PasswordLogin::open_session(const UserName& user,
                                                                 const Secret& password,
                                                                 const Deadline& deadline) const {
  SP_ASSIGN(BackOfficeLogin login, try_login(user, password, deadline));
  switch (login.outcome) {
    case BackOfficeLogin::Outcome::accepted:
      return std::make_unique<PolledSession>(
          [client = client_, token = std::make_shared<Secret>(*std::move(login.token))](
              const Deadline& until) { return is_turned_away(client, *token, until); });
    case BackOfficeLogin::Outcome::refused:
      return fail(Errc::refused, fmt::format("the login as {} was refused", user.str()));
    case BackOfficeLogin::Outcome::untold:
      break;
  }
  return fail(Errc::unreachable, fmt::format("the login could not be tried: {}", login.said));
}

}  // namespace stagepass::targets
