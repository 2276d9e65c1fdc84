#include "postgres_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("PostgreSQL: an account works with the real client as far as its rights go") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  CHECK(shop.psql(ref, "UPDATE public.orders SET total = 0; SELECT * FROM public.orders").empty());
  CHECK_THAT(shop.psql(ref, "CREATE TABLE public.mine ()"), ContainsSubstring("permission denied"));
  CHECK_THAT(shop.psql(ref, "DROP TABLE public.orders"), ContainsSubstring("must be owner"));
  CHECK_THAT(shop.psql(ref, "CREATE ROLE friend LOGIN"), ContainsSubstring("permission denied"));
  CHECK_THAT(
      shop.psql(ref, fmt::format("ALTER ROLE {} VALID UNTIL 'infinity'", ref.user_name.str())),
      ContainsSubstring("permission denied"));
  CHECK_THAT(shop.psql(ref, fmt::format("COMMENT ON ROLE {} IS 'free'", ref.user_name.str())),
             ContainsSubstring("ERROR:"));
}

TEST_CASE("PostgreSQL: with rights=read an account changes nothing") {
  PostgresFixture shop;
  shop.tell("REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM stagepass_shop");
  const AccountRef ref = PostgresFixture::new_ref();
  must(shop.make_driver({{"rights", "read"}})->create(shop.spec_of(ref), kTimeout));
  CHECK(shop.psql(ref, "SELECT * FROM public.orders").empty());
  CHECK_THAT(shop.psql(ref, "DELETE FROM public.orders"), ContainsSubstring("permission denied"));
}

TEST_CASE("PostgreSQL: an account has no rights of its own that could pile up") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  const std::string oid =
      fmt::format("(SELECT oid FROM pg_authid WHERE rolname = '{}')", ref.user_name.str());
  CHECK(shop.value("SELECT count(*) FROM pg_shdepend WHERE refobjid = " + oid) == "0");
  CHECK(shop.value("SELECT string_agg(roleid::regrole::text, ',') FROM pg_auth_members WHERE "
                   "member = " +
                   oid) == "stagepass_shop");
  CHECK(shop.value("SELECT rolconnlimit FROM pg_authid WHERE oid = " + oid) == "5");
  CHECK(shop.value("SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR "
                   "rolbypassrls FROM pg_authid WHERE oid = " +
                   oid) == "f");
}

TEST_CASE("PostgreSQL: the server never sees the password, not even in its own log") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  shop.end(ref);
  CHECK(shop.prove(ref).login == LoginCheck::refused);
  const std::string log = the_server().log();
  CHECK_THAT(log, ContainsSubstring("CREATE ROLE \"" + ref.user_name.str()));
  CHECK_THAT(log, ContainsSubstring("SCRAM-SHA-256$4096:"));
  CHECK_THAT(log, !ContainsSubstring(std::string(shop.password().reveal_text())));
}

TEST_CASE("PostgreSQL: the server itself ends the login at the end that was agreed") {
  PostgresFixture shop;
  const AccountRef ref = PostgresFixture::new_ref();
  const AccountSpec spec = shop.spec_of(ref);
  must(shop.driver().create(spec, kTimeout));
  const auto seconds_at_server = [&] {
    return shop.value(
        fmt::format("SELECT extract(epoch FROM rolvaliduntil)::bigint FROM pg_authid "
                    "WHERE rolname = '{}'",
                    ref.user_name.str()));
  };
  CHECK(seconds_at_server() == std::to_string(spec.expires_at.time_since_epoch().count()));
  const Timestamp past = spec.expires_at - std::chrono::hours(2);
  must(shop.driver().set_end(ref, past, kTimeout));
  CHECK(seconds_at_server() == std::to_string(past.time_since_epoch().count()));
  CHECK(error_of(shop.driver().open_session(ref, shop.password(), kTimeout)) == Errc::refused);
  CHECK(error_of(shop.driver().set_end(PostgresFixture::new_ref(), past, kTimeout)) ==
        Errc::not_found);
}

