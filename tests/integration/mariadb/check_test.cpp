// The admin account: what it needs, and what comes of it if it has not.
#include "mariadb_fixture.hpp"

#include <fmt/format.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::vector<Finding> problems_of(TargetDriver& driver) {
  std::vector<Finding> problems;
  for (Finding& finding : must(driver.check(kTimeout))) {
    if (finding.kind == Finding::Kind::problem) {
      problems.push_back(std::move(finding));
    }
  }
  return problems;
}

std::string told(const std::vector<Finding>& findings) {
  std::string all;
  for (const Finding& finding : findings) {
    all += finding.text + ": " + finding.remedy + "\n";
  }
  return all;
}

TEST_CASE("MariaDB check: the statements of the README make an admin that lacks nothing") {
  MariadbFixture world;
  const auto driver = world.driver();
  CHECK(told(problems_of(*driver)).empty());
  CHECK(must(driver->install(kTimeout)).empty());
}

TEST_CASE("MariaDB check: none of the statements of the README can be left out") {
  MariadbFixture world;
  const std::string statements = admin_statements();
  std::size_t tried = 0;
  for (std::size_t at = statements.find("GRANT"); at != std::string::npos;
       at = statements.find("\nGRANT", at + 1)) {
    const std::size_t begin = statements.find("GRANT", at);
    std::string grant = statements.substr(begin, statements.find(';', begin) - begin);
    std::string revoke = grant;
    revoke.replace(0, 5, "REVOKE");
    revoke = revoke.substr(0, revoke.find(" TO ")) + " FROM stagepass@'127.0.0.1'";
    INFO(revoke);
    world.root(revoke);
    const auto driver = world.driver();
    const auto problems = problems_of(*driver);
    CHECK(problems.size() == 1);
    for (const Finding& problem : problems) {
      world.root(problem.remedy);
    }
    CHECK(told(problems_of(*driver)).empty());
    ++tried;
  }
  CHECK(tried == 11);
}

TEST_CASE("MariaDB check: a bare admin is told all that it lacks and the remedies suffice") {
  MariadbFixture world;
  world.root("CREATE OR REPLACE USER stagepass@'127.0.0.1' IDENTIFIED BY '" +
             std::string(kAdminPassword) + "'");
  const auto driver = world.driver();
  const auto problems = problems_of(*driver);
  CHECK(problems.size() == 3);
  for (const Finding& problem : problems) {
    world.root(problem.remedy);
  }
  CHECK(told(problems_of(*driver)).empty());
  const AccountRef ref = world.make_account(*driver);
  MariadbFixture::end(*driver, ref);
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).residue.empty());
}

TEST_CASE("MariaDB check: an admin without rights is refused and never sees an empty server") {
  MariadbFixture world;
  const auto good = world.driver();
  const AccountRef ref = world.make_account(*good);
  world.root("CREATE OR REPLACE USER stagepass@'127.0.0.1' IDENTIFIED BY '" +
             std::string(kAdminPassword) + "'");
  const auto driver = world.driver();
  CHECK(error_of(driver->probe(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
  CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::refused);
  CHECK(error_of(driver->disable(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->end_sessions(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(ref, nullptr, kTimeout)) == Errc::refused);
}

TEST_CASE("MariaDB check: a wrong password of the admin is refused by every operation") {
  MariadbFixture world;
  const auto driver = world.driver({}, "wrong");
  const AccountRef ref = world.new_ref();
  CHECK(error_of(driver->check(kTimeout)) == Errc::refused);
  CHECK(error_of(driver->install(kTimeout)) == Errc::refused);
  CHECK(error_of(driver->probe(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(ref, &world.password(), kTimeout)) == Errc::refused);
}

TEST_CASE(
    "MariaDB check: PROCESS is needed to see sessions and without it nothing is called gone") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const auto session = must(driver->open_session(ref, world.password(), kTimeout));
  world.root("REVOKE PROCESS ON *.* FROM stagepass@'127.0.0.1'");
  CHECK(error_of(driver->end_sessions(ref, kTimeout)) == Errc::refused);
  must(driver->erase(ref, kTimeout));
  CHECK(error_of(driver->verify_gone(ref, &world.password(), kTimeout)) == Errc::refused);
}

TEST_CASE("MariaDB check: an anonymous account is a problem") {
  MariadbFixture world;
  world.root("CREATE USER ''@'127.0.0.1'");
  const auto driver = world.driver();
  const auto problems = problems_of(*driver);
  REQUIRE(problems.size() == 1);
  world.root(problems.front().remedy);
  CHECK(problems_of(*driver).empty());
}

TEST_CASE("MariaDB check: a server that judges passwords takes no hash and says how it would") {
  MariadbFixture world;
  world.root("INSTALL SONAME 'simple_password_check'");
  const auto driver = world.driver();
  const auto problems = problems_of(*driver);
  const AccountRef ref = world.new_ref();
  CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::policy);
  must(driver->erase(ref, kTimeout));
  REQUIRE(problems.size() == 1);
  world.root(problems.front().remedy);
  CHECK(driver->create(world.spec_of(ref), kTimeout).has_value());
  world.root("UNINSTALL SONAME 'simple_password_check'; SET GLOBAL strict_password_validation=ON");
}

TEST_CASE("MariaDB check: a read-only server is a problem") {
  MariadbFixture world;
  const auto driver = world.driver();
  world.root("SET GLOBAL read_only=ON");
  const std::string problems = told(problems_of(*driver));
  const auto made = driver->create(world.spec_of(world.new_ref()), kTimeout);
  world.root("SET GLOBAL read_only=OFF");
  CHECK_THAT(problems, ContainsSubstring("read-only"));
  CHECK(error_of(made) == Errc::refused);
}

TEST_CASE("MariaDB check: a missing database and a missing role are told") {
  MariadbFixture world;
  CHECK_THAT(told(problems_of(*world.driver({{"database", "nowhere"}}))),
             ContainsSubstring("GRANT SELECT, INSERT, UPDATE, DELETE ON `nowhere`.*"));
  CHECK_THAT(told(problems_of(*world.driver({{"database", ""}, {"role", "support"}}))),
             ContainsSubstring("GRANT `support` TO 'stagepass'@'127.0.0.1' WITH ADMIN OPTION"));
}

}  // namespace
}  // namespace stagepass::tests
