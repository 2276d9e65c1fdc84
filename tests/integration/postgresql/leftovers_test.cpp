#include "postgres_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::Deadline;
using targets::PgConnection;

void take(PgConnection& connection, const std::string& script) {
  must(connection.run(script, Deadline(kTimeout)));
}

/// Accounts may make things in the schema.
void open_workshop(PostgresFixture& shop) {
  shop.tell("GRANT CREATE ON SCHEMA public TO stagepass_shop");
  shop.tell(
      "DO $$BEGIN IF to_regrole('stagepass_keeper') IS NULL THEN CREATE ROLE "
      "stagepass_keeper NOLOGIN; GRANT stagepass_keeper TO stagepass; END IF; END$$; "
      "GRANT CREATE ON SCHEMA public TO stagepass_keeper");
}

std::string owner_of(PostgresFixture& shop, const std::string& table) {
  return shop.value(
      fmt::format("SELECT relowner::regrole FROM pg_class WHERE oid = '{}'::regclass", table));
}

TEST_CASE("PostgreSQL: what a specialist made is kept with its data and belongs to the keeper") {
  PostgresFixture shop;
  open_workshop(shop);
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref);
    take(session,
         "CREATE TABLE notes AS SELECT 42 AS answer; SELECT lo_create(4711); "
         "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC");
    take(session, fmt::format("ALTER ROLE {} SET work_mem = '1MB'", ref.user_name.str()));
    take(session,
         "CREATE FUNCTION door() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT "
         "current_user::text'");
  }
  shop.end(ref);
  CHECK(shop.prove(ref).residue.empty());
  CHECK(owner_of(shop, "notes") == "stagepass_keeper");
  CHECK(shop.value("SELECT answer FROM notes") == "42");
  CHECK(shop.value("SELECT lomowner::regrole FROM pg_largeobject_metadata WHERE oid = 4711") ==
        "stagepass_keeper");
  CHECK(shop.value("SELECT count(*) FROM pg_default_acl") == "0");
  CHECK(shop.value("SELECT count(*) FROM pg_db_role_setting WHERE setrole <> 0") == "0");
  // A function of his runs with no power, above all not with that of stagepass.
  CHECK(shop.value("SELECT door()") == "stagepass_keeper");
}

TEST_CASE("PostgreSQL: what stays behind is told when the target is tested") {
  PostgresFixture shop;
  open_workshop(shop);
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref);
    take(session, "CREATE TABLE notes ()");
  }
  shop.end(ref);
  std::string told;
  for (const Finding& finding : must(shop.driver().check(kTimeout))) {
    told += finding.text + "\n";
  }
  CHECK_THAT(told, ContainsSubstring("left behind: table public.notes"));
}

TEST_CASE("PostgreSQL: what he made in another database is found there too") {
  PostgresFixture shop;
  open_workshop(shop);
  shop.tell("GRANT CONNECT ON DATABASE blog TO stagepass, stagepass_shop");
  shop.tell("GRANT CREATE ON SCHEMA public TO stagepass_shop, stagepass_keeper", "blog");
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref, "blog");
    take(session, "CREATE TABLE diary AS SELECT 'kept' AS line");
  }
  shop.end(ref);
  CHECK(shop.prove(ref).residue.empty());
  CHECK(shop.value("SELECT line FROM diary", "blog") == "kept");
  CHECK(shop.value("SELECT relowner::regrole FROM pg_class WHERE relname = 'diary'", "blog") ==
        "stagepass_keeper");
}

TEST_CASE("PostgreSQL: what cannot be given to the keeper is not deleted but told with a remedy") {
  PostgresFixture shop;
  shop.tell("GRANT CREATE ON SCHEMA public TO stagepass_shop");
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref);
    take(session, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
  }
  must(shop.driver().disable(ref, kTimeout));
  must(shop.driver().end_sessions(ref, kTimeout));
  const auto erased = shop.driver().erase(ref, kTimeout);
  REQUIRE_FALSE(erased);
  CHECK(erased.error().code == Errc::refused);
  CHECK_THAT(erased.error().hint, ContainsSubstring("REASSIGN OWNED BY"));
  CHECK(shop.value("SELECT f()") == "1");
  shop.tell("GRANT CREATE ON SCHEMA public TO stagepass_keeper");
  CHECK(must(shop.driver().erase(ref, kTimeout)) == TargetDriver::Erased::removed);
  CHECK(shop.prove(ref).residue.empty());
}

TEST_CASE("PostgreSQL: a keeper with power is not given anything") {
  PostgresFixture shop;
  open_workshop(shop);
  shop.tell("CREATE ROLE chief CREATEROLE; GRANT CREATE ON SCHEMA public TO chief");
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref);
    take(session, "CREATE TABLE notes ()");
  }
  const auto driver = shop.make_driver({{"keeper", "chief"}});
  must(driver->disable(ref, kTimeout));
  must(driver->end_sessions(ref, kTimeout));
  CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::policy);
  CHECK(owner_of(shop, "notes") == ref.user_name.str());
  must(shop.driver().erase(ref, kTimeout));
  CHECK(owner_of(shop, "notes") == "stagepass_keeper");
}

TEST_CASE("PostgreSQL: rights that the admin gave the account itself are taken away too") {
  PostgresFixture shop;
  shop.tell("GRANT SELECT, UPDATE ON orders TO stagepass WITH GRANT OPTION");
  const AccountRef ref = shop.make_account();
  shop.tell(fmt::format("SET ROLE stagepass; GRANT SELECT, UPDATE ON orders TO {}; RESET ROLE",
                        ref.user_name.str()));
  shop.end(ref);
  CHECK(shop.prove(ref).residue.empty());
  CHECK(shop.value("SELECT count(*) FROM pg_class WHERE relname = 'orders' AND relacl::text LIKE "
                   "'%sp__________=%'") == "0");
}

TEST_CASE("PostgreSQL: rights that somebody else gave the account keep it from being called gone") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  shop.tell(
      fmt::format("GRANT ALL ON orders TO {0}; GRANT TEMP ON DATABASE shop TO {0}; "
                  "CREATE POLICY his ON orders TO {0} USING (true)",
                  ref.user_name.str()));
  must(shop.driver().disable(ref, kTimeout));
  must(shop.driver().end_sessions(ref, kTimeout));
  const auto erased = shop.driver().erase(ref, kTimeout);
  REQUIRE_FALSE(erased);
  CHECK(erased.error().code == Errc::refused);
  CHECK(error_of(shop.driver().verify_gone(ref, &shop.password(), kTimeout)) == Errc::pending);
  CHECK(error_of(shop.driver().open_session(ref, shop.password(), kTimeout)) == Errc::refused);
  const std::string& hint = erased.error().hint;
  shop.tell(hint.substr(hint.find(": ") + 2));
  CHECK(must(shop.driver().erase(ref, kTimeout)) == TargetDriver::Erased::removed);
  CHECK(shop.prove(ref).residue.empty());
  CHECK(shop.value("SELECT count(*) FROM orders") == "2");
}

}  // namespace
}  // namespace stagepass::tests
