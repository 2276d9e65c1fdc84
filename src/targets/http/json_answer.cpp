#include "targets/http/json_answer.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

namespace stagepass::targets {
namespace {

bool is_json(const HttpResponse& response) {
  return response.header("content-type").starts_with("application/json");
}

Failure redirected(const HttpResponse& response) {
  return fail(Errc::unreachable,
              fmt::format("the shop sends us on to {}, and credentials are not sent there",
                          stagepass::quoted(response.header("location"))),
              "if that is the shop, add the target with that address as its url");
}

}  // namespace

Failure not_as_agreed(std::string_view what) {
  return fail(Errc::unreachable, fmt::format("the shop's answer cannot be relied on: {}", what),
              "something before the shop may have answered: a firewall, a cache, a page of the "
              "hoster");
}

Result<nlohmann::json> json_of(const HttpResponse& response) {
  if (response.is_redirect()) {
    return redirected(response);
  }
  if (!is_json(response)) {
    return not_as_agreed(fmt::format("it is not JSON (HTTP status {})", response.status));
  }
  if (response.body.find('\0') != std::string::npos) {
    return not_as_agreed("it holds a NUL byte");  // at which the parser would stop to read
  }
  constexpr bool kNoExceptions = false;
  nlohmann::json body = nlohmann::json::parse(response.body, nullptr, kNoExceptions);
  if (!body.is_structured()) {
    return not_as_agreed(fmt::format("it is not whole JSON (HTTP status {})", response.status));
  }
  return body;
}

Result<std::string> json_text(const nlohmann::json& object, const char* key) {
  const auto* text = json_member<nlohmann::json::string_t>(object, key);
  return text != nullptr ? Result<std::string>(*text)
                         : not_as_agreed(fmt::format("\"{}\" is not a text", key));
}

}  // namespace stagepass::targets
