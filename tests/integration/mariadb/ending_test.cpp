// The end: nothing of an account works any more, nothing is left, nothing of others is touched.
#include "mariadb_fixture.hpp"
#include "targets/mariadb/sql_connection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::tests {
namespace {

using targets::Deadline;
using targets::SqlConnection;

/// The specialist, connected, with the shop chosen: the server remembers his rights to it.
SqlConnection specialist_at_work(const MariadbFixture& world, const AccountRef& ref) {
  auto connection = SqlConnection::log_in(
      {"127.0.0.1", world.server().port(), "", targets::SqlTls::none, ""},
      {ref.user_name.str(), &world.password()}, Deadline(std::chrono::minutes(1)));
  REQUIRE(connection.has_value());
  must(connection->execute("USE shop", "choose the shop"));
  return std::move(*connection);
}

bool can_write(SqlConnection& specialist) {
  return specialist.execute("UPDATE orders SET id = id + 1", "write").has_value();
}

bool mentions(const GoneProof& proof, const std::string& text) {
  return std::any_of(proof.residue.begin(), proof.residue.end(), [&](const std::string& phrase) {
    return phrase.find(text) != std::string::npos;
  });
}

TEST_CASE(
    "MariaDB: a session that had chosen its database writes on when it has no right any more") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  SqlConnection specialist = specialist_at_work(world, ref);
  SqlConnection another = specialist_at_work(world, ref);
  must(driver->disable(ref, kTimeout));
  CHECK(can_write(specialist));  // the trap for which sessions are ended

  CHECK(must(driver->end_sessions(ref, kTimeout)) == 2);
  CHECK_FALSE(can_write(specialist));
  CHECK_FALSE(can_write(another));
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 0);
}

TEST_CASE("MariaDB: a session that outlived its account is residue and can still be ended") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  SqlConnection specialist = specialist_at_work(world, ref);
  must(driver->erase(ref, kTimeout));
  CHECK(can_write(specialist));
  CHECK(mentions(must(driver->verify_gone(ref, &world.password(), kTimeout)), "session"));
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 1);
  CHECK_FALSE(can_write(specialist));
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).residue.empty());
}

TEST_CASE("MariaDB: a live session cannot keep its account alive") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  SqlConnection specialist = specialist_at_work(world, ref);
  must(specialist.execute("SET PASSWORD = PASSWORD('Mine-from-now-on.1')", "change the password"));
  must(driver->disable(ref, kTimeout));
  CHECK_FALSE(specialist.execute("ALTER USER CURRENT_USER() ACCOUNT UNLOCK", "unlock"));
  const Secret mine = Secret::copy_of("Mine-from-now-on.1");
  CHECK(error_of(driver->open_session(ref, mine, kTimeout)) == Errc::refused);
  MariadbFixture::end(*driver, ref);
  CHECK(must(driver->verify_gone(ref, &mine, kTimeout)).login == LoginCheck::refused);
}

TEST_CASE("MariaDB: every host of the user name counts") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const std::string user = ref.user_name.str();
  world.root(
      fmt::format("CREATE USER {0}@'%' IDENTIFIED BY '{1}'; CREATE USER {0}@'10.0.0.''%' "
                  "IDENTIFIED BY '{1}'; GRANT SELECT ON shop.* TO {0}@'%'",
                  user, kSamplePassword));
  must(driver->disable(ref, kTimeout));
  CHECK(world.count("mysql.global_priv WHERE User = '" + user +
                    "' AND JSON_VALUE(Priv, '$.account_locked') = 1") == 3);
  CHECK(world.count("mysql.db WHERE User = '" + user + "'") == 0);
  CHECK(must(driver->erase(ref, kTimeout)) == TargetDriver::Erased::removed);
  CHECK(world.hosts_of(ref).empty());
}

TEST_CASE("MariaDB: an account whose one host is left is not gone") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const std::string user = ref.user_name.str();
  world.root("CREATE USER " + user + "@'10.1.1.1'; DROP USER " + user + "@'127.0.0.1'");
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);
  CHECK(error_of(driver->verify_gone(ref, &world.password(), kTimeout)) == Errc::pending);
}

