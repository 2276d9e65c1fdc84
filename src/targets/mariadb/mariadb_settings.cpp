#include "targets/mariadb/mariadb_settings.hpp"

#include "targets/mariadb/server_settings.hpp"
#include "targets/settings.hpp"

#include <stagepass/core/endpoint.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLongestSchema = 64;
constexpr std::size_t kLongestUser = 80;
constexpr std::size_t kLongestFrom = 60;
constexpr unsigned kMostConnections = 100;

Result<std::vector<std::string>> parse_schemas(const std::string& value) {
  constexpr std::array<std::string_view, 4> kOwnSchemas = {"mysql", "information_schema",
                                                           "performance_schema", "sys"};
  std::vector<std::string> schemas;
  for (std::size_t at = 0; at <= value.size() && !value.empty();) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    const std::string schema = value.substr(at, end - at);
    if (!consists_of(schema, "_-$", kLongestSchema)) {
      return wrong_setting("database", value, "names of letters, digits and _ - $, with commas");
    }
    std::string lower = schema;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (std::find(kOwnSchemas.begin(), kOwnSchemas.end(), lower) != kOwnSchemas.end()) {
      return fail(Errc::policy, fmt::format("temporary accounts get nothing in {}", lower),
                  "it belongs to the server; name the shop's own database");
    }
    schemas.push_back(schema);
    at = end + 1;
  }
  return schemas;
}

Result<std::optional<std::string>> parse_role(Settings& values) {
  if (!values.contains("role")) {
    return std::optional<std::string>();
  }
  if (values.contains("rights")) {
    return fail(Errc::invalid_argument, "rights and role cannot both be given",
                "with a role the account has what the role has");
  }
  const std::string& role = values["role"];
  if (!consists_of(role, "_-.", kLongestUser)) {
    return wrong_setting("role", role, "the name of a role: letters, digits and _ - .");
  }
  return std::optional(role);
}

Result<MariadbRights> parse_rights(Settings& values) {
  const std::string rights = values.contains("rights") ? values["rights"] : "write";
  if (rights != "read" && rights != "write") {
    return wrong_setting("rights", rights, "read (SELECT) or write (also INSERT, UPDATE, DELETE)");
  }
  return rights == "read" ? MariadbRights::read : MariadbRights::write;
}

Result<std::string> parse_from(Settings& values, const SqlServer& server) {
  if (values.contains("from")) {
    const std::string& from = values["from"];
    if (!consists_of(from, "._-%:/", kLongestFrom)) {
      return wrong_setting("from", from, "an address (10.0.0.7), a pattern (10.0.0.%) or a name");
    }
    return from;
  }
  if (server.host.empty() || server.host == "localhost") {
    return "localhost";
  }
  if (is_loopback(server.host)) {
    return server.host;
  }
  return fail(Errc::invalid_argument, "a mariadb target on another host needs the setting from",
              "from=10.0.0.7 or from=10.0.0.%: where the specialist connects from, as the server "
              "sees it");
}

Result<unsigned> parse_max_connections(const std::string& value) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number == 0 ||
      number > kMostConnections) {
    return wrong_setting("max_connections", value, "a number from 1 to 100");
  }
  return number;
}

Result<bool> parse_require_ssl(Settings& values, const SqlServer& server) {
  const bool encrypted = server.tls == SqlTls::verify;
  if (!values.contains("require_ssl")) {
    return encrypted;
  }
  const std::string& value = values["require_ssl"];
  if (value != "yes" && value != "no") {
    return wrong_setting("require_ssl", value, "yes or no");
  }
  if (value == "yes" && !encrypted) {
    return fail(Errc::invalid_argument, "require_ssl=yes needs tls=verify",
                "without it stagepass could not log in itself, to prove that nobody can any more");
  }
  return value == "yes";
}

}  // namespace

std::vector<SettingInfo> mariadb_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"host", Kind::optional, "", "the server's name or address"},
      {"port", Kind::optional, "3306", "its port"},
      {"socket", Kind::optional, "", "instead of host: the socket of a server of this host"},
      {"user", Kind::required, "", "the admin account that makes and ends the others"},
      {"password", Kind::secret, "", "its password; not needed if the socket tells who it is"},
      {"tls", Kind::optional, "",
       "verify (standard over a network) or plain (loopback and socket only)"},
      {"ca", Kind::optional, "", "file of the authority of the server's certificate"},
      {"database", Kind::optional, "", "the databases to give access to, with commas"},
      {"rights", Kind::optional, "", "write (standard) or read"},
      {"role", Kind::optional, "", "instead of rights: an existing role to be a member of"},
      {"from", Kind::optional, "", "where the specialist connects from, e.g. 10.0.0.%"},
      {"max_connections", Kind::optional, "5", "at the same time, for each account"},
      {"require_ssl", Kind::optional, "", "yes (standard with tls=verify) or no"},
  };
}

Result<MariadbSettings> parse_mariadb_settings(const Target& target) {
  SP_ASSIGN(Settings values, complete_settings(target, mariadb_setting_infos()));
  MariadbSettings settings;
  SP_ASSIGN(settings.server, parse_sql_server(values, target.driver));
  settings.admin = values["user"];
  if (!consists_of(settings.admin, "_-.", kLongestUser)) {
    return wrong_setting("user", settings.admin, "letters, digits and _ - .");
  }
  SP_ASSIGN(settings.schemas, parse_schemas(values["database"]));
  SP_ASSIGN(settings.rights, parse_rights(values));
  SP_ASSIGN(settings.role, parse_role(values));
  if (settings.schemas.empty() && !settings.role) {
    return fail(Errc::invalid_argument, "a mariadb target needs database or role",
                "database=shop: what the specialist may use");
  }
  SP_ASSIGN(settings.from, parse_from(values, settings.server));
  SP_ASSIGN(settings.max_connections, parse_max_connections(values["max_connections"]));
  SP_ASSIGN(settings.require_ssl, parse_require_ssl(values, settings.server));
  return settings;
}

std::string privileges_of(MariadbRights rights) {
  return rights == MariadbRights::read ? "SELECT" : "SELECT, INSERT, UPDATE, DELETE";
}

}  // namespace stagepass::targets
