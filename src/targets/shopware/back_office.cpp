#include "targets/shopware/back_office.hpp"

#include "targets/command/json_request.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <optional>
#include <utility>

namespace stagepass::targets {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPage = 100;
constexpr std::size_t kMostListed = 10'000;
constexpr long kNotFound = 404;
constexpr const char* kFirstName = "Temporary";
constexpr const char* kLastName = "access (stagepass)";

Json equals(const char* field, const std::string& value) {
  return {{"type", "equals"}, {"field", field}, {"value", value}};
}

Json either(Json queries) {
  return {{"type", "multi"}, {"operator", "or"}, {"queries", std::move(queries)}};
}

std::string user_path(const std::string& id) {
  return fmt::format("/user/{}", id);
}

}  // namespace

Result<std::string> BackOffice::version(const Deadline& deadline) {
  SP_ASSIGN(const ApiAnswer answer, api_.ask("GET", "/_info/version", nullptr, deadline));
  return answer.version();
}

// --- looking ------------------------------------------------------------------------------------

Result<std::vector<BackOfficeUser>> BackOffice::list(Json criteria, const Deadline& deadline) {
  criteria["limit"] = kPage;
  criteria["sort"] = Json::array({{{"field", "id"}}});
  criteria["includes"] = {{"user", {"id", "username", "email", "active", "admin", "customFields"}}};
  std::vector<BackOfficeUser> all;
  for (std::size_t page = 1;; ++page) {
    criteria["page"] = page;
    SP_ASSIGN(const ApiAnswer answer, api_.search("user", criteria, deadline));
    SP_ASSIGN(std::vector<BackOfficeUser> users, answer.users());
    SP_ASSIGN(const std::size_t total, answer.total());
    if (total > kMostListed) {
      return fail(Errc::refused, fmt::format("the shop has {} users: too many to look at", total));
    }
    const bool is_last = users.empty() || all.size() + users.size() >= total;
    std::move(users.begin(), users.end(), std::back_inserter(all));
    if (is_last) {
      return all.size() == total
                 ? Result<std::vector<BackOfficeUser>>(std::move(all))
                 : fail(Errc::unreachable,
                        fmt::format("the shop found {} users and shows {}", total, all.size()));
    }
  }
}

Result<std::vector<BackOfficeUser>> BackOffice::matching(const UserIdentity& who,
                                                         const Deadline& deadline) {
  return list(
      {{"filter",
        Json::array({either(Json::array({equals("id", who.id), equals("username", who.username),
                                         equals("email", who.email)}))})}},
      deadline);
}

Result<std::vector<BackOfficeUser>> BackOffice::all(const Deadline& deadline) {
  return list(Json::object(), deadline);
}

Result<bool> BackOffice::is_unknown(const std::string& id, const Deadline& deadline) {
  SP_ASSIGN(const ApiAnswer answer, api_.ask("GET", user_path(id), nullptr, deadline));
  if (answer.status() == kNotFound) {
    return true;
  }
  SP_TRY(answer.require_success());
  return false;
}

Result<std::vector<std::string>> BackOffice::ids_with(const char* entity, const char* field,
                                                      const std::string& value,
                                                      const Deadline& deadline) {
  SP_ASSIGN(const ApiAnswer answer,
            api_.search(entity, {{"limit", kPage}, {"filter", Json::array({equals(field, value)})}},
                        deadline));
  return answer.ids();
}

Result<std::string> BackOffice::role_id(const Deadline& deadline) {
  const char* field = is_shopware_id(settings_.role) ? "id" : "name";
  SP_ASSIGN(const auto ids, ids_with("acl-role", field, settings_.role, deadline));
  if (ids.empty()) {
    return fail(Errc::policy,
                fmt::format("the shop has no role {}", stagepass::quoted(settings_.role)),
                "its roles are under Settings, System, Users & permissions; role=admin is for "
                "everything");
  }
  if (ids.size() > 1) {
    return fail(
        Errc::policy,
        fmt::format("the shop has {} roles {}", ids.size(), stagepass::quoted(settings_.role)),
        "give the id of one of them instead: it is in the address of its page");
  }
  return ids.front();
}

Result<std::string> BackOffice::locale_id(const Deadline& deadline) {
  SP_ASSIGN(const auto ids, ids_with("locale", "code", settings_.locale, deadline));
  return !ids.empty()
             ? Result<std::string>(ids.front())
             : fail(Errc::policy,
                    fmt::format("the shop has no locale {}", stagepass::quoted(settings_.locale)),
                    "give another one: locale=de-DE");
}

// --- changing -----------------------------------------------------------------------------------

Result<ApiAnswer> BackOffice::write(const std::string& id, const UserIdentity& who,
                                    const Secret& password, const Deadline& deadline) {
  SP_ASSIGN(const std::string locale, locale_id(deadline));
  std::optional<std::string> role;
  if (!settings_.is_admin()) {
    SP_ASSIGN(role, role_id(deadline));
  }
  const Secret body = write_json_line([&](JsonWriter& json) {
    json.begin_object();
    json.member("id", id);
    json.member("username", who.username);
    json.member("email", who.email);
    json.member("firstName", kFirstName);
    json.member("lastName", kLastName);
    json.member("localeId", locale);
    json.member("password", password.reveal_text());
    json.flag("active", true);
    if (role) {
      json.begin_list("aclRoles");
      json.begin_object();
      json.member("id", *role);
      json.end_object();
      json.end_list();
    } else {
      json.flag("admin", true);
    }
    json.begin_object("customFields");
    json.member(kMarkerField, who.marker);
    json.end_object();
    json.end_object();
  });
  return api_.ask("POST", "/user", &body, deadline);
}

Result<ApiAnswer> BackOffice::shut(const std::string& id, const std::string& email,
                                   const Secret& password, const Deadline& deadline) {
  const Secret body = write_json_line([&](JsonWriter& json) {
    json.begin_object();
    json.flag("active", false);
    json.member("password", password.reveal_text());
    json.member("email", email);
    json.end_object();
  });
  return api_.ask("PATCH", user_path(id), &body, deadline);
}

Result<std::size_t> BackOffice::remove_access_keys(const std::string& id,
                                                   const Deadline& deadline) {
  std::size_t removed = 0;
  while (true) {
    SP_ASSIGN(const auto keys, ids_with("user-access-key", "userId", id, deadline));
    if (keys.empty()) {
      return removed;
    }
    for (const std::string& key : keys) {
      const std::string path = fmt::format("{}/access-keys/{}", user_path(id), key);
      SP_ASSIGN(const ApiAnswer answer, api_.ask("DELETE", path, nullptr, deadline));
      SP_TRY(answer.require_success());
    }
    removed += keys.size();
    if (deadline.passed()) {  // a shop that never says that there are none
      return fail(Errc::unreachable, "the access keys of the user do not come to an end");
    }
  }
}

Result<ApiAnswer> BackOffice::remove(const std::string& id, const Deadline& deadline) {
  return api_.ask("DELETE", user_path(id), nullptr, deadline);
}

}  // namespace stagepass::targets