TEST_CASE("PostgreSQL: a create that is repeated makes the account as it was ordered") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  shop.tell(
      fmt::format("CREATE ROLE other NOLOGIN; GRANT other TO {0}; ALTER ROLE {0} NOLOGIN "
                  "PASSWORD 'changed' CONNECTION LIMIT 77 VALID UNTIL 'infinity'",
                  ref.user_name.str()));
  must(shop.driver().create(shop.spec_of(ref), kTimeout));
  CHECK(shop.psql(ref, "SELECT * FROM public.orders").empty());
  const std::string role = fmt::format("WHERE rolname = '{}'", ref.user_name.str());
  CHECK(shop.value("SELECT rolconnlimit FROM pg_authid " + role) == "5");
  CHECK(shop.value("SELECT rolvaliduntil < 'infinity' FROM pg_authid " + role) == "t");
  CHECK(shop.value("SELECT pg_has_role('" + ref.user_name.str() + "', 'other', 'MEMBER')") == "f");
}

TEST_CASE("PostgreSQL: a role of ours that somebody gave power is not opened again") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  shop.tell(fmt::format("ALTER ROLE {} CREATEDB", ref.user_name.str()));
  CHECK(error_of(shop.driver().create(shop.spec_of(ref), kTimeout)) == Errc::refused);
  shop.end(ref);
  CHECK(shop.prove(ref).residue.empty());
}

TEST_CASE("PostgreSQL: an account without a password is not made") {
  PostgresFixture shop;
  const AccountRef ref = PostgresFixture::new_ref();
  AccountSpec spec = shop.spec_of(ref);
  spec.password = nullptr;
  CHECK(error_of(shop.driver().create(spec, kTimeout)) == Errc::invalid_argument);
  const Secret umlaut = Secret::copy_of(std::string_view("Pässwort"));
  spec.password = &umlaut;
  CHECK(error_of(shop.driver().create(spec, kTimeout)) == Errc::invalid_argument);
  CHECK(must(shop.driver().probe(ref, kTimeout)) == Presence::absent);
}

TEST_CASE("PostgreSQL: roles of the merchant are joined instead of a group of ours") {
  PostgresFixture shop;
  shop.tell(
      "CREATE ROLE support NOLOGIN; GRANT CONNECT ON DATABASE shop TO support; "
      "GRANT USAGE ON SCHEMA public TO support; GRANT SELECT ON orders TO support");
  const AccountRef ref = PostgresFixture::new_ref();
  must(shop.make_driver({{"roles", "support"}})->create(shop.spec_of(ref), kTimeout));
  CHECK(shop.psql(ref, "SELECT * FROM public.orders").empty());
  CHECK_THAT(shop.psql(ref, "DELETE FROM public.orders"), ContainsSubstring("permission denied"));
  shop.end(ref);
  CHECK(shop.prove(ref).residue.empty());
}

TEST_CASE("PostgreSQL: roles that lead to power are refused however they lead there") {
  PostgresFixture shop;
  shop.tell(
      "CREATE ROLE harmless NOLOGIN; CREATE ROLE middle NOLOGIN; "
      "GRANT middle TO harmless; GRANT pg_execute_server_program TO middle; "
      "CREATE ROLE maker NOLOGIN CREATEROLE; CREATE ROLE admins NOLOGIN; "
      "GRANT stagepass TO admins");
  for (const std::string roles : {"harmless", "maker", "admins", "missing"}) {
    const AccountRef ref = PostgresFixture::new_ref();
    const auto driver = shop.make_driver({{"roles", roles}});
    CHECK(error_of(driver->create(shop.spec_of(ref), kTimeout)) == Errc::policy);
    CHECK(must(driver->probe(ref, kTimeout)) == Presence::absent);
  }
}

TEST_CASE("PostgreSQL: the details lead a real client to the shop") {
  PostgresFixture shop;
  const auto details = shop.driver().access_details(PostgresFixture::new_ref().user_name);
  REQUIRE(details.size() == 5);
  CHECK(details[0] == std::pair<std::string, std::string>("host", "127.0.0.1"));
  CHECK(details[1].second == std::to_string(the_server().port()));
  CHECK(details[2].second == "shop");
}

}  // namespace
}  // namespace stagepass::tests
