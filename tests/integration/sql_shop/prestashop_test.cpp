// What only PrestaShop does.
#include "shop_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("PrestaShop: PHP accepts the hash") {
  ShopFixture world(prestashop_8);
  const AccountRef ref = world.make_account(*world.driver());
  const std::string hash = world.hash_of(ref);
  CHECK(hash.starts_with("$2y$11$"));
  CHECK(ask_php(fmt::format("<?php echo json_encode([password_verify('{}', '{}'), "
                            "password_verify('wrong', '{}')]);",
                            kSamplePassword, hash, hash)) == "[true,false]");
}

TEST_CASE("PrestaShop: an employee has the profile and the shops that were said and no more") {
  ShopFixture world(prestashop_8);
  const AccountRef ref = world.make_account(*world.driver());
  const std::string id = world.id_of(ref);
  CHECK(world.root("SELECT id_profile, id_lang, default_tab FROM ps_employee WHERE id_employee = " +
                   id) == "4\t2\t7\n");
  CHECK(world.root("SELECT id_shop FROM ps_employee_shop WHERE id_employee = " + id) == "1\n");
  must(world.driver({{"profile", "1"}, {"shop", "2,3"}})->create(world.spec_of(ref), kTimeout));
  const std::string again = world.id_of(ref);
  CHECK(again != id);
  CHECK(world.count("ps_employee WHERE id_employee = " + id) == 0);
  CHECK(world.root("SELECT id_profile FROM ps_employee WHERE id_employee = " + again) == "1\n");
  CHECK(world.root("SELECT id_shop FROM ps_employee_shop WHERE id_employee <> 1 ORDER BY 1") ==
        "2\n3\n");
}

/// PrestaShop refuses names with digits: such an employee could not be saved again.
TEST_CASE("PrestaShop: what a person sees of the employee can be saved there again") {
  ShopFixture world(prestashop_8);
  const AccountRef ref = world.make_account(*world.driver());
  CHECK(world.count("ps_employee WHERE CONCAT(firstname, lastname) RLIKE '[0-9_]'") == 0);
  CHECK(world.count("ps_employee WHERE id_employee = " + world.id_of(ref) +
                    " AND bo_color RLIKE '^[a-zA-Z0-9-]*$'") == 1);
  CHECK(world.driver()->access_details(ref.user_name)[1].second ==
        ref.user_name.str() + "@stagepass.invalid");
}

TEST_CASE("PrestaShop: a profile that the shop does not have is refused and nothing made") {
  ShopFixture world(prestashop_8);
  const auto driver = world.driver({{"profile", "9"}});
  const Result<void> made = driver->create(world.spec_of(world.new_ref()), kTimeout);
  CHECK(error_of(made) == Errc::policy);
  CHECK_THAT(made.error().message, ContainsSubstring("profile 9"));
  CHECK(world.count("ps_employee") == 1);
}

TEST_CASE("PrestaShop: a password that its login page would change is refused") {
  ShopFixture world(prestashop_8);
  const auto driver = world.driver();
  for (const char* each : {"short.1", "A\\b-long-one.1", " blank.in-front1", "blank.behind-1 "}) {
    const Secret password = Secret::copy_of(std::string_view(each));
    AccountSpec spec = world.spec_of(world.new_ref());
    spec.password = &password;
    CHECK(error_of(driver->create(spec, kTimeout)) == Errc::invalid_argument);
  }
  CHECK(world.count("ps_employee WHERE active = 1") == 1);
}

TEST_CASE("PrestaShop: sessions are counted and those of others live on") {
  ShopFixture world(prestashop_8);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const auto first = must(driver->open_session(ref, world.password(), kTimeout));
  const auto second = must(driver->open_session(ref, world.password(), kTimeout));
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 2);
  CHECK(first->ended_within(kTimeout));
  CHECK(second->ended_within(kTimeout));
  CHECK(world.count("ps_employee_session") == 1);
}

TEST_CASE("PrestaShop: what could bring a new password by mail is taken away") {
  ShopFixture world(prestashop_8);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  world.edit(ref, "reset_password_token = 'abc', reset_password_validity = NOW()");
  must(driver->disable(ref, kTimeout));
  CHECK(world.count("ps_employee WHERE reset_password_token IS NOT NULL") == 0);
}

TEST_CASE("PrestaShop 1.7.6: the driver says that there is no table of sessions") {
  ShopFixture world(prestashop_1_7);
  bool told = false;
  for (const Finding& each : must(world.driver()->check(kTimeout))) {
    CHECK(each.kind == Finding::Kind::good);
    told = told || each.text.find("no table of sessions") != std::string::npos;
  }
  CHECK(told);
}

TEST_CASE("PrestaShop: a colour that only looks like a mark is not listed") {
  ShopFixture world(prestashop_8);
  const auto driver = world.driver();
  for (const char* each : {"'dark-blue'", "'lightgreen-x'", "'0123456789-'", "'#ff00ff'", "NULL"}) {
    world.root(std::string("UPDATE ps_employee SET bo_color = ") + each);
    CHECK(must(driver->list_marked(kTimeout)).empty());
  }
}

}  // namespace
}  // namespace stagepass::tests
