#include "shop_fixture.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string login_of(const AccountRef& ref) {
  return ref.user_name.str();
}

std::string meta(const AccountRef& ref, const std::string& key) {
  return PrivateShop::instance().sql(
      fmt::format("SELECT meta_value FROM wp_usermeta m JOIN wp_users u ON u.ID = m.user_id WHERE "
                  "user_login = '{}' AND meta_key = '{}'",
                  login_of(ref), key));
}

void set_columns(const AccountRef& ref, const std::string& assignments) {
  PrivateShop::instance().sql(
      fmt::format("UPDATE wp_users SET {} WHERE user_login = '{}'", assignments, login_of(ref)));
}

void set_description(const AccountRef& ref, const std::string& text) {
  PrivateShop::instance().sql(fmt::format(
      "UPDATE wp_usermeta m JOIN wp_users u ON u.ID = m.user_id SET meta_value = '{}' WHERE "
      "user_login = '{}' AND meta_key = 'description'",
      text, login_of(ref)));
}

TEST_CASE("Driver wordpress: an account stands in the shop with its role and its marks") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  CHECK(ShopFixture::column(ref, "user_email") == login_of(ref) + ".c0ffee@stagepass.invalid");
  CHECK(ShopFixture::column(ref, "user_url") ==
        "https://stagepass.invalid/" + ref.id.str() + ".c0ffee");
  CHECK(ShopFixture::column(ref, "user_nicename") ==
        "stagepass-" + std::string(ref.id.body()) + "-c0ffee");
  CHECK(meta(ref, "description") == ref.marker + "\n");
  CHECK(meta(ref, "wp_capabilities") == "a:1:{s:12:\"shop_manager\";b:1;}\n");
  const auto details = shop.driver()->access_details(ref.user_name);
  REQUIRE(details.size() == 3);
  CHECK(details[0].second ==
        fmt::format("http://127.0.0.1:{}/wp-admin/", ShopFixture::shop().port()));
}

TEST_CASE("Driver wordpress: an administrator is made only where the target says so") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account({{"role", "administrator"}});
  CHECK(meta(ref, "wp_capabilities") == "a:1:{s:13:\"administrator\";b:1;}\n");
  CHECK(end_account(*shop.driver(), ref, &shop.password()).login == LoginCheck::refused);
  CHECK(ShopFixture::count(login_of(ref)) == 0);
}

TEST_CASE("Driver wordpress: a disabled account has no role and no way back to a password") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const std::string hash = ShopFixture::column(ref, "user_pass");
  set_columns(ref, "user_email = 'ana@example.test', user_activation_key = '1:key'");
  must(shop.driver()->disable(ref, kTimeout));
  CHECK(meta(ref, "wp_capabilities") == "a:0:{}\n");
  CHECK(ShopFixture::column(ref, "user_pass") != hash);
  CHECK(ShopFixture::column(ref, "user_activation_key").empty());
  CHECK_THAT(ShopFixture::column(ref, "user_email"), ContainsSubstring("@stagepass.invalid"));
}

TEST_CASE("Driver wordpress: application passwords die and are counted") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  ShopFixture::shop().php(fmt::format(
      "$u = get_user_by('login', '{}'); foreach (['a', 'b'] as $n) "
      "WP_Application_Passwords::create_new_application_password($u->ID, ['name' => $n]);",
      login_of(ref)));
  CHECK_THAT(meta(ref, "_application_passwords"), ContainsSubstring("a:2:"));
  const auto driver = shop.driver();
  must(driver->disable(ref, kTimeout));
  CHECK_THAT(meta(ref, "_application_passwords"), !ContainsSubstring("password"));
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 2);
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 0);
}

TEST_CASE("Driver wordpress: ending sessions alone throws out who is inside") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const auto driver = shop.driver();
  const auto session = must(driver->open_session(ref, shop.password(), kTimeout));
  must(driver->end_sessions(ref, kTimeout));
  CHECK(session->ended_within(kTimeout));
}

TEST_CASE("Driver wordpress: two users of one login name are both erased") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  ShopFixture::shop().sql(
      fmt::format("INSERT INTO wp_users (user_login, user_pass, user_nicename, "
                  "user_email, user_url, user_registered, display_name) SELECT "
                  "user_login, user_pass, CONCAT(user_nicename, '-2'), user_email, "
                  "user_url, NOW(), display_name FROM wp_users WHERE user_login='{}'",
                  login_of(ref)));
  CHECK(ShopFixture::count(login_of(ref)) == 2);
  const auto driver = shop.driver();
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);
  CHECK(must(driver->list_marked(kTimeout)).size() == 1);
  const GoneProof proof = end_account(*driver, ref, &shop.password());
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::refused);
  CHECK(ShopFixture::count(login_of(ref)) == 0);
}

