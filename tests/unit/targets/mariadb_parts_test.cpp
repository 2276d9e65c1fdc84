#include "targets/mariadb/mariadb_settings.hpp"
#include "targets/mariadb/native_hash.hpp"
#include "targets/mariadb/sql_text.hpp"

#include <stagepass/system/posix_process.hpp>
#include <stagepass/targets/registry.hpp>

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/fake_clock.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using targets::MariadbRights;
using targets::MariadbSettings;
using targets::SqlTls;
using Settings = std::map<std::string, std::string>;

Target target_with(Settings settings) {
  settings.emplace("user", "stagepass");
  settings.emplace("database", "shop");
  std::erase_if(settings, [](const auto& setting) { return setting.second == "-"; });
  return {
      .name = must(TargetName::parse("db")), .driver = "mariadb", .settings = std::move(settings)};
}

Result<MariadbSettings> parse(Settings settings) {
  return targets::parse_mariadb_settings(target_with(std::move(settings)));
}

TEST_CASE("MariaDB settings: over a network the connection is verified and from must be said") {
  const MariadbSettings settings = must(parse({{"host", "db.example"}, {"from", "10.0.0.%"}}));
  CHECK(settings.server.tls == SqlTls::verify);
  CHECK(settings.require_ssl);
  CHECK(settings.server.port == 3306);
  CHECK(settings.from == "10.0.0.%");
  CHECK(settings.rights == MariadbRights::write);
  CHECK(settings.max_connections == 5);
  CHECK(error_of(parse({{"host", "db.example"}})) == Errc::invalid_argument);
  CHECK(must(parse({{"host", "db.example"}, {"from", "%"}})).from == "%");
  CHECK_FALSE(
      must(parse({{"host", "db.example"}, {"from", "%"}, {"require_ssl", "no"}})).require_ssl);
}

TEST_CASE("MariaDB settings: on this host accounts are for this host and the connection is plain") {
  const MariadbSettings by_socket = must(parse({{"socket", "/run/mysqld/mysqld.sock"}}));
  CHECK(by_socket.server.tls == SqlTls::none);
  CHECK(by_socket.from == "localhost");
  CHECK_FALSE(by_socket.require_ssl);
  CHECK(must(parse({{"host", "127.0.0.1"}})).from == "127.0.0.1");
  CHECK(must(parse({{"host", "localhost"}})).from == "localhost");
  CHECK(must(parse({{"host", "127.0.0.1"}, {"tls", "verify"}})).server.tls == SqlTls::verify);
}

TEST_CASE("MariaDB settings: several databases may be given and with a role none need be") {
  CHECK(must(parse({{"host", "::1"}, {"database", "shop,shop_1"}})).schemas ==
        std::vector<std::string>{"shop", "shop_1"});
  const MariadbSettings with_role =
      must(parse({{"host", "::1"}, {"database", "-"}, {"role", "support"}}));
  CHECK(with_role.role == "support");
  CHECK(with_role.schemas.empty());
}

TEST_CASE("MariaDB settings: what cannot be right is refused") {
  const Settings local = {{"host", "127.0.0.1"}};
  const Settings remote = {{"host", "db.example"}, {"from", "10.0.0.7"}};
  struct Row {
    Settings base;
    Settings more;
    Errc code;
  };
  const std::vector<Row> rows = {
      {{}, {}, Errc::invalid_argument},
      {local, {{"socket", "/run/s"}}, Errc::invalid_argument},
      {{}, {{"socket", "run/s"}}, Errc::invalid_argument},
      {{}, {{"socket", "/run/s"}, {"tls", "verify"}}, Errc::invalid_argument},
      {remote, {{"tls", "plain"}}, Errc::policy},
      {remote, {{"tls", "off"}}, Errc::invalid_argument},
      {{{"host", "127.evil.example"}, {"from", "%"}}, {{"tls", "plain"}}, Errc::policy},
      {remote, {{"ca", "ca.pem"}}, Errc::invalid_argument},
      {local, {{"port", "21"}}, Errc::policy},
      {local, {{"database", "-"}}, Errc::invalid_argument},
      {local, {{"database", "mysql"}}, Errc::policy},
      {local, {{"database", "shop,SYS"}}, Errc::policy},
      {local, {{"database", "shop,,x"}}, Errc::invalid_argument},
      {local, {{"database", "shop,"}}, Errc::invalid_argument},
      {local, {{"database", "*"}}, Errc::invalid_argument},
      {local, {{"database", "sh`op"}}, Errc::invalid_argument},
      {local, {{"database", "%"}}, Errc::invalid_argument},
      {local, {{"rights", "all"}}, Errc::invalid_argument},
      {local, {{"rights", "read"}, {"role", "r"}}, Errc::invalid_argument},
      {local, {{"role", "r'"}}, Errc::invalid_argument},
      {local, {{"from", "10.0.0.7' OR"}}, Errc::invalid_argument},
      {local, {{"max_connections", "0"}}, Errc::invalid_argument},
      {local, {{"max_connections", "5x"}}, Errc::invalid_argument},
      {local, {{"require_ssl", "yes"}}, Errc::invalid_argument},
      {local, {{"require_ssl", "maybe"}}, Errc::invalid_argument},
      {local, {{"user", "a'b"}}, Errc::invalid_argument},
      {local, {{"colour", "red"}}, Errc::invalid_argument},
  };
  for (const Row& row : rows) {
    Settings settings = row.base;
    for (const auto& [key, value] : row.more) {
      settings[key] = value;
      INFO(key << "=" << value);
      CHECK_FALSE(value.empty());
    }
    const auto parsed = parse(settings);
    INFO((row.more.empty() ? std::string("none") : row.more.rbegin()->second));
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == row.code);
  }
}

TEST_CASE("MariaDB settings: a server of another place needs the secret password and no other") {
  system::PosixProcess process;
  FakeClock clock;
  SeededRandom random;
  const auto factory = targets::make_driver_factory({process, clock, random, ""});
  const auto make = [&](const Settings& settings, const std::string& secret) {
    SecretSettings secrets;
    if (!secret.empty()) {
      secrets.emplace(secret, Secret::copy_of("x"));
    }
    return factory->make(target_with(settings), std::move(secrets));
  };
  CHECK(make({{"host", "127.0.0.1"}}, "password"));
  CHECK(make({{"socket", "/run/s"}}, ""));
  CHECK(error_of(make({{"host", "127.0.0.1"}}, "")) == Errc::invalid_argument);
  CHECK(error_of(make({{"host", "127.0.0.1"}}, "passwort")) == Errc::invalid_argument);
}

TEST_CASE("MariaDB text: a quote never ends a text or a name") {
  CHECK(targets::sql_string("it's \\") == "'it''s \\'");
  CHECK(targets::sql_identifier("a`b") == "`a``b`");
  CHECK(targets::sql_account("sp1", "10.0.0.'%") == "'sp1'@'10.0.0.''%'");
}

TEST_CASE("MariaDB text: a database's name is no pattern") {
  CHECK(targets::sql_schema_pattern("shop_1") == "`shop\\_1`");
}

TEST_CASE("MariaDB hash: it is the one that MariaDB makes") {
  // SELECT PASSWORD('password')
  CHECK(must(targets::native_password_hash(Secret::copy_of("password"))) ==
        Secret::copy_of("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"));
  CHECK(error_of(targets::native_password_hash(Secret::copy_of(""))) == Errc::invalid_argument);
}

}  // namespace
}  // namespace stagepass::tests
