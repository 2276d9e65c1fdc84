// What only Magento does.
#include "shop_fixture.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

/// The tables that keep something of a user, and the column with his number.
const std::vector<std::pair<std::string, std::string>> of_users = {
    {"admin_user", "user_id"},         {"admin_passwords", "user_id"},
    {"admin_user_session", "user_id"}, {"admin_user_expiration", "user_id"},
    {"authorization_role", "user_id"}, {"oauth_token", "admin_id"},
    {"tfa_user_config", "user_id"}};

std::size_t rows_of(const ShopFixture& world, const std::string& id) {
  std::size_t rows = 0;
  for (const auto& [table, column] : of_users) {
    rows += world.count(fmt::format("{} WHERE {} = {}", table, column, id));
  }
  return rows;
}

/// A row in each table that the specialist or Magento itself may have written.
void leave_traces(const ShopFixture& world, const std::string& id) {
  world.root(fmt::format(
      "INSERT INTO admin_user_session SET user_id = {0}, status = 1, ip = '192.0.2.9';"
      "INSERT INTO admin_passwords SET user_id = {0}, password_hash = 'old';"
      "INSERT INTO oauth_token SET admin_id = {0}, type = 'access', token = 'his-token', secret = "
      "'x', callback_url = 'oob';"
      "INSERT INTO tfa_user_config SET user_id = {0}, encoded_config = 'x'",
      id));
}

TEST_CASE("Magento: PHP computes the same hash, and another for another password") {
  ShopFixture world(magento_2_4);
  const AccountRef ref = world.make_account(*world.driver());
  const std::string hash = world.hash_of(ref);
  REQUIRE(hash.size() == 99);
  CHECK(hash.ends_with(":2"));
  const std::string digits = hash.substr(0, 64);
  const auto php_hash = [&](const std::string& password) {
    return ask_php(fmt::format(
        "<?php echo bin2hex(sodium_crypto_pwhash(SODIUM_CRYPTO_SIGN_SEEDBYTES, '{}', '{}', "
        "SODIUM_CRYPTO_PWHASH_OPSLIMIT_INTERACTIVE, SODIUM_CRYPTO_PWHASH_MEMLIMIT_INTERACTIVE, "
        "SODIUM_CRYPTO_PWHASH_ALG_ARGON2ID13));",
        password, hash.substr(65, 16)));
  };
  CHECK(php_hash(kSamplePassword) == digits);
  CHECK(php_hash("wrong") != digits);
}