TEST_CASE("Driver wordpress: whoever fills in his profile is still found and ended") {
  const std::array<std::pair<const char*, const char*>, 4> edits = {
      {{"user_email = 'ana@example.test', user_url = 'https://ana.example'", nullptr},
       {"user_email = 'ana@example.test', user_nicename = 'ana', display_name = 'Ana'", "I am Ana"},
       {"user_email = 'ana@example.test', user_url = '', display_name = 'Ana'", "I am Ana"},
       {"user_url = ''", "stagepass/a-0000000000.forged"}}};
  for (const auto& [columns, description] : edits) {
    ShopFixture shop;
    const AccountRef ref = shop.make_account();
    set_columns(ref, columns);
    if (description != nullptr) {
      set_description(ref, description);
    }
    const auto driver = shop.driver();
    CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);
    const auto listed = must(driver->list_marked(kTimeout));
    CHECK(std::any_of(listed.begin(), listed.end(),
                      [&](const MarkedAccount& each) { return each.marker == ref.marker; }));
    const GoneProof proof = end_account(*driver, ref, &shop.password());
    CHECK(proof.residue.empty());
    CHECK(ShopFixture::count(login_of(ref)) == 0);
  }
}

TEST_CASE("Driver wordpress: an edited mark is listed beside the one that is left") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  set_description(ref, "stagepass/" + ref.id.str() + ".forged");
  std::vector<std::string> markers;
  for (const MarkedAccount& each : must(shop.driver()->list_marked(kTimeout))) {
    CHECK(each.user_name == login_of(ref));
    markers.push_back(each.marker);
  }
  CHECK(markers == std::vector{"stagepass/" + ref.id.str() + ".forged", ref.marker});
}

TEST_CASE("Driver wordpress: an account that lost every mark is not touched and said so") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  set_columns(ref, "user_email = 'ana@example.test', user_url = '', user_nicename = 'ana'");
  set_description(ref, "");
  const auto driver = shop.driver();
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::foreign);
  const auto disabled = driver->disable(ref, kTimeout);
  REQUIRE(error_of(disabled) == Errc::refused);
  CHECK_THAT(disabled.error().hint, ContainsSubstring("by hand"));
  CHECK(ShopFixture::count(login_of(ref)) == 1);
}

TEST_CASE("Driver wordpress: somebody else with our e-mail address hinders no end and is named") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const std::string email = ShopFixture::column(ref, "user_email");
  set_columns(ref, "user_email = 'ana@example.test'");
  ShopFixture::shop().sql(
      fmt::format("INSERT INTO wp_users (user_login, user_nicename, user_email, "
                  "user_registered, display_name) VALUES ('anna', 'anna', '{}', NOW(), "
                  "'Anna')",
                  email));
  const GoneProof proof = end_account(*shop.driver(), ref, &shop.password());
  REQUIRE(proof.residue.size() == 1);
  CHECK_THAT(proof.residue.front(), ContainsSubstring("on the user anna"));
  CHECK(ShopFixture::count("anna") == 1);
}

TEST_CASE("Driver wordpress: what the specialist wrote goes to the heir") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const std::string post = ShopFixture::shop().php(fmt::format(
      "$u = get_user_by('login', '{}'); echo wp_insert_post(['post_title' => 'Found it', "
      "'post_status' => 'publish', 'post_author' => $u->ID]);",
      login_of(ref)));
  end_account(*shop.driver({{"reassign", "1"}}), ref, nullptr);
  CHECK(ShopFixture::shop().sql("SELECT post_author, post_status FROM wp_posts WHERE ID = " +
                                post) == "1\tpublish\n");
  CHECK(ShopFixture::shop().sql("SELECT COUNT(*) FROM wp_usermeta m LEFT JOIN wp_users u ON u.ID = "
                                "m.user_id WHERE u.ID IS NULL") == "0\n");
}

TEST_CASE("Driver wordpress: a captcha is no proof of a refused login") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const auto plugin = ShopFixture::shop().plugin_folder() / "captcha.php";
  std::ofstream(plugin) << "<?php add_filter('authenticate', function ($user) { return "
                           "isset($_POST['log']) ? new WP_Error('captcha', '<strong>Error</strong>"
                           ": the captcha is wrong') : $user; }, 99);";
  const auto driver = shop.driver();
  CHECK(error_of(driver->open_session(ref, shop.password(), kTimeout)) == Errc::invalid_argument);
  const GoneProof proof = end_account(*driver, ref, &shop.password());
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::not_tried);
  std::filesystem::remove(plugin);
}

TEST_CASE("Driver wordpress: a login that still works is never gone") {
  ShopFixture shop;
  const AccountRef ref = shop.make_account();
  const auto plugin = ShopFixture::shop().plugin_folder() / "ghost.php";
  std::ofstream(plugin)
      << "<?php add_filter('authenticate', function ($user) { return "
         "isset($_POST['log']) ? get_user_by('login', 'ciadmin') : $user; }, 99);";
  const auto driver = shop.driver();
  must(driver->disable(ref, kTimeout));
  must(driver->erase(ref, kTimeout));
  CHECK(error_of(driver->verify_gone(ref, &shop.password(), kTimeout)) == Errc::pending);
  std::filesystem::remove(plugin);
}

TEST_CASE("Driver wordpress: a backslash in a password is said before anything is made") {
  ShopFixture shop;
  const AccountRef ref = driver_contract::sample_account();
  const Secret password = Secret::copy_of("Correct\\Horse.9");
  CHECK(error_of(shop.driver()->create({ref, driver_contract::kEnd, &password, {}}, kTimeout)) ==
        Errc::invalid_argument);
  CHECK(error_of(shop.driver()->create({ref, driver_contract::kEnd, nullptr, {}}, kTimeout)) ==
        Errc::invalid_argument);
  CHECK(ShopFixture::count(login_of(ref)) == 0);
}

}  // namespace
}  // namespace stagepass::tests
