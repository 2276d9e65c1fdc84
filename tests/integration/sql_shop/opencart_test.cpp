// What only OpenCart does.
#include "shop_fixture.hpp"

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("OpenCart: PHP accepts the hash of a 4 and computes that of a 3") {
  {
    ShopFixture world(opencart_4_1);
    const AccountRef ref = world.make_account(*world.driver());
    const std::string hash = world.hash_of(ref);
    CHECK(hash.starts_with("$2y$11$"));
    CHECK(ask_php(fmt::format("<?php echo json_encode([password_verify('{}', '{}'), "
                              "password_verify('wrong', '{}')]);",
                              kSamplePassword, hash, hash)) == "[true,false]");
  }
  ShopFixture world(opencart_3);
  const AccountRef ref = world.make_account(*world.driver());
  std::string salt = world.root("SELECT salt FROM oc_user WHERE user_id = " + world.id_of(ref));
  salt.pop_back();
  CHECK(salt.size() == 9);
  CHECK(ask_php(fmt::format("<?php $s = '{}'; echo sha1($s . sha1($s . sha1('{}')));", salt,
                            kSamplePassword)) == world.hash_of(ref));
}

TEST_CASE("OpenCart: a user is in the group that was said and in no other") {
  ShopFixture world(opencart_4_1);
  const AccountRef ref = world.make_account(*world.driver());
  CHECK(world.root("SELECT user_group_id FROM oc_user WHERE user_id = " + world.id_of(ref)) ==
        "10\n");
  const auto driver = world.driver({{"group", "1"}});
  must(driver->create(world.spec_of(ref), kTimeout));
  CHECK(world.root("SELECT user_group_id FROM oc_user WHERE user_id = " + world.id_of(ref)) ==
        "1\n");
}

TEST_CASE("OpenCart: a group that the shop does not have is refused and nothing made") {
  ShopFixture world(opencart_4_1);
  const auto driver = world.driver({{"group", "77"}});
  const Result<void> made = driver->create(world.spec_of(world.new_ref()), kTimeout);
  CHECK(error_of(made) == Errc::policy);
  CHECK_THAT(made.error().message, ContainsSubstring("77"));
  CHECK(world.count("oc_user") == 1);
  bool told = false;
  for (const Finding& each : must(driver->check(kTimeout))) {
    told = told ||
           (each.kind == Finding::Kind::problem && each.text == "the shop has no user group 77");
  }
  CHECK(told);
}

TEST_CASE("OpenCart: a password that it would hash in two ways is refused and nothing made") {
  ShopFixture world(opencart_3);
  const auto driver = world.driver();
  for (const char* each :
       {"A&b-long-one.1", "A\"b-long-one.1", "A<b-long-one.1", " blank.in-front1"}) {
    const Secret password = Secret::copy_of(std::string_view(each));
    AccountSpec spec = world.spec_of(world.new_ref());
    spec.password = &password;
    CHECK(error_of(driver->create(spec, kTimeout)) == Errc::invalid_argument);
  }
  CHECK(world.count("oc_user WHERE status = 1") == 1);
}

TEST_CASE("OpenCart 4.1: tokens for a new password end with the sessions") {
  ShopFixture world(opencart_4_1);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const std::string id = world.id_of(ref);
  world.root(
      "INSERT INTO oc_user_token SET user_id = " + id +
      ", code = 'x', type = 'password', date_added = NOW(); INSERT INTO oc_user_authorize SET "
      "user_id = " +
      id +
      ", token = 'x', ip = '', user_agent = '', status = 1, date_added = "
      "NOW(), date_expire = NOW()");
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 2);
  CHECK(must(driver->end_sessions(ref, kTimeout)) == 0);
  CHECK(world.count("oc_user_token") == 1);
}

TEST_CASE("OpenCart 4.1: a table of tokens that is out of reach stops everything") {
  ShopFixture world(opencart_4_1);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  world.root("REVOKE ALL PRIVILEGES ON shop.oc_user_token FROM stagepass_shop@'127.0.0.1'");
  const auto proof = driver->verify_gone(ref, nullptr, kTimeout);
  CHECK(error_of(proof) == Errc::refused);
  CHECK_THAT(proof.error().message, ContainsSubstring("shop.oc_user_token"));
}

TEST_CASE("OpenCart 3: a limit on attempts or a foreign language is no refusal") {
  ShopFixture world(opencart_3);
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::refused);
  world.root("UPDATE oc_customer_login SET total = 5");
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::not_tried);
  CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::invalid_argument);
}

TEST_CASE("OpenCart: one mark of several is enough for the listing") {
  ShopFixture world(opencart_4_1);
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  REQUIRE(must(driver->list_marked(kTimeout)).size() == 1);
  world.edit(ref, "email = 'bob@shop.example'");
  const std::vector<MarkedAccount> by_image = must(driver->list_marked(kTimeout));
  REQUIRE(by_image.size() == 1);
  CHECK(by_image.front().marker == ref.marker);
  world.edit(ref, "image = ''");
  CHECK(must(driver->list_marked(kTimeout)).empty());
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::ours);  // by a date that no form writes
}

}  // namespace
}  // namespace stagepass::tests