TEST_CASE("MariaDB: whatever is left of an account is named") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const std::string user = ref.user_name.str();
  const std::string definer = fmt::format("DEFINER = {}@'127.0.0.1'", user);
  world.root(
      fmt::format("CREATE {0} VIEW shop.v AS SELECT 1; CREATE {0} PROCEDURE shop.p() SELECT 1;"
                  "CREATE {0} EVENT shop.e ON SCHEDULE AT '2031-01-01' DO SET @a = 1;",
                  definer));
  MariadbFixture::end(*driver, ref);
  world.root(fmt::format(
      "CREATE ROLE '{1}'; INSERT INTO mysql.db (Host, Db, User) VALUES ('x', 'shop', '{0}');"
      "INSERT INTO mysql.tables_priv (Host, Db, User, Table_name) VALUES ('x', 's', '{0}', 't');"
      "INSERT INTO mysql.columns_priv (Host, Db, User, Table_name, Column_name) "
      "VALUES ('x', 's', '{0}', 't', 'c');"
      "INSERT INTO mysql.procs_priv (Host, Db, User, Routine_name, Routine_type) "
      "VALUES ('x', 's', '{0}', 'r', 'PROCEDURE');"
      "INSERT INTO mysql.proxies_priv (Host, User) VALUES ('x', '{0}');"
      "INSERT INTO mysql.roles_mapping (Host, User, Role) VALUES ('x', '{0}', 'support');",
      user, ref.marker));
  const GoneProof proof = must(driver->verify_gone(ref, &world.password(), kTimeout));
  for (const char* what : {"shop.v", "shop.p", "shop.e", "database", "table", "column", "routine",
                           "another", "support", "mark"}) {
    INFO(what);
    CHECK(mentions(proof, what));
  }
  must(driver->erase(ref, kTimeout));
  CHECK_FALSE(mentions(must(driver->verify_gone(ref, nullptr, kTimeout)), "mark"));
}

TEST_CASE("MariaDB: an account of the same name that somebody else made is never ours") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  const std::string user = ref.user_name.str();
  world.root("CREATE USER " + user + "@'%' IDENTIFIED BY 'theirs'; GRANT SELECT ON shop.* TO " +
             user + "@'%'; CREATE ROLE 'stagepass/a-0000000000.c0ffee'");
  const std::string before = world.root("SHOW GRANTS FOR " + user + "@'%'");
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::foreign);
  CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::refused);
  CHECK(error_of(driver->disable(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->end_sessions(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(ref, nullptr, kTimeout)) == Errc::refused);
  CHECK(world.root("SHOW GRANTS FOR " + user + "@'%'") == before);
  CHECK(world.count("mysql.global_priv WHERE User = '" + ref.marker + "'") == 0);
}

TEST_CASE("MariaDB: sessions of others live on") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const AccountRef neighbour = world.make_account(*driver);
  SqlConnection working = specialist_at_work(world, neighbour);
  MariadbFixture::end(*driver, ref);
  CHECK(can_write(working));
  CHECK(must(driver->probe(neighbour, kTimeout)) == Presence::ours);
}

TEST_CASE("MariaDB: a mark without an account is listed and taken away") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  world.root("CREATE ROLE '" + ref.marker + "'");
  const auto marked = must(driver->list_marked(kTimeout));
  REQUIRE(marked.size() == 1);
  CHECK(marked.front().user_name == ref.user_name.str());
  CHECK(marked.front().marker == ref.marker);
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::absent);
  CHECK(must(driver->erase(ref, kTimeout)) == TargetDriver::Erased::already_absent);
  CHECK(must(driver->list_marked(kTimeout)).empty());
}

TEST_CASE("MariaDB: an account for another place is gone without the refused login") {
  MariadbFixture world;
  const auto driver = world.driver({{"from", "10.0.0.0/255.255.255.0"}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::invalid_argument);
  MariadbFixture::end(*driver, ref);
  const GoneProof proof = must(driver->verify_gone(ref, &world.password(), kTimeout));
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::not_tried);
}

TEST_CASE("MariaDB: an account for a network that we are in can be logged in to") {
  MariadbFixture world;
  for (const char* from : {"127.0.0.0/255.0.0.0", "127.%", "%", "127.0.0._"}) {
    INFO(from);
    const auto driver = world.driver({{"from", from}});
    const AccountRef ref = world.make_account(*driver);
    CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
    MariadbFixture::end(*driver, ref);
    CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::refused);
  }
}

TEST_CASE("MariaDB: a login that still works is never called gone") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  MariadbFixture::end(*driver, ref);
  // Whoever it does not know becomes this one.
  world.root(fmt::format("CREATE USER ''@'127.0.0.1' IDENTIFIED BY '{}'", kSamplePassword));
  CHECK(error_of(driver->verify_gone(ref, &world.password(), kTimeout)) == Errc::pending);
}

TEST_CASE("MariaDB: moving the end needs the account to be there") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  CHECK(error_of(driver->set_end(ref, world.spec_of(ref).expires_at, kTimeout)) == Errc::not_found);
}

}  // namespace
}  // namespace stagepass::tests
