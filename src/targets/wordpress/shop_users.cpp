#include "targets/wordpress/shop_users.hpp"

#include "targets/command/json_request.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kPage = 100;  // more WordPress refuses
constexpr std::size_t kMostListed = 10'000;
constexpr const char* kShownName = "Temporary access";
constexpr const char* kUsers = "/wp/v2/users";

std::string user_route(std::int64_t id) {
  return fmt::format("{}/{}", kUsers, id);
}

/// WordPress ignores the blanks that it shows an application password with.
Secret without_blanks(const Secret& shown) {
  const std::string_view text = shown.reveal_text();
  const auto blanks = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
  return Secret::make(text.size() - blanks, [&](MutableBytes out) {
    std::copy_if(text.begin(), text.end(), out.begin(), [](char each) { return each != ' '; });
  });
}

/// All of it in one request: there is no moment at which the user stands there without a mark.
void write_user(JsonWriter& json, const UserMark& mark, const Secret& password) {
  json.member("email", mark.email);
  json.member("url", mark.url);
  json.member("description", mark.description);
  json.member("name", kShownName);
  json.member("password", password.reveal_text());
}

}  // namespace

// Plain permalinks have no /wp-json; this form of a route works with every setting.
Result<RestAnswer> ShopUsers::ask(std::string method, std::string_view route, const Secret* body,
                                  const Deadline& deadline) const {
  const std::size_t query = std::min(route.find('?'), route.size());
  std::string path = fmt::format("/?rest_route={}", percent_encoded(route.substr(0, query)));
  if (query < route.size()) {
    path += fmt::format("&{}", route.substr(query + 1));
  }
  const Secret password = without_blanks(settings_.app_password);
  const HttpRequest request{.method = std::move(method),
                            .path = std::move(path),
                            .headers = {{"Accept", "application/json"}},
                            .content_type = "application/json",
                            .body = body,
                            .login = BasicLogin{settings_.admin, &password}};
  SP_ASSIGN(const HttpResponse response, client_.send(request, deadline));
  return RestAnswer::parse(response);
}

Result<RestAnswer> ShopUsers::get(std::string_view route, const Deadline& deadline) const {
  return ask("GET", route, nullptr, deadline);
}

Result<RestAnswer> ShopUsers::post(std::string_view route, const Secret& body,
                                   const Deadline& deadline) const {
  return ask("POST", route, &body, deadline);
}

Result<RestAnswer> ShopUsers::index(const Deadline& deadline) const {
  return get("/?_fields=name,namespaces,authentication", deadline);
}

Result<ShopAdmin> ShopUsers::admin(const Deadline& deadline) const {
  SP_ASSIGN(
      const RestAnswer answer,
      get(fmt::format("{}/me?context=edit&_fields=id,username,capabilities", kUsers), deadline));
  return answer.admin();
}

// --- looking ------------------------------------------------------------------------------------

Result<void> ShopUsers::require_full_view(const Deadline& deadline) const {
  SP_ASSIGN(const ShopAdmin me, admin(deadline));
  for (const char* right : {"list_users", "edit_users"}) {
    if (!me.may(right)) {
      return fail(Errc::refused,
                  fmt::format("{} lacks the right {}, so that the shop may hide accounts from it",
                              escape_untrusted(me.login), right),
                  "`stagepass target test` says how to give it");
    }
  }
  return {};
}

Result<std::vector<ShopUser>> ShopUsers::list(std::string_view filter,
                                              const Deadline& deadline) const {
  std::vector<ShopUser> all;
  for (std::size_t page = 1;; ++page) {
    SP_ASSIGN(const RestAnswer answer,
              get(fmt::format("{}?context=edit&{}&per_page={}&page={}&_fields={}", kUsers, filter,
                              kPage, page, kUserFields),
                  deadline));
    SP_ASSIGN(std::vector<ShopUser> users, answer.users());
    SP_ASSIGN(const std::size_t total, answer.total());
    if (total > kMostListed) {
      return fail(Errc::refused, fmt::format("{} users of the shop look like ours", total));
    }
    const bool is_last = users.empty() || all.size() + users.size() >= total;
    std::move(users.begin(), users.end(), std::back_inserter(all));
    if (is_last && all.size() != total) {
      return fail(Errc::refused,
                  fmt::format("the shop found {} users and shows {} of them", total, all.size()),
                  fmt::format("{} may not edit the others: give it the right edit_users, or the "
                              "role administrator",
                              settings_.admin));
    }
    if (is_last) {
      break;
    }
  }
  if (all.empty()) {
    SP_TRY(require_full_view(deadline));
  }
  return all;
}

Result<std::vector<ShopUser>> ShopUsers::search(std::string_view text,
                                                const Deadline& deadline) const {
  return list(fmt::format("search={}&orderby=id", percent_encoded(text)), deadline);
}

Result<std::vector<ShopUser>> ShopUsers::with_slug(std::string_view slug,
                                                   const Deadline& deadline) const {
  return list(fmt::format("slug={}", percent_encoded(slug)), deadline);
}

