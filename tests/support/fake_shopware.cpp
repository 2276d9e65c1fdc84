#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <support/fake_shopware.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

using Json = nlohmann::json;

constexpr const char* kNoContent = "204 No Content";
constexpr const char* kMissingRight = "FRAMEWORK__MISSING_PRIVILEGE_ERROR";

std::string no_content() {
  return http_answer(kNoContent, "Location: /api/user/x\r\n", "");
}

/// MySQL compares so.
bool same(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool equals(const Json& record, const Json& filter) {
  const std::string field = filter.at("field");
  return filter.at("type") == "equals" && record.contains(field) && record.at(field).is_string() &&
         same(record.at(field), filter.at("value"));
}

/// One condition, or a "multi" of several of which one is enough.
bool matches(const Json& record, const Json& filter) {
  if (filter.at("type") != "multi") {
    return equals(record, filter);
  }
  const Json& queries = filter.at("queries");
  return std::any_of(queries.begin(), queries.end(),
                     [&](const Json& each) { return equals(record, each); });
}

bool matches_all(const Json& record, const Json& filters) {
  return std::all_of(filters.begin(), filters.end(),
                     [&](const Json& each) { return matches(record, each); });
}

Json only(const Json& record, const Json& fields) {
  Json some;
  for (const std::string field : fields) {
    if (record.contains(field)) {
      some[field] = record.at(field);
    }
  }
  return some;
}

/// "6f…/access-keys/7" behind "/api/user/" says {"6f…", "7"}.
std::pair<std::string, std::string> split_key_path(const std::string& path) {
  constexpr std::string_view kBetween = "/access-keys/";
  const std::size_t at = path.find(kBetween);
  return at == std::string::npos ? std::pair(path, std::string())
                                 : std::pair(path.substr(0, at), path.substr(at + kBetween.size()));
}

}  // namespace

std::string shopware_json(const std::string& body, const std::string& status) {
  return http_answer(status, "Content-Type: application/json\r\n", body);
}

std::string shopware_error(const std::string& status, const std::string& code,
                           const std::string& detail) {
  const Json error = {{"code", code},
                      {"status", status.substr(0, 3)},
                      {"title", status.substr(4)},
                      {"detail", detail}};
  return shopware_json(Json{{"errors", Json::array({error})}}.dump(), status);
}

FakeShopware::FakeShopware()
    : roles_{{kRoleId, kRole}},
      server_([this](const SeenRequest& request, const HttpServer::Client& client) {
        serve(request, client);
      }) {
  add_user("owner", "owner@shop.example");
  users_.begin()->second.is_admin = true;
}

int FakeShopware::count(const std::string& beginning) const {
  const auto seen = server_.seen();
  return static_cast<int>(std::count_if(
      seen.begin(), seen.end(), [&](const SeenRequest& each) { return each.is(beginning); }));
}

void FakeShopware::add_user(const std::string& username, const std::string& email) {
  const std::lock_guard lock(mutex_);
  FakeShopwareUser user;
  user.username = username;
  user.email = email;
  user.password = "somebody else's";
  users_[fmt::format("0190aaaabbbbccccddddeeee{:08x}", next_number_++)] = std::move(user);
}

std::optional<FakeShopwareUser> FakeShopware::user(const std::string& username) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, each] : users_) {
    if (each.username == username) {
      return each;
    }
  }
  return std::nullopt;
}

void FakeShopware::change_user(const std::string& username, const FakeShopwareUser& changed) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, each] : users_) {
    if (each.username == username) {
      each = changed;
      return;
    }
  }
}

void FakeShopware::deny(const std::string& right) {
  const std::lock_guard lock(mutex_);
  denied_.insert(right);
}

void FakeShopware::set_version(const std::string& version) {
  const std::lock_guard lock(mutex_);
  version_ = version;
}

void FakeShopware::expire_tokens() {
  const std::lock_guard lock(mutex_);
  tokens_.clear();
}

void FakeShopware::add_role(const std::string& name, const std::string& id) {
  const std::lock_guard lock(mutex_);
  roles_[id] = name;
}

void FakeShopware::lose_next_reply(const std::string& beginning) {
  const std::lock_guard lock(mutex_);
  lost_ = beginning;
}

void FakeShopware::answer(const std::string& beginning, const std::string& text) {
  const std::lock_guard lock(mutex_);
  answers_[beginning] = text;
}

