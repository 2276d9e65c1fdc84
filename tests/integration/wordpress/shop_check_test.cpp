#include "shop_fixture.hpp"

#include <algorithm>
#include <fstream>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

/// What is wrong, with its remedy; empty if all is well.
std::string problems_of(TargetDriver& driver) {
  std::string problems;
  for (const Finding& each : must(driver.check(kTimeout))) {
    if (each.kind == Finding::Kind::problem) {
      CHECK_FALSE(each.remedy.empty());
      problems += each.text + " / " + each.remedy + "\n";
    }
  }
  return problems;
}

std::string praise_of(TargetDriver& driver) {
  std::string praise;
  for (const Finding& each : must(driver.check(kTimeout))) {
    praise += each.kind == Finding::Kind::good ? each.text + "\n" : "";
  }
  return praise;
}

std::string everything_about_users() {
  return PrivateShop::instance().sql(
      "CHECKSUM TABLE wp_users, wp_options; SELECT COUNT(*) FROM wp_users; "
      "SELECT * FROM wp_users; SELECT user_id, meta_key FROM wp_usermeta");
}

TEST_CASE("Driver wordpress: a ready shop has no problem and checking changes nothing") {
  ShopFixture shop;
  const auto driver = shop.driver();
  const std::string before = everything_about_users();
  CHECK(problems_of(*driver).empty());
  const std::string after = everything_about_users();
  CHECK(before == after);
  CHECK_THAT(praise_of(*driver), ContainsSubstring("the role shop_manager exists"));
}

TEST_CASE("Driver wordpress: the check names other administrators") {
  ShopFixture shop;
  ShopFixture::shop().php(
      "wp_insert_user(['user_login'=>'backdoor','user_pass'=>'x','user_email'=>"
      "'b@example.test','role'=>'administrator']);");
  CHECK_THAT(praise_of(*shop.driver()),
             ContainsSubstring("2 other administrator(s), the newest: backdoor (since 20"));
}

TEST_CASE("Driver wordpress: a role that the shop lacks is a problem") {
  ShopFixture shop;
  const auto driver = shop.driver({{"role", "no_such_role"}});
  CHECK_THAT(problems_of(*driver), ContainsSubstring("no_such_role cannot be made"));
  const AccountRef ref = driver_contract::sample_account();
  CHECK(error_of(driver->create(shop.spec_of(ref), kTimeout)) == Errc::policy);
  CHECK(ShopFixture::count(ref.user_name.str()) == 0);
}

TEST_CASE("Driver wordpress: an heir who does not exist is a problem") {
  ShopFixture shop;
  CHECK_THAT(problems_of(*shop.driver({{"reassign", "4711"}})), ContainsSubstring("no user 4711"));
  CHECK(problems_of(*shop.driver({{"reassign", "1"}})).empty());
}

TEST_CASE("Driver wordpress: a wrong application password is refused and never an empty shop") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const auto driver =
      shop.driver_for(ShopFixture::shop().port(), {"stagepass", "aaaa bbbb cccc dddd eeee ffff"});
  CHECK(error_of(driver->probe(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
  CHECK(error_of(driver->disable(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(ref, nullptr, kTimeout)) == Errc::refused);
  CHECK_THAT(problems_of(*driver), ContainsSubstring("application password"));
  CHECK(ShopFixture::count(ref.user_name.str()) == 1);
}

TEST_CASE("Driver wordpress: who may not edit users is refused and not told that there are none") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  for (const char* user : {"blind", "powerless"}) {
    const auto driver =
        shop.driver_for(ShopFixture::shop().port(), {user, ShopFixture::shop().app_password(user)});
    CHECK(error_of(driver->probe(ref, kTimeout)) == Errc::refused);
    CHECK(error_of(driver->probe(driver_contract::sample_account(9), kTimeout)) == Errc::refused);
    CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
    CHECK_THAT(problems_of(*driver), ContainsSubstring("edit_users"));
  }
}

TEST_CASE("Driver wordpress: without HTTPS in production the check says what is missing") {
  ShopFixture shop;
  const auto driver = shop.driver_for(ShopFixture::shop().production_port(), {});
  CHECK_THAT(problems_of(*driver),
             ContainsSubstring("no application passwords") && ContainsSubstring("HTTPS"));
  CHECK(error_of(driver->probe(driver_contract::sample_account(), kTimeout)) == Errc::refused);
}

TEST_CASE("Driver wordpress: plain permalinks make no difference") {
  ShopFixture shop;
  ShopFixture::shop().php("update_option('permalink_structure', '');");
  const AccountRef ref = shop.make_account();
  CHECK(problems_of(*shop.driver()).empty());
  CHECK(must(shop.driver()->probe(ref, kTimeout)) == Presence::ours);
  ShopFixture::shop().php("update_option('permalink_structure', '/%postname%/');");
}

TEST_CASE("Driver wordpress: a switched off user API is no empty shop") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const auto plugin = ShopFixture::shop().plugin_folder() / "off.php";
  std::ofstream(plugin) << "<?php add_filter('rest_endpoints', function ($e) {"
                           " foreach ($e as $k => $v) if (strpos($k, '/wp/v2/users') === 0)"
                           " unset($e[$k]); return $e; });";
  CHECK(error_of(shop.driver()->probe(ref, kTimeout)) == Errc::refused);
  CHECK_FALSE(problems_of(*shop.driver()).empty());
  std::filesystem::remove(plugin);
}

}  // namespace
}  // namespace stagepass::tests
