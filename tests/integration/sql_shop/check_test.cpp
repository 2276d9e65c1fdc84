// What is said of a database that is not ready, and that nothing is concluded from it.
#include "shop_fixture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <support/cutting_proxy.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::vector<Finding> problems_of(TargetDriver& driver) {
  std::vector<Finding> problems;
  for (Finding& each : must(driver.check(kTimeout))) {
    if (each.kind == Finding::Kind::problem) {
      problems.push_back(std::move(each));
    }
  }
  return problems;
}

/// No answer of these operations may pass for "gone".
void nothing_is_concluded(TargetDriver& driver, const AccountRef& ref, const Secret& password) {
  CHECK(error_of(driver.probe(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver.erase(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver.verify_gone(ref, &password, kTimeout)) == Errc::refused);
}

TEST_CASE("Shop check: an admin made by the statements of README.md has all it needs") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    for (const Finding& each : problems_of(*driver)) {
      FAIL_CHECK(each.text << ": " << each.remedy);
    }
    CHECK(must(driver->install(kTimeout)).empty());
    CHECK(world.count(kind.users) == 1);
  }
}

TEST_CASE("Shop check: each right that is missing is named with the statement that gives it") {
  for (const ShopKind& kind : one_of_each()) {
    for (const std::string& line : admin_statements(kind.driver)) {
      if (!line.starts_with("GRANT") || line.find("shop.") == std::string::npos) {
        continue;
      }
      const std::size_t at = line.find("shop.") + 5;
      const std::string table = line.substr(at, line.find(' ', at) - at);
      if (table == "tfa_user_config") {
        continue;  // with two_factor=off it may be out of sight, or not there
      }
      ShopFixture world(kind);
      if (world.count("information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = '" +
                      table + "'") == 0) {
        continue;
      }
      INFO(kind.name << ": without rights on " << table);
      world.root(
          fmt::format("REVOKE ALL PRIVILEGES ON shop.{} FROM stagepass_shop@'127.0.0.1'", table));
      const auto driver = world.driver();
      const std::vector<Finding> problems = problems_of(*driver);
      REQUIRE_FALSE(problems.empty());
      CHECK_THAT(problems.front().text, ContainsSubstring(table));
      CHECK_THAT(problems.front().remedy, ContainsSubstring("GRANT"));
      for (const Finding& each : problems) {
        world.root(each.remedy);
      }
      for (const Finding& each : problems_of(*driver)) {
        FAIL_CHECK(each.text << ": " << each.remedy);
      }
      const AccountRef ref = world.make_account(*driver);
      ShopFixture::end(*driver, ref);
      CHECK(world.count(kind.users) == 1);
    }
  }
}

TEST_CASE("Shop check: a single right that is missing is told from the others") {
  ShopFixture world(opencart_4_1);
  world.root("REVOKE DELETE ON shop.oc_user FROM stagepass_shop@'127.0.0.1'");
  const auto driver = world.driver();
  const std::vector<Finding> problems = problems_of(*driver);
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().text == "'stagepass_shop'@'127.0.0.1' lacks DELETE on shop.oc_user");
  CHECK(problems.front().remedy ==
        "GRANT DELETE ON `shop`.`oc_user` TO 'stagepass_shop'@'127.0.0.1';");
  const AccountRef ref = world.make_account(*driver);
  CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
  CHECK(world.count_of(ref.user_name.str()) == 1);
}

TEST_CASE("Shops: an admin that may not see a table does not take it for empty") {
  for (const ShopKind& kind : one_of_each()) {
    for (const std::string& table : {kind.users, kind.side}) {
      if (table.empty()) {
        continue;
      }
      INFO(kind.name << ": " << table);
      ShopFixture world(kind);
      const auto driver = world.driver();
      const AccountRef ref = world.make_account(*driver);
      world.root(
          fmt::format("REVOKE ALL PRIVILEGES ON shop.{} FROM stagepass_shop@'127.0.0.1'", table));
      nothing_is_concluded(*driver, ref, world.password());
      CHECK(world.count_of(ref.user_name.str()) == 1);
    }
    ShopFixture world(kind);
    const auto driver = world.driver();
    world.root(fmt::format("REVOKE ALL PRIVILEGES ON shop.{} FROM stagepass_shop@'127.0.0.1'",
                           kind.users));
    CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
  }
}

TEST_CASE("Shops: a wrong password of the admin is refused, and nothing is concluded") {
  for (const ShopKind& kind : one_of_each()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const AccountRef ref = world.make_account(*world.driver());
    const auto driver = world.driver({}, "a wrong one");
    nothing_is_concluded(*driver, ref, world.password());
    CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
    CHECK(error_of(driver->check(kTimeout)) == Errc::refused);
    CHECK(world.count_of(ref.user_name.str()) == 1);
  }
}

TEST_CASE("Shops: another database or prefix is not a shop without the account") {
  for (const ShopKind& kind : one_of_each()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const AccountRef ref = world.make_account(*world.driver());
    nothing_is_concluded(*world.driver({{"prefix", "old_"}}), ref, world.password());
    nothing_is_concluded(*world.driver({{"database", "stop"}}), ref, world.password());
    const std::vector<Finding> problems = problems_of(*world.driver({{"prefix", "old_"}}));
    REQUIRE_FALSE(problems.empty());
    CHECK_THAT(problems.front().text, ContainsSubstring("shop.old_"));
  }
}

TEST_CASE("Shop check: what the database says is escaped") {
  ShopFixture world(opencart_4_1);
  world.root(
      "UPDATE oc_user_group SET name = CONCAT('evil', CHAR(27), '[2J') WHERE "
      "user_group_id = 10");
  std::string all;
  for (const Finding& each : must(world.driver()->check(kTimeout))) {
    all += each.text + each.remedy;
  }
  CHECK_THAT(all, ContainsSubstring("evil\\x1b[2J"));
  CHECK_THAT(all, !ContainsSubstring("\x1b"));
}

TEST_CASE("Shops: what a server says instead of letting us in is escaped and proves nothing") {
  const std::string said = std::string("\xFF\x6A\x04", 3) + "Host \x1b[2J is evil";
  const std::string packet =
      std::string(1, static_cast<char>(said.size())) + std::string("\0\0\0", 3) + said;
  for (const ShopKind& kind : one_of_each()) {
    INFO(kind.name);
    ShopFixture world(kind);
    TalkingServer server(packet, TalkingServer::Then::close);
    const auto driver = world.driver({{"port", std::to_string(server.port())}});
    const auto probe = driver->probe(world.new_ref(), kTimeout);
    CHECK(error_of(probe) == Errc::refused);
    CHECK_THAT(probe.error().message, ContainsSubstring("\\x1b[2J is evil"));
    CHECK_THAT(probe.error().message, !ContainsSubstring("\x1b"));
  }
}

TEST_CASE("Shop check: a read-only server is told of") {
  ShopFixture world(opencart_4_1);
  world.root("SET GLOBAL read_only = 1");
  const auto findings = world.driver()->check(kTimeout);
  world.root("SET GLOBAL read_only = 0");
  const std::vector<Finding> all = must(findings);
  CHECK(std::any_of(all.begin(), all.end(), [](const Finding& each) {
    return each.text.find("read-only") != std::string::npos;
  }));
}

}  // namespace
}  // namespace stagepass::tests
