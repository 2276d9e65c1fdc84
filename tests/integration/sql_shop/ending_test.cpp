// What must not survive the end of an account, and what must.
#include "shop_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A second row with the marks of the first, as an import or a clumsy back-up makes it.
void duplicate(const ShopFixture& world, const AccountRef& ref) {
  const ShopKind& kind = world.kind();
  world.root(
      fmt::format("CREATE TEMPORARY TABLE copy SELECT * FROM {0} WHERE {1} = {2}; UPDATE copy SET "
                  "{1} = (SELECT "
                  "MAX({1}) + 1 FROM {0}){3}; INSERT INTO {0} SELECT * FROM copy",
                  kind.users, kind.id, world.id_of(ref),
                  kind.driver == "magento" ? ", username = CONCAT(username, '2')" : ""));
}

TEST_CASE("Shops: two users of one account are both ended") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    duplicate(world, ref);
    REQUIRE(world.count(kind.users) == 3);
    CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);
    must(driver->disable(ref, kTimeout));
    CHECK(world.count(kind.users + " WHERE " + kind.active + " = 1") == 1);
    CHECK(must(driver->erase(ref, kTimeout)) == TargetDriver::Erased::removed);
    CHECK(world.count(kind.users) == 1);
    CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::refused);
  }
}

TEST_CASE("Shops: making an account again leaves one of its two users") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    duplicate(world, ref);
    must(driver->create(world.spec_of(ref), kTimeout));
    CHECK(world.count(kind.users) == 2);
    CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
  }
}

TEST_CASE("Shops: an account whose holder has renamed himself throughout is found and ended") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    world.edit(ref, kind.renamed);
    REQUIRE(world.count_of(ref.user_name.str()) == 0);
    CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);
    CHECK(error_of(driver->verify_gone(ref, nullptr, kTimeout)) == Errc::pending);
    must(driver->disable(ref, kTimeout));
    CHECK(world.count(kind.users + " WHERE " + kind.active + " = 1") == 1);
    CHECK(must(driver->erase(ref, kTimeout)) == TargetDriver::Erased::removed);
    CHECK(world.count(kind.users) == 1);
  }
}

TEST_CASE("Shops: an account whose marks are all gone is a stranger's and no longer touched") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    const std::string hash = world.hash_of(ref);
    world.edit(ref, kind.unmarked);
    CHECK(must(driver->probe(ref, kTimeout)) == Presence::foreign);
    CHECK(error_of(driver->disable(ref, kTimeout)) == Errc::refused);
    CHECK(error_of(driver->end_sessions(ref, kTimeout)) == Errc::refused);
    CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
    CHECK(error_of(driver->verify_gone(ref, nullptr, kTimeout)) == Errc::refused);
    CHECK(world.hash_of(ref) == hash);
  }
}

TEST_CASE("Shops: a stranger of the same name stays, and does not protect our own") {
  for (const ShopKind& kind : all_shops()) {
    if (kind.driver == "magento") {
      continue;  // its names are unique
    }
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    world.add_foreign(ref.user_name.str());
    REQUIRE(world.count_of(ref.user_name.str()) == 2);
    CHECK(must(driver->probe(ref, kTimeout)) == Presence::foreign);
    CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::refused);
    CHECK(error_of(driver->disable(ref, kTimeout)) == Errc::refused);
    CHECK(world.count(kind.users + " WHERE " + kind.active + " = 1") == 2);  // and the merchant
    CHECK(error_of(driver->end_sessions(ref, kTimeout)) == Errc::refused);
    CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
    CHECK(world.count_of(ref.user_name.str()) == 1);
    CHECK(error_of(driver->verify_gone(ref, nullptr, kTimeout)) == Errc::refused);
    CHECK(world.count(kind.users + " WHERE " + kind.active + " = 1") == 2);
  }
}

TEST_CASE("Shops: a mark of another account does not make it ours") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    AccountRef forged = ref;
    forged.marker = "stagepass/" + ref.id.str() + ".0123456789abcdef";
    CHECK(must(driver->probe(forged, kTimeout)) == Presence::foreign);
    CHECK(error_of(driver->erase(forged, kTimeout)) == Errc::refused);
    CHECK(world.count_of(ref.user_name.str()) == 1);
  }
}

TEST_CASE("Shops: a disabled account keeps neither its password nor its door") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    REQUIRE(world.hash_of(ref).size() > 30);
    must(driver->disable(ref, kTimeout));
    CHECK(world.hash_of(ref) == "*");
    world.edit(ref, kind.active + " = 1");  // by an administrator who means well
    CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::refused);
  }
}

TEST_CASE("Shops: what belongs to an erased user is gone, and what belongs to others stays") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    if (kind.side.empty()) {
      continue;
    }
    ShopFixture world(kind);
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    const std::string id = world.id_of(ref);
    const std::size_t of_others = world.count(kind.side + " WHERE " + kind.id + " <> " + id);
    REQUIRE(of_others > 0);
    REQUIRE(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
    REQUIRE(world.count(kind.side + " WHERE " + kind.id + " = " + id) > 0);
    ShopFixture::end(*driver, ref);
    CHECK(world.count(kind.side + " WHERE " + kind.id + " = " + id) == 0);
    CHECK(world.count(kind.side) == of_others);
    CHECK(must(driver->verify_gone(ref, nullptr, kTimeout)).residue.empty());

    world.root("SET foreign_key_checks = 0; " + fmt::format(fmt::runtime(kind.side_row), id));
    const GoneProof proof = must(driver->verify_gone(ref, nullptr, kTimeout));
    REQUIRE(proof.residue.size() == 1);
    CHECK_THAT(proof.residue.front(), ContainsSubstring(kind.side));
  }
}

}  // namespace
}  // namespace stagepass::tests