void FakeShopware::serve(const SeenRequest& request, const HttpServer::Client& client) {
  if (is_down_) {
    return;
  }
  const std::lock_guard lock(mutex_);
  const std::string answer = answer_to(request);
  if (!lost_.empty() && request.is(lost_)) {
    lost_.clear();
    return;
  }
  static_cast<void>(client.send(answer));
}

std::string FakeShopware::answer_to(const SeenRequest& request) {
  for (const auto& [beginning, text] : answers_) {
    if (request.is(beginning)) {
      return text;
    }
  }
  const Json body = request.body.empty() ? Json() : Json::parse(request.body);
  const std::size_t blank = request.line.find(' ');
  const std::string method = request.line.substr(0, blank);
  const std::string path =
      request.line.substr(blank + 1, request.line.rfind(' ') - blank - 1).substr(4);  // "/api"
  if (path == "/oauth/token") {
    return answer_to_token_request(body);
  }
  const auto token = token_of(request);
  if (!token) {
    return shopware_error("401 Unauthorized", "9", "The access token is invalid");
  }
  if (path == "/_info/me") {
    return token->user_id.empty()
               ? shopware_error("400 Bad Request", "FRAMEWORK__USER_NOT_LOGGED_IN")
               : shopware_json(R"({"data":{}})");
  }
  return token->user_id.empty() ? answer_as_integration(method, path, body)
                                : shopware_error("403 Forbidden", kMissingRight);
}

std::optional<FakeShopware::Token> FakeShopware::token_of(const SeenRequest& request) const {
  constexpr std::string_view kHeader = "Authorization: Bearer ";
  const std::size_t at = request.text.find(kHeader);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t begin = at + kHeader.size();
  const auto found =
      tokens_.find(request.text.substr(begin, request.text.find('\r', begin) - begin));
  if (found == tokens_.end() || found->second.user_id.empty()) {
    return found == tokens_.end() ? std::nullopt : std::optional(found->second);
  }
  const auto user = users_.find(found->second.user_id);
  const bool is_good =
      user != users_.end() && user->second.passwords_set == found->second.passwords_set;
  return is_good ? std::optional(found->second) : std::nullopt;
}

std::string FakeShopware::grant_token(const Token& token) {
  const std::string text = fmt::format("eyJ0eXAi.fake-{}.c2ln_bmF0dXJl", next_number_++);
  tokens_[text] = token;
  const Json answer = {{"token_type", "Bearer"}, {"expires_in", 600}, {"access_token", text}};
  return shopware_json(answer.dump());
}

std::string FakeShopware::answer_to_token_request(const Json& body) {
  std::string wrong =
      shopware_error("400 Bad Request", "6", "The user credentials were incorrect.");
  if (body.at("grant_type") == "client_credentials") {
    const bool is_known = knows_integration_ && body.at("client_id") == kClientId &&
                          body.at("client_secret") == kClientSecret;
    return is_known ? grant_token({}) : wrong;
  }
  if (limits_logins_) {
    return shopware_error("429 Too Many Requests", "FRAMEWORK__RATE_LIMIT_EXCEEDED");
  }
  for (const auto& [id, user] : users_) {  // 6.6 does not look whether the user is active here
    if (same(user.username, body.at("username")) && user.password == body.at("password")) {
      return grant_token({id, user.passwords_set});
    }
  }
  return wrong;
}

std::string FakeShopware::answer_as_integration(const std::string& method, const std::string& path,
                                                const Json& body) {
  constexpr std::string_view kSearch = "/search/";
  constexpr std::string_view kUser = "/user/";
  if (path == "/_info/version") {
    return shopware_json(Json{{"version", version_}}.dump());
  }
  if (method == "POST" && path.starts_with(kSearch)) {
    return search(path.substr(kSearch.size()), body);
  }
  if (method == "POST" && path == "/user") {
    return may("user:create") ? write_user(body.value("id", ""), body)
                              : shopware_error("403 Forbidden", kMissingRight);
  }
  if (!path.starts_with(kUser)) {
    return shopware_error("404 Not Found", "0", "No route found");
  }
  const auto [id, key] = split_key_path(path.substr(kUser.size()));
  if (method == "PATCH") {
    return users_.contains(id) ? write_user(id, body)
                               : shopware_error("400 Bad Request", "FRAMEWORK__WRITE_ERROR");
  }
  if (method == "GET") {
    return users_.contains(id) ? shopware_json(R"({"data":{}})")
                               : shopware_error("404 Not Found", "FRAMEWORK__RESOURCE_NOT_FOUND");
  }
  if (key.empty()) {
    return delete_user(id);
  }
  if (!may("user_access_key:delete")) {
    return shopware_error("403 Forbidden", kMissingRight);
  }
  std::erase(users_.at(id).access_keys, key);
  return no_content();
}

