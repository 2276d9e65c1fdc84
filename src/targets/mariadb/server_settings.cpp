#include "targets/mariadb/server_settings.hpp"

#include <stagepass/core/endpoint.hpp>

#include <fmt/core.h>

namespace stagepass::targets {
namespace {

constexpr std::string_view kLettersAndDigits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

Result<std::string> parse_socket(const std::string& value) {
  constexpr std::size_t kLongestSocket = 107;  // sockaddr_un
  if (!consists_of(value, "/._-", kLongestSocket) || value.front() != '/') {
    return wrong_setting("socket", value, "the absolute path of the server's socket");
  }
  return value;
}

Result<SqlServer> parse_place(Settings& values, const std::string& driver) {
  SqlServer server;
  SP_ASSIGN(server.port, parse_port(values["port"]));
  if (values.contains("socket") == values.contains("host")) {
    return fail(
        Errc::invalid_argument, fmt::format("a {} target needs either host or socket", driver),
        "host=db.shop.example, or socket=/run/mysqld/mysqld.sock for a server of this host");
  }
  if (values.contains("socket")) {
    SP_ASSIGN(server.socket, parse_socket(values["socket"]));
  } else {
    SP_ASSIGN(server.host, parse_host(values["host"]));
  }
  return server;
}

/// A path goes to OpenSSL and nowhere else.
Result<std::string> parse_ca(Settings& values) {
  const std::string& path = values["ca"];
  if (!path.empty() && path.front() != '/') {
    return wrong_setting("ca", path, "the absolute path of a file of certificates (PEM)");
  }
  return path;
}

}  // namespace

bool consists_of(std::string_view text, std::string_view more, std::size_t longest) {
  const std::string allowed = fmt::format("{}{}", kLettersAndDigits, more);
  return !text.empty() && text.size() <= longest &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

Result<SqlServer> parse_sql_server(Settings& values, const std::string& driver) {
  SP_ASSIGN(SqlServer server, parse_place(values, driver));
  SP_ASSIGN(server.ca_file, parse_ca(values));
  const bool stays_here = server.host.empty() || is_loopback(server.host);
  const std::string tls = values.contains("tls") ? values["tls"] : stays_here ? "plain" : "verify";
  if (tls == "plain" && !stays_here) {
    return fail(Errc::policy,
                fmt::format("tls=plain would talk to {} unencrypted over a network", server.host),
                "leave tls out and give ca=FILE, or use stagepass on the database's own host");
  }
  if (tls != "plain" && (tls != "verify" || server.host.empty())) {
    return wrong_setting("tls", tls, "verify, or plain for a loopback address or a socket");
  }
  server.tls = tls == "plain" ? SqlTls::none : SqlTls::verify;
  return server;
}

}  // namespace stagepass::targets
