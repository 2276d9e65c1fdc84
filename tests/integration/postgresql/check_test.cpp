#include "postgres_fixture.hpp"

#include <algorithm>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::vector<Finding> problems(TargetDriver& driver) {
  std::vector<Finding> found = must(driver.check(kTimeout));
  found.erase(std::remove_if(found.begin(), found.end(),
                             [](const Finding& each) { return each.kind == Finding::Kind::good; }),
              found.end());
  return found;
}

std::string texts(const std::vector<Finding>& findings) {
  std::string all;
  for (const Finding& each : findings) {
    all += each.text + " => " + each.remedy + "\n";
  }
  return all;
}

TEST_CASE("PostgreSQL check: a server with what README says is ready") {
  PostgresFixture shop;
  CHECK(texts(problems(shop.driver())).empty());
}

TEST_CASE("PostgreSQL check: each thing that is missing is told with a statement that mends it") {
  PostgresFixture shop;
  const std::vector<std::pair<std::string, std::string>> harms = {
      {"ALTER ROLE stagepass NOCREATEROLE", R"(ALTER ROLE "stagepass" CREATEROLE;)"},
      {"REVOKE pg_signal_backend FROM stagepass", R"(GRANT pg_signal_backend TO "stagepass";)"},
      {"REVOKE CONNECT ON DATABASE shop FROM stagepass_shop",
       R"(GRANT CONNECT ON DATABASE "shop" TO "stagepass_shop";)"},
      {"REVOKE USAGE ON SCHEMA public FROM stagepass_shop, PUBLIC",
       R"(GRANT USAGE ON SCHEMA "public" TO "stagepass_shop";)"},
      {"CREATE TABLE news ()",
       R"(GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "public" TO )"
       R"("stagepass_shop";)"}};
  for (const auto& [harm, remedy] : harms) {
    shop.tell(harm);
    const auto found = problems(shop.driver());
    REQUIRE(found.size() == 1);
    CHECK(found.front().remedy == remedy);
    shop.tell(remedy);
    CHECK(texts(problems(shop.driver())).empty());
  }
}

TEST_CASE("PostgreSQL check: databases open to everybody are told and may be accepted") {
  PostgresFixture shop;
  shop.tell("GRANT CONNECT ON DATABASE blog TO PUBLIC");
  const auto found = problems(shop.driver());
  REQUIRE(found.size() == 1);
  CHECK_THAT(found.front().remedy,
             ContainsSubstring("REVOKE CONNECT ON DATABASE blog FROM PUBLIC;"));
  CHECK(problems(*shop.make_driver({{"other_databases", "accept"}})).empty());
}

TEST_CASE("PostgreSQL check: a server that asks for no password is told") {
  PostgresFixture shop;
  the_server().set_first_access_rule("host all all 127.0.0.1/32 trust");
  shop.tell("SELECT pg_reload_conf()");
  shop.tell("SELECT pg_sleep(0.5)");
  const auto found = problems(shop.driver());
  the_server().set_first_access_rule("");
  shop.tell("SELECT pg_reload_conf()");
  shop.tell("SELECT pg_sleep(0.5)");
  REQUIRE(found.size() == 1);
  CHECK_THAT(found.front().text, ContainsSubstring("without asking for their password"));
  CHECK(problems(shop.driver()).empty());
}

TEST_CASE("PostgreSQL check: roles that do not exist or give too much are told") {
  PostgresFixture shop;
  shop.tell("CREATE ROLE chief CREATEDB");
  CHECK_THAT(texts(problems(*shop.make_driver({{"roles", "missing"}}))),
             ContainsSubstring("the role missing does not exist"));
  CHECK_THAT(texts(problems(*shop.make_driver({{"roles", "chief"}}))),
             ContainsSubstring("more than access to data"));
  CHECK_THAT(texts(problems(*shop.make_driver({{"schemas", "public,nowhere"}}))),
             ContainsSubstring("no schema nowhere"));
}

TEST_CASE("PostgreSQL check: schemas where accounts can make what nobody may keep are told") {
  PostgresFixture shop;
  shop.tell(
      "CREATE ROLE stagepass_keeper; GRANT stagepass_keeper TO stagepass; "
      "GRANT CREATE ON SCHEMA public TO stagepass_shop");
  const auto found = problems(shop.driver());
  REQUIRE(found.size() == 1);
  CHECK(found.front().remedy == R"(GRANT CREATE ON SCHEMA public TO "stagepass_keeper";)");
}

TEST_CASE("PostgreSQL check: a server that is away or refuses the admin is a problem") {
  PostgresFixture shop;
  CHECK(problems(*shop.make_driver({}, "wrong")).size() == 1);
  CHECK(problems(*shop.make_driver({{"database", "nowhere"}})).size() == 1);
}

TEST_CASE("PostgreSQL install: an owner makes group and keeper with one command") {
  PostgresFixture shop;
  shop.tell(
      "DROP OWNED BY stagepass_shop; DROP ROLE stagepass_shop; ALTER ROLE shop_owner "
      "CREATEROLE PASSWORD 'Owner-Secret.3'; GRANT pg_signal_backend TO shop_owner; "
      "ALTER SCHEMA public OWNER TO shop_owner");
  const auto driver = shop.make_driver({{"user", "shop_owner"}}, "Owner-Secret.3");
  CHECK_FALSE(problems(*driver).empty());
  CHECK(must(driver->install(kTimeout)).size() == 2);
  CHECK(must(driver->install(kTimeout)).size() == 2);
  CHECK(texts(problems(*driver)).empty());
  const AccountRef ref = PostgresFixture::new_ref();
  must(driver->create(shop.spec_of(ref), kTimeout));
  CHECK(shop.psql(ref, "SELECT * FROM public.orders").empty());
}

TEST_CASE("PostgreSQL install: an admin without rights gets the statements for somebody else") {
  PostgresFixture shop;
  shop.tell("DROP OWNED BY stagepass_shop; DROP ROLE stagepass_shop");
  const auto installed = shop.driver().install(kTimeout);
  REQUIRE_FALSE(installed);
  CHECK(installed.error().code == Errc::refused);
  CHECK_THAT(installed.error().hint, ContainsSubstring(R"(CREATE ROLE "stagepass_shop" NOLOGIN;)"));
  CHECK(shop.value("SELECT count(*) FROM pg_roles WHERE rolname = 'stagepass_shop'") == "0");
}

}  // namespace
}  // namespace stagepass::tests
