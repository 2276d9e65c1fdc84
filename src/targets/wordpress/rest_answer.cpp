#include "targets/wordpress/rest_answer.hpp"

#include "targets/http/json_answer.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace stagepass::targets {
namespace {

using Json = nlohmann::json;

constexpr long kFirstError = 400;
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;
constexpr long kTooMany = 429;
constexpr long kFirstServerError = 500;
constexpr std::size_t kMostCounted = 1'000'000;

Result<std::int64_t> id_of(const Json& object) {
  const auto* id = json_member<Json::number_unsigned_t>(object, "id");
  if (id == nullptr || *id == 0 || *id > std::uint64_t{INT64_MAX}) {
    return not_as_agreed("\"id\" is not the number of a user");
  }
  return static_cast<std::int64_t>(*id);
}

Result<std::vector<std::string>> texts_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  std::vector<std::string> texts;
  if (found == object.end() || !found->is_structured()) {
    return not_as_agreed(fmt::format("\"{}\" is not a list", key));
  }
  for (const Json& each : *found) {  // PHP writes a list with a gap as an object
    const auto* text = each.get_ptr<const Json::string_t*>();
    if (text == nullptr) {
      return not_as_agreed(fmt::format("\"{}\" holds something that is not a text", key));
    }
    texts.push_back(*text);
  }
  return texts;
}

Result<ShopUser> user_from(const Json& object) {
  if (!object.is_object()) {
    return not_as_agreed("a user is not an object");
  }
  ShopUser user;
  SP_ASSIGN(user.id, id_of(object));
  SP_ASSIGN(user.login, json_text(object, "username"));
  SP_ASSIGN(user.email, json_text(object, "email"));
  SP_ASSIGN(user.url, json_text(object, "url"));
  SP_ASSIGN(user.description, json_text(object, "description"));
  SP_ASSIGN(user.slug, json_text(object, "slug"));
  SP_ASSIGN(user.registered_date, json_text(object, "registered_date"));
  SP_ASSIGN(user.roles, texts_of(object, "roles"));
  return user;
}

std::optional<std::size_t> count_in(std::string_view text) {
  std::size_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stopped_at, error] = std::from_chars(text.data(), end, count);
  const bool whole = error == std::errc() && stopped_at == end && count <= kMostCounted;
  return whole ? std::optional(count) : std::nullopt;
}

}  // namespace

bool ShopUser::has_role(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool ShopAdmin::may(std::string_view capability) const {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

Result<RestAnswer> RestAnswer::parse(const HttpResponse& response) {
  SP_ASSIGN(Json body, json_of(response));
  RestAnswer answer(response.status, std::move(body));
  const auto* code = json_member<Json::string_t>(answer.body_, "code");
  const auto* message = json_member<Json::string_t>(answer.body_, "message");
  if (code != nullptr && message != nullptr) {
    answer.code_ = code->empty() ? "without a code" : *code;
    answer.message_ = *message;
  } else if (response.status >= kFirstError) {
    return not_as_agreed(fmt::format("the HTTP status {} without a reason", response.status));
  }
  answer.total_ = count_in(response.header("x-wp-total"));
  return answer;
}

Failure RestAnswer::failure() const {
  const std::string said =
      fmt::format("the shop says: {} ({})", escape_untrusted(message_), escape_untrusted(code_));
  if (code_ == "rest_no_route") {
    return fail(Errc::refused, said,
                "the part of the REST API for users is switched off there: look at the security "
                "plugins");
  }
  if (status_ == kUnauthorized) {
    return fail(Errc::refused, said,
                "is the application password still valid, and does the web server pass the header "
                "Authorization on to PHP? a new password needs the target to be added anew");
  }
  if (status_ == kForbidden) {
    return fail(Errc::refused, said, "`stagepass target test` says which right is missing");
  }
  if (status_ == kTooMany || status_ >= kFirstServerError) {
    return fail(Errc::unreachable, said);
  }
  return fail(Errc::refused, said);
}

Result<void> RestAnswer::require_success() const {
  return is_error() ? Result<void>(failure()) : Result<void>();
}

Result<ShopUser> RestAnswer::user() const {
  SP_TRY(require_success());
  return user_from(body_);
}

Result<std::vector<ShopUser>> RestAnswer::users() const {
  SP_TRY(require_success());
  if (!body_.is_array()) {
    return not_as_agreed("it is not a list of users");
  }
  std::vector<ShopUser> users;
  for (const Json& each : body_) {
    SP_ASSIGN(ShopUser user, user_from(each));
    users.push_back(std::move(user));
  }
  return users;
}

Result<ShopAdmin> RestAnswer::admin() const {
  SP_TRY(require_success());
  if (!body_.is_object()) {
    return not_as_agreed("it is not a user");
  }
  ShopAdmin admin;
  SP_ASSIGN(admin.id, id_of(body_));
  SP_ASSIGN(admin.login, json_text(body_, "username"));
  const auto* capabilities = json_member<Json::object_t>(body_, "capabilities");
  if (capabilities == nullptr) {
    return not_as_agreed("\"capabilities\" is not there");
  }
  for (const auto& [capability, granted] : *capabilities) {
    const auto* yes = granted.get_ptr<const Json::boolean_t*>();
    if (yes != nullptr && *yes) {
      admin.capabilities.push_back(capability);
    }
  }
  return admin;
}

Result<void> RestAnswer::deleted() const {
  SP_TRY(require_success());
  const auto* deleted = json_member<Json::boolean_t>(body_, "deleted");
  if (deleted == nullptr || !*deleted) {
    return not_as_agreed("it does not say that something was deleted");
  }
  return {};
}

Result<std::size_t> RestAnswer::deleted_count() const {
  SP_TRY(deleted());
  const auto* count = json_member<Json::number_unsigned_t>(body_, "count");
  if (count == nullptr || *count > kMostCounted) {
    return not_as_agreed("\"count\" is not a count");
  }
  return static_cast<std::size_t>(*count);
}

Result<std::size_t> RestAnswer::total() const {
  if (!total_) {
    return not_as_agreed("it does not say how many users were found");
  }
  return *total_;
}

Result<bool> RestAnswer::has_namespace(std::string_view name) const {
  SP_TRY(require_success());
  SP_ASSIGN(const std::vector<std::string> names, texts_of(body_, "namespaces"));
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<bool> RestAnswer::has_authentication(std::string_view name) const {
  SP_TRY(require_success());
  const auto found = body_.find("authentication");
  if (found == body_.end()) {
    return not_as_agreed("\"authentication\" is not there");
  }
  return found->is_object() && found->contains(std::string(name));
}

}  // namespace stagepass::targets
