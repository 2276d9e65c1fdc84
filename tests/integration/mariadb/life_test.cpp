// What an account may do, and what it is made of.
#include "mariadb_fixture.hpp"

#include <fmt/format.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("MariaDB: the specialist reads and writes the shop and nothing else") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  CHECK(world.as_specialist(ref, "SELECT id FROM shop.orders").standard_output == "1\n");
  CHECK(world
            .as_specialist(ref,
                           "UPDATE shop.orders SET id = 2; INSERT INTO shop.orders VALUES (3); "
                           "DELETE FROM shop.orders WHERE id = 3")
            .exit_status == 0);
  for (const char* statement :
       {"CREATE VIEW shop.v AS SELECT 1", "CREATE PROCEDURE shop.p() SELECT 1",
        "CREATE TABLE shop.t (a INT)", "DROP TABLE shop.orders", "SELECT * FROM shop_1.orders",
        "SELECT * FROM mysql.global_priv", "SELECT * FROM mysql.user",
        "SELECT 1 INTO OUTFILE '/tmp/stagepass-test-outfile'",
        "CREATE EVENT shop.e ON SCHEDULE EVERY 1 DAY DO SET @a = 1",
        "CREATE TRIGGER shop.r BEFORE INSERT ON shop.orders FOR EACH ROW SET @a = 1",
        "GRANT SELECT ON shop.* TO root@localhost", "CREATE USER sp",
        "ALTER USER CURRENT_USER() WITH MAX_USER_CONNECTIONS 99"}) {
    INFO(statement);
    CHECK(world.as_specialist(ref, statement).exit_status != 0);
  }
}