Result<std::vector<ShopUser>> ShopUsers::administrators(const Deadline& deadline) const {
  return list("roles=administrator&orderby=registered_date&order=desc", deadline);
}

Result<bool> ShopUsers::is_unknown(std::int64_t id, const Deadline& deadline) const {
  SP_ASSIGN(const RestAnswer answer,
            get(fmt::format("{}?context=edit&_fields={}", user_route(id), kUserFields), deadline));
  if (answer.code() == "rest_user_invalid_id") {
    return true;
  }
  SP_TRY(answer.user());
  return false;
}

// --- changing -----------------------------------------------------------------------------------

Result<RestAnswer> ShopUsers::create(const UserMark& mark, const Secret& password,
                                     const Deadline& deadline) const {
  return post(fmt::format("{}?_fields={}", kUsers, kUserFields),
              write_json_line([&](JsonWriter& json) {
                json.begin_object();
                json.member("username", mark.login);
                json.member("slug", mark.slug);
                json.member("roles", {settings_.role});
                write_user(json, mark, password);
                json.end_object();
              }),
              deadline);
}

Result<RestAnswer> ShopUsers::try_role(const std::string& taken_login, const Secret& password,
                                       const Deadline& deadline) const {
  return post(kUsers, write_json_line([&](JsonWriter& json) {
                json.begin_object();
                json.member("username", taken_login);
                json.member("email", "nobody@stagepass.invalid");
                json.member("roles", {settings_.role});
                json.member("password", password.reveal_text());
                json.end_object();
              }),
              deadline);
}

Result<ShopUsers::Restored> ShopUsers::restore(const ShopUser& user, const UserMark& mark,
                                               const Secret& password,
                                               const Deadline& deadline) const {
  const bool has_its_role = user.roles.size() == 1 && user.has_role(settings_.role);
  SP_ASSIGN(const RestAnswer answer,
            post(fmt::format("{}?_fields={}", user_route(user.id), kUserFields),
                 write_json_line([&](JsonWriter& json) {
                   json.begin_object();
                   if (!has_its_role) {  // it takes a right more
                     json.member("roles", {settings_.role});
                   }
                   write_user(json, mark, password);
                   json.end_object();
                 }),
                 deadline));
  if (answer.code() == "rest_cannot_edit_roles") {
    return Restored::not_allowed;
  }
  SP_TRY(answer.user());
  return Restored::yes;
}

Result<void> ShopUsers::take_roles(std::int64_t id, const Deadline& deadline) const {
  SP_ASSIGN(const RestAnswer answer, post(fmt::format("{}?_fields={}", user_route(id), kUserFields),
                                          write_json_line([](JsonWriter& json) {
                                            json.begin_object();
                                            json.member("roles", {});
                                            json.end_object();
                                          }),
                                          deadline));
  SP_ASSIGN(const ShopUser user, answer.user());
  if (!user.roles.empty()) {
    return fail(Errc::refused, fmt::format("the shop left {} the role {}", user.login,
                                           escape_untrusted(user.roles.front())));
  }
  return {};
}

Result<void> ShopUsers::change_password(std::int64_t id, const std::string& email,
                                        const Secret& password, const Deadline& deadline) const {
  SP_ASSIGN(const RestAnswer answer, post(fmt::format("{}?_fields={}", user_route(id), kUserFields),
                                          write_json_line([&](JsonWriter& json) {
                                            json.begin_object();
                                            json.member("password", password.reveal_text());
                                            json.member("email", email);
                                            json.end_object();
                                          }),
                                          deadline));
  SP_TRY(answer.user());
  return {};
}

Result<std::size_t> ShopUsers::delete_application_passwords(std::int64_t id,
                                                            const Deadline& deadline) const {
  SP_ASSIGN(const RestAnswer answer,
            ask("DELETE", user_route(id) + "/application-passwords", nullptr, deadline));
  if (answer.code() == "application_passwords_disabled_for_user") {
    return std::size_t{0};  // they open nothing, and go with the user
  }
  return answer.deleted_count();
}

Result<ShopUsers::Deleted> ShopUsers::remove(std::int64_t id, std::int64_t heir,
                                             const Deadline& deadline) const {
  SP_ASSIGN(const RestAnswer answer,
            ask("DELETE", fmt::format("{}?force=true&reassign={}", user_route(id), heir), nullptr,
                deadline));
  if (answer.code() == "rest_user_invalid_id") {
    return Deleted::was_gone;
  }
  if (answer.code() == "rest_cannot_delete") {
    return fail(Errc::refused,
                "this shop is part of a multisite network, where users cannot be deleted over the "
                "REST API; the account was disabled only",
                "delete it on the shop's server: `wp user delete NAME --network --yes`, or in the "
                "network's list of users");
  }
  SP_TRY(answer.deleted());
  return Deleted::yes;
}

}  // namespace stagepass::targets