TEST_CASE("Magento: a user has the role that was said, and Magento's own end") {
  ShopFixture world(magento_2_4);
  const auto driver = world.driver({{"role", "3"}});
  const AccountRef ref = world.make_account(*driver);
  const std::string id = world.id_of(ref);
  CHECK(
      world.root("SELECT parent_id, tree_level, role_type, user_type FROM authorization_role WHERE "
                 "user_id = " +
                 id) == "3\t2\tU\t2\n");
  must(driver->set_end(ref, Timestamp(std::chrono::seconds(1'796'119'200)), kTimeout));
  const std::string end =
      "SET time_zone = '+00:00'; SELECT expires_at FROM admin_user_expiration "
      "WHERE user_id = " +
      id;
  CHECK(world.root(end) == "2026-12-01 10:00:00\n");
  must(driver->set_end(ref, Timestamp(std::chrono::seconds(4'000'000'000LL)), kTimeout));
  CHECK(world.root(end) == "2038-01-19 03:14:07\n");
}

TEST_CASE("Magento: its own end lets nobody in and ends the session, with stagepass dead") {
  ShopFixture world(magento_2_4);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const auto session = must(driver->open_session(ref, world.password(), kTimeout));
  CHECK_FALSE(session->ended_within(std::chrono::milliseconds(50)));
  must(driver->set_end(ref, Timestamp(std::chrono::seconds(1'700'000'000)), kTimeout));
  CHECK(session->ended_within(kTimeout));
  CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::refused);
}

TEST_CASE("Magento: a role that the shop does not have is refused and nothing made") {
  ShopFixture world(magento_2_4);
  for (const char* role : {"9", "2"}) {  // 2 is the merchant's own row, not a role
    const auto driver = world.driver({{"role", role}});
    CHECK(error_of(driver->create(world.spec_of(world.new_ref()), kTimeout)) == Errc::policy);
  }
  CHECK(world.count("admin_user") == 1);
}

TEST_CASE("Magento: sessions and tokens are counted and ended, those of others live on") {
  ShopFixture world(magento_2_4);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  leave_traces(world, world.id_of(ref));
  const auto session = must(driver->open_session(ref, world.password(), kTimeout));
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 3);
  CHECK(session->ended_within(kTimeout));
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 0);
  CHECK(world.count("admin_user_session WHERE status = 1") == 1);
  CHECK(world.count("oauth_token") == 1);
}

TEST_CASE("Magento: nothing of an erased user is left, with foreign keys and without") {
  for (const bool has_keys : {true, false}) {
    INFO("foreign keys: " << has_keys);
    ShopFixture world(magento_2_4);
    if (!has_keys) {
      world.root(
          "ALTER TABLE admin_passwords DROP FOREIGN KEY "
          "ADMIN_PASSWORDS_USER_ID_ADMIN_USER_USER_ID; ALTER TABLE admin_user_session DROP "
          "FOREIGN KEY ADMIN_USER_SESSION_USER_ID_ADMIN_USER_USER_ID; ALTER TABLE "
          "admin_user_expiration DROP FOREIGN KEY "
          "ADMIN_USER_EXPIRATION_USER_ID_ADMIN_USER_USER_ID; ALTER TABLE oauth_token DROP "
          "FOREIGN KEY OAUTH_TOKEN_ADMIN_ID_ADMIN_USER_USER_ID; ALTER TABLE tfa_user_config "
          "DROP FOREIGN KEY TFA_USER_CONFIG_USER_ID_ADMIN_USER_USER_ID");
    }
    const auto driver = world.driver();
    const AccountRef ref = world.make_account(*driver);
    const std::string id = world.id_of(ref);
    leave_traces(world, id);
    REQUIRE(rows_of(world, id) == 7);
    ShopFixture::end(*driver, ref);
    CHECK(rows_of(world, id) == 0);
    CHECK(rows_of(world, "1") == 5);
    CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).residue.empty());
  }
}

TEST_CASE("Magento: a shop with a second factor is refused unless it is said to be off") {
  ShopFixture world(magento_2_4);
  const auto driver = world.driver({{"two_factor", ""}});
  const Result<void> made = driver->create(world.spec_of(world.new_ref()), kTimeout);
  CHECK(error_of(made) == Errc::policy);
  CHECK_THAT(made.error().message, ContainsSubstring("two-factor"));
  CHECK_THAT(made.error().hint, ContainsSubstring("two_factor=off"));
  CHECK(world.count("admin_user") == 1);
  const std::vector<Finding> findings = must(driver->check(kTimeout));
  CHECK(std::any_of(findings.begin(), findings.end(), [](const Finding& each) {
    return each.kind == Finding::Kind::problem &&
           each.text == "this shop has two-factor authentication";
  }));
  // An account from before the module was enabled is ended all the same.
  const AccountRef ref = world.make_account(*world.driver());
  ShopFixture::end(*driver, ref);
  CHECK(world.count("admin_user") == 1);
}

TEST_CASE("Magento: a second factor that cannot be seen is not taken for none") {
  ShopFixture world(magento_2_4);
  world.root("REVOKE ALL PRIVILEGES ON shop.tfa_user_config FROM stagepass_shop@'127.0.0.1'");
  const auto driver = world.driver({{"two_factor", ""}});
  const Result<void> made = driver->create(world.spec_of(world.new_ref()), kTimeout);
  CHECK(error_of(made) == Errc::policy);
  CHECK_THAT(made.error().message, ContainsSubstring("cannot be seen"));
}

TEST_CASE("Magento: where the admin sees that there is no second factor nothing need be said") {
  ShopFixture world(magento_2_4);
  world.root("DROP TABLE tfa_user_config; GRANT SELECT ON shop.* TO stagepass_shop@'127.0.0.1'");
  const auto driver = world.driver({{"two_factor", ""}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
}

TEST_CASE("Magento: a second factor is given with the password, and the shop takes its code") {
  ShopFixture world(magento_with_second_factor);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const auto session = must(driver->open_session(ref, world.password(), kTimeout));
  CHECK_FALSE(session->ended_within(std::chrono::milliseconds(50)));
  CHECK(world.count("admin_user_session WHERE ip = 'let in'") == 1);
  const auto factor = driver->second_factor(world.password());
  REQUIRE(factor);
  const std::string row =
      world.root("SELECT * FROM tfa_user_config WHERE user_id = " + world.id_of(ref));
  CHECK_THAT(row, !ContainsSubstring(std::string(factor->reveal_text())));
  CHECK_THAT(row, !ContainsSubstring("google\":"));
  ShopFixture::end(*driver, ref);
  CHECK(session->ended_within(kTimeout));
  CHECK(world.count("tfa_user_config") == 0);
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::refused);
}

TEST_CASE("Magento: making a user twice leaves one second factor") {
  ShopFixture world(magento_with_second_factor);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  must(driver->create(world.spec_of(ref), kTimeout));
  CHECK(world.count("tfa_user_config") == 1);
  CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
}

TEST_CASE("Magento: a login that the second factor stops is none, and says what is wrong") {
  ShopFixture world(magento_with_second_factor);
  const auto other_key = world.driver_with_key(std::string(32, 'x'));
  const AccountRef ref = world.make_account(*other_key);
  const auto wrong = other_key->open_session(ref, world.password(), kTimeout);
  CHECK(error_of(wrong) == Errc::refused);
  CHECK_THAT(wrong.error().message, ContainsSubstring("second factor"));
  CHECK(world.count("admin_user_session WHERE ip = 'let in'") == 0);
  // A row that Magento cannot open is none to it.
  const auto off = world.driver({{"two_factor", "off"}});
  const auto missing = off->open_session(ref, world.password(), kTimeout);
  CHECK(error_of(missing) == Errc::refused);
  CHECK_THAT(missing.error().message, ContainsSubstring("asks for a second factor"));
  // The password alone is no way in, and all the same not gone.
  CHECK(error_of(off->verify_gone(ref, &world.password(), kTimeout)) == Errc::pending);
}

TEST_CASE("Magento: no second factor is given where the shop has no room for one") {
  ShopFixture world(magento_with_second_factor);
  world.root("DROP TABLE tfa_user_config; GRANT SELECT ON shop.* TO stagepass_shop@'127.0.0.1'");
  const auto made = world.driver()->create(world.spec_of(world.new_ref()), kTimeout);
  CHECK(error_of(made) == Errc::policy);
  CHECK_THAT(made.error().hint, ContainsSubstring("two_factor=off"));
  CHECK(world.count("admin_user") == 1);
}

TEST_CASE("Magento: a letter for a new password is taken away") {
  ShopFixture world(magento_2_4);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  world.edit(ref, "rp_token = 'abc', rp_token_created_at = NOW()");
  must(driver->disable(ref, kTimeout));
  CHECK(world.count("admin_user WHERE rp_token IS NOT NULL OR rp_token_created_at IS NOT NULL") ==
        0);
}

}  // namespace
}  // namespace stagepass::tests
