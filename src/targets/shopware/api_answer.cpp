#include "targets/shopware/api_answer.hpp"

#include "targets/http/json_answer.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace stagepass::targets {
namespace {

using Json = nlohmann::json;

constexpr long kOk = 200;
constexpr long kNoContent = 204;
constexpr long kFirstError = 400;
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;
constexpr long kConflict = 409;
constexpr long kTooMany = 429;
constexpr long kFirstServerError = 500;
constexpr std::size_t kMostCounted = 1'000'000;
constexpr std::size_t kIdLength = 32;

/// Codes stand there as texts, and in some errors as numbers.
std::string code_of(const Json& error) {
  if (const auto* text = json_member<Json::string_t>(error, "code"); text != nullptr) {
    return text->empty() ? "without a code" : *text;
  }
  const auto* number = json_member<Json::number_integer_t>(error, "code");
  return number != nullptr ? std::to_string(*number) : "without a code";
}

Result<bool> flag_of(const Json& object, const char* key) {
  const auto* flag = json_member<Json::boolean_t>(object, key);
  return flag != nullptr ? Result<bool>(*flag)
                         : not_as_agreed(fmt::format("\"{}\" is neither true nor false", key));
}

Result<std::string> id_of(const Json& object) {
  if (!object.is_object()) {
    return not_as_agreed("a record is not an object");
  }
  SP_ASSIGN(std::string id, json_text(object, "id"));
  return is_shopware_id(id) ? Result<std::string>(std::move(id))
                            : not_as_agreed("\"id\" is not an id of Shopware");
}

/// PHP writes custom fields that are empty as null or as an empty list.
std::string marker_of(const Json& user) {
  const auto fields = user.find("customFields");
  if (fields == user.end() || !fields->is_object()) {
    return {};
  }
  const auto* marker = json_member<Json::string_t>(*fields, kMarkerField);
  return marker != nullptr ? *marker : std::string();
}

Result<BackOfficeUser> user_from(const Json& object) {
  BackOfficeUser user;
  SP_ASSIGN(user.id, id_of(object));
  SP_ASSIGN(user.username, json_text(object, "username"));
  SP_ASSIGN(user.email, json_text(object, "email"));
  SP_ASSIGN(user.is_active, flag_of(object, "active"));
  SP_ASSIGN(user.is_admin, flag_of(object, "admin"));
  user.marker = marker_of(object);
  return user;
}

bool mentions(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

bool is_shopware_id(std::string_view text) {
  return text.size() == kIdLength &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<ApiAnswer> ApiAnswer::parse(const HttpResponse& response) {
  if (response.status == kNoContent && response.body.empty()) {
    return ApiAnswer(response.status, Json());
  }
  SP_ASSIGN(Json body, json_of(response));
  ApiAnswer answer(response.status, std::move(body));
  if (answer.is_error() || answer.body_.contains("errors")) {
    SP_TRY(answer.read_error());
  } else if (response.status != kOk) {
    return not_as_agreed(
        fmt::format("the HTTP status {} is none that Shopware has for this", response.status));
  }
  return answer;
}

bool ApiAnswer::is_error() const {
  return status_ >= kFirstError;
}

Result<void> ApiAnswer::read_error() {
  // League's own form, where nothing of Shopware's has put it into another.
  if (const auto* name = json_member<Json::string_t>(body_, "error");
      is_error() && name != nullptr) {
    code_ = name->empty() ? "without a code" : *name;
    const auto* text = json_member<Json::string_t>(body_, "error_description");
    message_ = text != nullptr ? *text : std::string();
    return {};
  }
  const auto* errors = json_member<Json::array_t>(body_, "errors");
  if (!is_error() || errors == nullptr || errors->empty() || !errors->front().is_object()) {
    return not_as_agreed(fmt::format("the HTTP status {} without a reason", status_));
  }
  const Json& first = errors->front();
  code_ = code_of(first);
  for (const char* key : {"detail", "title"}) {
    if (const auto* text = json_member<Json::string_t>(first, key);
        text != nullptr && !text->empty()) {
      message_ = *text;
      break;
    }
  }
  return {};
}

/// Its own check before the delete (409), or the database's own words for a foreign key.
bool ApiAnswer::says_in_use() const {
  return is_error() && (status_ == kConflict || mentions(code_, "DELETE_RESTRICT") ||
                        mentions(message_, "foreign key") || mentions(message_, "1451"));
}

bool ApiAnswer::says_taken() const {
  return is_error() && status_ != kUnauthorized && status_ != kForbidden &&
         (mentions(code_, "UNIQUE") || mentions(code_, "DUPLICATE") || mentions(code_, "ALREADY") ||
          mentions(message_, "Duplicate entry") || mentions(message_, "1062"));
}

Failure ApiAnswer::failure() const {
  constexpr std::size_t kLongestSaid = 500;
  const std::string said = fmt::format(
      "the shop says: {} ({})", escape_untrusted(message_, kLongestSaid), escape_untrusted(code_));
  if (status_ == kUnauthorized) {
    return fail(
        Errc::refused, said,
        "is the integration's key still valid? a new one needs the target to be added anew");
  }
  if (status_ == kForbidden) {
    return fail(Errc::refused, said, "`stagepass target test` says which right is missing");
  }
  if (status_ == kTooMany || status_ >= kFirstServerError) {
    return fail(Errc::unreachable, said);
  }
  return fail(Errc::refused, said);
}

Result<void> ApiAnswer::require_success() const {
  return is_error() ? Result<void>(failure()) : Result<void>();
}

Result<std::size_t> ApiAnswer::total() const {
  SP_TRY(require_success());
  const auto* total = json_member<Json::number_unsigned_t>(body_, "total");
  if (total == nullptr || *total > kMostCounted) {
    return not_as_agreed("it does not say how many there are");
  }
  return static_cast<std::size_t>(*total);
}

Result<Json::array_t> ApiAnswer::data() const {
  SP_TRY(require_success());
  const auto* data = json_member<Json::array_t>(body_, "data");
  return data != nullptr ? Result<Json::array_t>(*data) : not_as_agreed("\"data\" is not a list");
}

Result<std::vector<BackOfficeUser>> ApiAnswer::users() const {
  SP_ASSIGN(const Json::array_t found, data());
  std::vector<BackOfficeUser> users;
  for (const Json& each : found) {
    SP_ASSIGN(BackOfficeUser user, user_from(each));
    users.push_back(std::move(user));
  }
  return users;
}

Result<std::vector<std::string>> ApiAnswer::ids() const {
  SP_ASSIGN(const Json::array_t found, data());
  std::vector<std::string> ids;
  for (const Json& each : found) {
    SP_ASSIGN(std::string id, id_of(each));
    ids.push_back(std::move(id));
  }
  return ids;
}

Result<std::string> ApiAnswer::version() const {
  SP_TRY(require_success());
  return json_text(body_, "version");
}

}  // namespace stagepass::targets
