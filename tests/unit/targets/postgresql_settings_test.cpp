#include "targets/postgresql/postgresql_settings.hpp"

#include "targets/postgresql/scram.hpp"
#include "targets/postgresql/sql_text.hpp"

#include <stagepass/core/base64.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::tests {
namespace {

using Values = std::map<std::string, std::string>;

Result<targets::PgSettings> parse(Values values) {
  values.try_emplace("host", "db.shop.example");
  values.try_emplace("database", "shop");
  return targets::parse_postgresql_settings({.name = must(TargetName::parse("shop-db")),
                                             .driver = "postgresql",
                                             .settings = std::move(values)});
}

TEST_CASE("PostgreSQL settings: host and database are enough", "[targets]") {
  const targets::PgSettings settings = must(parse({}));
  CHECK(settings.server.port == 5432);
  CHECK(settings.server.sslmode == "verify-full");
  CHECK(settings.admin == "stagepass");
  CHECK(settings.roles == std::vector<std::string>{"stagepass_shop_db"});
  CHECK(settings.schemas == std::vector<std::string>{"public"});
  CHECK(settings.rights == targets::PgRights::write);
  CHECK(settings.connection_limit == 5);
}

TEST_CASE("PostgreSQL settings: an unencrypted connection stays on this machine", "[targets]") {
  for (const std::string host : {"127.0.0.1", "localhost", "::1", "/var/run/postgresql"}) {
    CHECK(parse({{"host", host}, {"sslmode", "disable"}}));
  }
  for (const std::string host : {"db.shop.example", "127.shop.example", "10.0.0.1"}) {
    CHECK(error_of(parse({{"host", host}, {"sslmode", "disable"}})) == Errc::policy);
  }
  for (const std::string mode : {"require", "prefer", "allow", "verify-ca", "off"}) {
    CHECK(error_of(parse({{"sslmode", mode}})) == Errc::invalid_argument);
  }
}

TEST_CASE("PostgreSQL settings: roles with power over the server are refused by name",
          "[targets]") {
  for (const std::string roles :
       {"pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
        "pg_signal_backend", "pg_create_subscription", "pg_anything_new", "postgres", "stagepass",
        "support,pg_maintain"}) {
    CHECK(error_of(parse({{"roles", roles}})) == Errc::policy);
  }
  CHECK(must(parse({{"roles", "support,pg_read_all_data"}})).roles.size() == 2);
  CHECK(error_of(parse({{"roles", "support"}, {"rights", "read"}})) == Errc::invalid_argument);
}

TEST_CASE("PostgreSQL settings: what cannot be right is told", "[targets]") {
  for (const Values& values :
       {Values{{"port", "0"}}, Values{{"rights", "all"}}, Values{{"connection_limit", "0"}},
        Values{{"connection_limit", "-1"}}, Values{{"other_databases", "yes"}},
        Values{{"schemas", "public,,x"}}, Values{{"schemas", "a\"b"}}, Values{{"user", "a'b"}},
        Values{{"host", "/tmp/a b"}}, Values{{"sslrootcert", "relative.pem"}},
        Values{{"password", "x"}}, Values{{"database", std::string(64, 'x')}}}) {
    CHECK(error_of(parse(values)) == Errc::invalid_argument);
  }
}

TEST_CASE("PostgreSQL SQL: names and texts keep what is in them", "[targets]") {
  CHECK(targets::sql_name("a\"b; --") == "\"a\"\"b; --\"");
  CHECK(targets::sql_text("it's") == "'it''s'");
  CHECK(targets::sql_array({"a", "b'c"}) == "ARRAY['a', 'b''c']::text[]");
}

TEST_CASE("PostgreSQL SCRAM: the verifier is that of RFC 7677", "[targets]") {
  const auto bytes = from_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  REQUIRE(bytes);
  targets::ScramSalt salt{};
  std::copy(bytes->begin(), bytes->end(), salt.begin());
  const Secret password = Secret::copy_of(std::string_view("pencil"));
  CHECK(targets::scram_verifier(password, salt) ==
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST_CASE("PostgreSQL SCRAM: passwords that clients would rewrite are refused", "[targets]") {
  SeededRandom random;
  for (const std::string_view text : {"", "P\xc3\xa4ss", "tab\there", "del\x7f"}) {
    CHECK(error_of(targets::scram_verifier(Secret::copy_of(text), random)) ==
          Errc::invalid_argument);
  }
  const Secret password = Secret::copy_of(std::string_view("correct-horse"));
  CHECK(must(targets::scram_verifier(password, random)) !=
        must(targets::scram_verifier(password, random)));
}

}  // namespace
}  // namespace stagepass::tests
