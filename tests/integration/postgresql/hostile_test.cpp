#include "postgres_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

using targets::Deadline;
using targets::PgConnection;

TEST_CASE("PostgreSQL: functions with the names of the server's own are never called") {
  PostgresFixture shop;
  shop.tell(
      "CREATE ROLE stagepass_keeper NOLOGIN; GRANT stagepass_keeper TO stagepass; "
      "GRANT CREATE ON SCHEMA public TO stagepass_shop, stagepass_keeper; "
      "ALTER ROLE stagepass SET search_path = public, pg_catalog");
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref);
    must(
        session.run("CREATE TABLE caught (who name); GRANT ALL ON caught TO PUBLIC; "
                    "CREATE FUNCTION public.starts_with(text, text) RETURNS bool LANGUAGE sql AS "
                    "'INSERT INTO public.caught VALUES (current_user); SELECT true'; "
                    "CREATE FUNCTION public.shobj_description(oid, name) RETURNS text LANGUAGE sql "
                    "AS 'INSERT INTO public.caught VALUES (current_user); SELECT ''''::text'; "
                    "CREATE VIEW public.pg_roles AS SELECT 'nobody'::name AS rolname",
                    Deadline(kTimeout)));
  }
  const auto driver = shop.make_driver();
  CHECK(must(driver->list_marked(kTimeout)).size() == 1);
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);
  shop.end(ref);
  CHECK(shop.prove(ref).residue.empty());
  CHECK(shop.value("SELECT count(*) FROM public.caught") == "0");
}

TEST_CASE("PostgreSQL: names of merchants are taken as they are written") {
  PostgresFixture shop;
  shop.tell(
      "CREATE ROLE \"Support; DROP ROLE x --\" NOLOGIN; "
      "GRANT CONNECT ON DATABASE shop TO \"Support; DROP ROLE x --\"");
  const AccountRef ref = PostgresFixture::new_ref();
  const auto driver = shop.make_driver({{"roles", "Support; DROP ROLE x --"}});
  must(driver->create(shop.spec_of(ref), kTimeout));
  CHECK(must(driver->open_session(ref, shop.password(), kTimeout)) != nullptr);
}

TEST_CASE("PostgreSQL: only the server whose certificate is vouched for is talked to") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  const std::string right = the_server().path("server.crt");
  const auto probe = [&](const PostgresFixture::Settings& settings) {
    return shop.make_driver(settings)->probe(ref, kTimeout);
  };
  CHECK(must(probe({{"host", "localhost"}, {"sslmode", "verify-full"}, {"sslrootcert", right}})) ==
        Presence::ours);
  // Another name than the certificate's, another authority, none at all.
  CHECK(error_of(probe({{"sslmode", "verify-full"}, {"sslrootcert", right}})) == Errc::unreachable);
  CHECK(error_of(probe({{"host", "localhost"},
                        {"sslmode", "verify-full"},
                        {"sslrootcert", the_server().path("other.crt")}})) == Errc::unreachable);
  CHECK(error_of(probe({{"host", "localhost"},
                        {"sslmode", "verify-full"},
                        {"sslrootcert", the_server().path("missing")}})) == Errc::unreachable);
}

TEST_CASE("PostgreSQL: markers of foreign roles are listed as they are and not believed") {
  PostgresFixture shop;
  const AccountRef ref = PostgresFixture::new_ref();
  shop.tell(
      fmt::format("CREATE ROLE {0} LOGIN; COMMENT ON ROLE {0} IS 'stagepass/{1}.forged'; "
                  "CREATE ROLE other; COMMENT ON ROLE other IS 'my stagepass/role'",
                  ref.user_name.str(), ref.id.str()));
  CHECK(must(shop.driver().list_marked(kTimeout)).size() == 1);
  CHECK(must(shop.driver().probe(ref, kTimeout)) == Presence::foreign);
  CHECK(error_of(shop.driver().erase(ref, kTimeout)) == Errc::refused);
}

}  // namespace
}  // namespace stagepass::tests