std::vector<Json> FakeShopware::records(const std::string& entity) const {
  std::vector<Json> all;
  if (entity == "locale") {
    all.push_back({{"id", "0190aaaabbbbccccddddeeeeffff0002"}, {"code", "en-GB"}});
  } else if (entity == "acl-role") {
    for (const auto& [id, name] : roles_) {
      all.push_back({{"id", id}, {"name", name}});
    }
  } else if (entity == "user-access-key") {
    for (const auto& [id, user] : users_) {
      for (const std::string& key : user.access_keys) {
        all.push_back({{"id", key}, {"userId", id}});
      }
    }
  } else {
    for (const auto& [id, user] : users_) {
      Json fields;  // null where there are none
      if (!user.marker.empty()) {
        fields["stagepass_marker"] = user.marker;
      }
      all.push_back({{"id", id},
                     {"username", user.username},
                     {"email", user.email},
                     {"active", user.is_active},
                     {"admin", user.is_admin},
                     {"customFields", fields}});
    }
  }
  return all;
}

std::string FakeShopware::search(const std::string& entity, const Json& criteria) {
  std::string right = entity;
  std::replace(right.begin(), right.end(), '-', '_');
  if (!may(right + ":read")) {
    return shopware_error("403 Forbidden", kMissingRight);
  }
  std::vector<Json> found;
  for (const Json& record : records(entity)) {
    if (matches_all(record, criteria.value("filter", Json::array()))) {
      found.push_back(record);
    }
  }
  const std::size_t limit = criteria.value("limit", std::size_t{100});
  const std::size_t first = (criteria.value("page", std::size_t{1}) - 1) * limit;
  Json data = Json::array();
  for (std::size_t i = first; i < std::min(found.size(), first + limit); ++i) {
    const Json includes = criteria.value("includes", Json::object());
    data.push_back(includes.contains(entity) ? only(found[i], includes.at(entity)) : found[i]);
  }
  // Without total-count-mode Shopware counts only what it shows.
  const std::size_t total = criteria.value("total-count-mode", 0) == 1 ? found.size() : data.size();
  return shopware_json(
      Json{{"total", total}, {"data", data}, {"aggregations", Json::array()}}.dump());
}

std::string FakeShopware::write_user(const std::string& id, const Json& body) {
  if (!may("user:update") || (body.contains("admin") && !integration_is_admin_)) {
    return shopware_error("403 Forbidden", kMissingRight);
  }
  for (const auto& [other, user] : users_) {
    if (other != id && (same(user.username, body.value("username", "")) ||
                        same(user.email, body.value("email", "")))) {
      return shopware_error(
          "500 Internal Server Error", "0",
          "SQLSTATE[23000]: Integrity constraint violation: 1062 Duplicate entry");
    }
  }
  FakeShopwareUser& user = users_[id];
  user.username = body.value("username", user.username);
  user.email = body.value("email", user.email);
  user.is_active = body.value("active", user.is_active);
  user.is_admin = body.value("admin", user.is_admin);
  if (body.contains("password")) {
    user.password = body.at("password");
    ++user.passwords_set;
  }
  for (const Json& role : body.value("aclRoles", Json::array())) {
    user.roles.push_back(role.at("id"));
  }
  if (body.contains("customFields")) {
    user.marker = body.at("customFields").value("stagepass_marker", "");
  }
  return no_content();
}

std::string FakeShopware::delete_user(const std::string& id) {
  if (!may("user:delete") || !may("user:update")) {
    return shopware_error("403 Forbidden", kMissingRight);
  }
  if (is_referred_to_ && users_.contains(id)) {
    return shopware_error("500 Internal Server Error", "0",
                          "SQLSTATE[23000]: Integrity constraint violation: 1451 Cannot delete or "
                          "update a parent row: a foreign key constraint fails (`order`)");
  }
  users_.erase(id);
  return no_content();  // also for one that was not there
}

}  // namespace stagepass::tests
