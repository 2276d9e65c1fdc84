#include "targets/postgresql/postgresql_settings.hpp"

#include "targets/settings.hpp"

#include <stagepass/core/endpoint.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLongestName = 63;  // longer ones are cut silently
constexpr int kMostConnections = 100;
constexpr std::string_view kPredefined = "pg_";

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c >= ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\' && c != ',';
         });
}

Result<std::string> parse_name(std::string_view key, const std::string& value) {
  return is_name(value) ? Result<std::string>(value)
                        : wrong_setting(key, value,
                                        "a name of up to 63 printable characters without quotes, "
                                        "commas and backslashes");
}

Result<std::vector<std::string>> parse_names(std::string_view key, std::string_view value) {
  std::vector<std::string> names;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    SP_ASSIGN(std::string name, parse_name(key, std::string(value.substr(0, end))));
    names.push_back(std::move(name));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return names;
}

bool is_socket_folder(std::string_view host) {
  return host.starts_with('/');
}

Result<std::string> parse_place(const std::string& value) {
  if (!is_socket_folder(value)) {
    return parse_host(value);
  }
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
  return value.find_first_not_of(kPlain) == std::string::npos
             ? Result<std::string>(value)
             : wrong_setting("host", value, "a host, or the folder of the server's Unix socket");
}

Result<std::string> parse_sslmode(const std::string& value, const std::string& host) {
  if (value == "verify-full") {
    return value;
  }
  if (value != "disable") {
    return wrong_setting("sslmode", value,
                         "verify-full, or disable for a server on this machine: every other mode "
                         "trusts whoever answers");
  }
  if (is_socket_folder(host) || is_loopback(host)) {
    return value;
  }
  return fail(Errc::policy,
              fmt::format("sslmode=disable would send everything unencrypted to {}", host),
              "leave sslmode out (verify-full), or give a loopback address or a Unix socket's "
              "folder as host");
}

Result<std::string> parse_root_certificate(const std::string& value) {
  return value.starts_with('/') ? Result<std::string>(value)
                                : wrong_setting("sslrootcert", value, "an absolute path");
}

Result<PgServer> parse_server(Settings& values) {
  SP_ASSIGN(std::string host, parse_place(values["host"]));
  SP_ASSIGN(const std::uint16_t port, parse_port(values["port"]));
  SP_ASSIGN(std::string sslmode, parse_sslmode(values["sslmode"], host));
  SP_ASSIGN(std::string root, parse_root_certificate(values["sslrootcert"]));
  return PgServer{std::move(host), port, std::move(sslmode), std::move(root)};
}

Result<PgRights> parse_rights(const std::string& value) {
  if (value == "read" || value == "write") {
    return value == "read" ? PgRights::read : PgRights::write;
  }
  return wrong_setting("rights", value, "read or write");
}

Result<int> parse_connection_limit(const std::string& value) {
  int limit = 0;
  const char* end = value.data() + value.size();
  const auto [stopped_at, error] = std::from_chars(value.data(), end, limit);
  if (error != std::errc() || stopped_at != end || limit < 1 || limit > kMostConnections) {
    return wrong_setting("connection_limit", value, "a number from 1 to 100");
  }
  return limit;
}

Result<bool> parse_other_databases(const std::string& value) {
  if (value == "refuse" || value == "accept") {
    return value == "accept";
  }
  return wrong_setting("other_databases", value, "refuse or accept");
}

/// By name; what a server says about a role of the merchant's own is judged there.
Result<void> refuse_powerful(const std::vector<std::string>& roles, const std::string& admin) {
  const auto& harmless = harmless_predefined_roles();
  for (const std::string& role : roles) {
    const bool is_powerful = role.starts_with(kPredefined) &&
                             std::find(harmless.begin(), harmless.end(), role) == harmless.end();
    if (is_powerful || role == "postgres" || role == admin) {
      return fail(Errc::policy,
                  fmt::format("temporary accounts may not be members of the role {}", role),
                  "it gives more than access to the shop's data; name a role made for the work, "
                  "or leave roles out and give schemas");
    }
  }
  return {};
}

std::string group_of(const TargetName& target) {
  std::string name = "stagepass_" + target.str();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Either roles of the merchant, or schemas and rights.
Result<void> fill_rights(const Target& target, Settings& values, PgSettings& settings) {
  SP_ASSIGN(settings.roles, parse_names("roles", values["roles"]));
  settings.has_own_group = settings.roles.empty();
  for (const char* other : {"schemas", "rights"}) {
    if (!settings.has_own_group && target.settings.contains(other)) {
      return fail(Errc::invalid_argument,
                  fmt::format("the settings roles and {} exclude each other", other),
                  "the rights are those of your roles, or those that schemas and rights say");
    }
  }
  SP_ASSIGN(settings.schemas, parse_names("schemas", values["schemas"]));
  SP_ASSIGN(settings.rights, parse_rights(values["rights"]));
  if (settings.has_own_group) {
    settings.roles = {group_of(target.name)};
  }
  return refuse_powerful(settings.roles, settings.admin);
}

}  // namespace

const std::vector<std::string>& harmless_predefined_roles() {
  static const std::vector<std::string> roles = {"pg_read_all_data",  "pg_write_all_data",
                                                 "pg_monitor",        "pg_read_all_settings",
                                                 "pg_read_all_stats", "pg_stat_scan_tables"};
  return roles;
}

std::vector<SettingInfo> postgresql_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"host", Kind::required, "", "name or address of the server, or the folder of its socket"},
      {"port", Kind::optional, "5432", "its port"},
      {"database", Kind::required, "", "the shop's database"},
      {"user", Kind::optional, "stagepass", "the role that makes and takes away the accounts"},
      {"password", Kind::secret, "", "the password of that role"},
      {"sslmode", Kind::optional, "verify-full", "or disable, for a server on this machine only"},
      {"sslrootcert", Kind::optional, "/etc/ssl/certs/ca-certificates.crt",
       "who may vouch for the server"},
      {"schemas", Kind::optional, "public", "where the accounts have rights, e.g. public,shop"},
      {"rights", Kind::optional, "write", "read or write: what they may do there"},
      {"roles", Kind::optional, "",
       "instead of schemas and rights: roles of yours to be a member of"},
      {"connection_limit", Kind::optional, "5", "how many connections an account may have"},
      {"keeper", Kind::optional, "stagepass_keeper", "the role that gets what a specialist leaves"},
      {"other_databases", Kind::optional, "refuse",
       "refuse or accept that every role may connect to other databases of the server"},
  };
}

Result<PgSettings> parse_postgresql_settings(const Target& target) {
  if (target.settings.contains("password")) {
    return fail(Errc::invalid_argument, "the password is a secret and no setting",
                "use --secret password, --secret-file or --secret-fd");
  }
  SP_ASSIGN(Settings values, complete_settings(target, postgresql_setting_infos()));
  PgSettings settings;
  SP_ASSIGN(settings.server, parse_server(values));
  SP_ASSIGN(settings.database, parse_name("database", values["database"]));
  SP_ASSIGN(settings.admin, parse_name("user", values["user"]));
  SP_TRY(fill_rights(target, values, settings));
  SP_ASSIGN(settings.keeper, parse_name("keeper", values["keeper"]));
  SP_ASSIGN(settings.connection_limit, parse_connection_limit(values["connection_limit"]));
  SP_ASSIGN(settings.accepts_other_databases, parse_other_databases(values["other_databases"]));
  return settings;
}

}  // namespace stagepass::targets
