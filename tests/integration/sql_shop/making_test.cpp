// How an account comes to be.
#include "shop_fixture.hpp"

#include <fmt/core.h>

#include <support/content.hpp>
#include <thread>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("Shops: two at once make one user") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const AccountRef ref = world.new_ref();
    const AccountSpec spec = world.spec_of(ref);
    const auto first = world.driver();
    const auto second = world.driver();
    {
      const std::jthread other([&] { must(second->create(spec, kTimeout)); });
      must(first->create(spec, kTimeout));
    }
    CHECK(world.count_of(ref.user_name.str()) == 1);
    CHECK(must(first->open_session(ref, world.password(), kTimeout)) != nullptr);
  }
}

TEST_CASE("Shops: the password itself never reaches the database") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const std::filesystem::path log = world.server().path("general.log");
    world.root(fmt::format("SET GLOBAL general_log_file = '{}'; SET GLOBAL general_log = 1",
                           log.string()));
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    ShopFixture::end(*driver, ref);
    world.root("SET GLOBAL general_log = 0");
    const std::string text = content_of(log);
    CHECK_THAT(text, ContainsSubstring(ref.marker.substr(ref.marker.find('.') + 1)));
    CHECK_THAT(text, !ContainsSubstring(kSamplePassword));
    CHECK_THAT(text, !ContainsSubstring(kAdminPassword));
    std::filesystem::remove(log);
  }
}

TEST_CASE("Shops: an account is made for good on a server that does not commit by itself") {
  ShopFixture world(opencart_4_1);
  world.root("SET GLOBAL autocommit = 0, GLOBAL sql_select_limit = 0");
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  const Result<void> made = driver->create(world.spec_of(ref), kTimeout);
  const auto found = driver->probe(ref, kTimeout);
  world.root("SET GLOBAL autocommit = 1, GLOBAL sql_select_limit = DEFAULT");
  must(made);
  CHECK(must(found) == Presence::ours);
  CHECK(world.count_of(ref.user_name.str()) == 1);
}

TEST_CASE("Shops: columns too narrow for our marks are noticed, and the user is not opened") {
  ShopFixture world(opencart_4_1);
  world.root("ALTER TABLE oc_user MODIFY image varchar(20) NOT NULL");
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  const Result<void> made = driver->create(world.spec_of(ref), kTimeout);
  CHECK(error_of(made) == Errc::unreachable);
  CHECK(world.count("oc_user WHERE status = 1") == 1);
  CHECK(must(driver->erase(ref, kTimeout)) == TargetDriver::Erased::removed);
  CHECK(world.count("oc_user") == 1);
}

TEST_CASE("Shops: extra columns of a plugin do not hinder us") {
  ShopFixture world(opencart_4_1);
  world.root("ALTER TABLE oc_user ADD pin varchar(8) NOT NULL, ADD level int NOT NULL");
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
}

TEST_CASE("Shops: without the back office everything but the login is proven") {
  for (const ShopKind& kind : all_shops()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver({{"url", ""}});
    const AccountRef ref = world.make_account(*driver);
    CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) ==
          Errc::invalid_argument);
    CHECK(error_of(driver->verify_gone(ref, &world.password(), kTimeout)) == Errc::pending);
    ShopFixture::end(*driver, ref);
    const GoneProof proof = must(driver->verify_gone(ref, &world.password(), kTimeout));
    CHECK(proof.residue.empty());
    CHECK(proof.login == LoginCheck::not_tried);
  }
}

}  // namespace
}  // namespace stagepass::tests