TEST_CASE("MariaDB: with rights=read nothing can be written") {
  MariadbFixture world;
  const auto driver = world.driver({{"rights", "read"}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(world.as_specialist(ref, "SELECT id FROM shop.orders").exit_status == 0);
  CHECK(world.as_specialist(ref, "DELETE FROM shop.orders").exit_status != 0);
}

TEST_CASE("MariaDB: an underscore in the name of a database opens no other database") {
  MariadbFixture world;
  world.root(
      "GRANT SELECT, INSERT, UPDATE, DELETE ON `shop\\_1`.* TO stagepass@'127.0.0.1' "
      "WITH GRANT OPTION");
  const auto driver = world.driver({{"database", "shop,shop_1"}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(world.as_specialist(ref, "SELECT * FROM shop_1.orders; SELECT * FROM shop.orders")
            .exit_status == 0);
  CHECK(world.as_specialist(ref, "SELECT * FROM shopX1.orders").exit_status != 0);
}

TEST_CASE("MariaDB: the number of connections is bounded") {
  MariadbFixture world;
  const auto driver = world.driver({{"max_connections", "1"}});
  const AccountRef ref = world.make_account(*driver);
  const auto session = must(driver->open_session(ref, world.password(), kTimeout));
  CHECK_THAT(world.as_specialist(ref, "SELECT 1").standard_error,
             ContainsSubstring("max_user_connections"));
}

TEST_CASE("MariaDB: an account is as good for the socket as its host says") {
  MariadbFixture world;
  world.make_admin("localhost");
  const auto driver =
      world.driver({{"host", ""}, {"port", ""}, {"socket", world.server().socket()}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(world.hosts_of(ref) == "localhost\n");
  CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
  MariadbFixture::end(*driver, ref);
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::refused);
}

TEST_CASE(
    "MariaDB: making an account again renews its password and takes what it should not have") {
  MariadbFixture world;
  const auto driver = world.driver({{"rights", "read"}});
  const AccountRef ref = world.make_account(*driver);
  const std::string name = ref.user_name.str() + "@'127.0.0.1'";
  world.root("GRANT DELETE ON shop.* TO " + name + "; CREATE USER " + ref.user_name.str() +
             "@'%' IDENTIFIED BY 'x'; ALTER USER " + name +
             " REQUIRE SSL WITH MAX_USER_CONNECTIONS 9");
  const Secret renewed = Secret::copy_of("Another-Horse.9~battery");
  AccountSpec spec = world.spec_of(ref);
  spec.password = &renewed;
  must(driver->create(spec, kTimeout));
  CHECK(world.hosts_of(ref) == "127.0.0.1\n");
  CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::refused);
  CHECK(must(driver->open_session(ref, renewed, kTimeout)) != nullptr);
  CHECK_THAT(world.root("SHOW GRANTS FOR " + name), !ContainsSubstring("DELETE"));
}

TEST_CASE("MariaDB: the password is not sent and nothing of it is kept on the heap") {
  constexpr const char* kOnlyHere = "Only-in-this-test.7~q";
  MariadbFixture world;
  const Secret password = Secret::copy_of(std::string_view(kOnlyHere));
  const auto log = world.server().path("general.log");
  world.root(
      fmt::format("SET GLOBAL general_log_file='{}'; SET GLOBAL general_log=ON", log.string()));
  const auto driver = world.driver();
  AccountSpec spec = world.spec_of(world.new_ref());
  spec.password = &password;
  must(driver->create(spec, kTimeout));
  CHECK(must(driver->open_session(spec.ref, password, kTimeout)) != nullptr);
  MariadbFixture::end(*driver, spec.ref);
  CHECK(must(driver->verify_gone(spec.ref, &password, kTimeout)).login == LoginCheck::refused);
  world.root("SET GLOBAL general_log=OFF");
  const std::string heard = run_program({"/bin/cat", log}).standard_output;
  CHECK_THAT(heard, ContainsSubstring(spec.ref.user_name.str()));
  CHECK_THAT(heard, !ContainsSubstring(kOnlyHere));
  CHECK(in_own_heap(kOnlyHere) == 0);
}

TEST_CASE("MariaDB: who has no password gets no account") {
  MariadbFixture world;
  const auto driver = world.driver();
  AccountSpec spec = world.spec_of(world.new_ref());
  spec.password = nullptr;
  CHECK(error_of(driver->create(spec, kTimeout)) == Errc::invalid_argument);
  CHECK(must(driver->list_marked(kTimeout)).empty());
}

TEST_CASE("MariaDB: an account may be a member of a role instead") {
  MariadbFixture world;
  world.root(
      "CREATE ROLE support; GRANT SELECT ON shop.orders TO support;"
      "GRANT support TO stagepass@'127.0.0.1' WITH ADMIN OPTION");
  const auto driver = world.driver({{"database", ""}, {"role", "support"}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(world.as_specialist(ref, "SET ROLE support; SELECT id FROM shop.orders").exit_status == 0);
  CHECK(world.as_specialist(ref, "SET ROLE support; DELETE FROM shop.orders").exit_status != 0);
  MariadbFixture::end(*driver, ref);
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).residue.empty());
  CHECK(world.count("mysql.roles_mapping WHERE User LIKE 'sp%' AND User <> 'stagepass'") == 0);
}

TEST_CASE("MariaDB: the role is the standard one where the admin may say so") {
  MariadbFixture world;
  world.root(
      "CREATE ROLE support; GRANT SELECT ON shop.orders TO support;"
      "GRANT support TO stagepass@'127.0.0.1' WITH ADMIN OPTION;"
      "GRANT UPDATE ON mysql.* TO stagepass@'127.0.0.1'");
  const auto driver = world.driver({{"database", ""}, {"role", "support"}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(world.as_specialist(ref, "SELECT id FROM shop.orders").exit_status == 0);
}

TEST_CASE("MariaDB: a role that gives more than reading and writing data is refused") {
  MariadbFixture world;
  for (const char* right :
       {"PROCESS ON *.*", "CREATE VIEW ON shop.*", "TRIGGER ON shop.*", "ALL PRIVILEGES ON shop.*",
        "EVENT ON shop.*", "CREATE ROUTINE ON shop.*", "SELECT ON mysql.*"}) {
    INFO(right);
    world.root(
        fmt::format("CREATE OR REPLACE ROLE support; GRANT {} TO support;"
                    "GRANT support TO stagepass@'127.0.0.1' WITH ADMIN OPTION",
                    right));
    const auto driver = world.driver({{"database", ""}, {"role", "support"}});
    const AccountRef ref = world.new_ref();
    CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::policy);
    CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::refused);
    must(driver->erase(ref, kTimeout));
  }
}

TEST_CASE("MariaDB: a database that is not there is told before the door opens") {
  MariadbFixture world;
  world.root(
      "GRANT SELECT, INSERT, UPDATE, DELETE ON nowhere.* TO stagepass@'127.0.0.1' "
      "WITH GRANT OPTION");
  const auto driver = world.driver({{"database", "nowhere"}});
  const AccountRef ref = world.new_ref();
  CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::policy);
  CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::refused);
}

TEST_CASE("MariaDB: what the specialist needs to connect is told") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  std::string all;
  for (const auto& [key, value] : driver->access_details(ref.user_name)) {
    all += fmt::format("{}={}\n", key, value);
  }
  CHECK_THAT(all, ContainsSubstring("host=127.0.0.1") && ContainsSubstring("database=shop"));
  CHECK_THAT(all, ContainsSubstring(ref.user_name.str()));
}

}  // namespace
}  // namespace stagepass::tests
