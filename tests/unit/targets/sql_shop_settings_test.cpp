#include "targets/crypt_hash.hpp"
#include "targets/http/page_session.hpp"
#include "targets/sql_shop/shop_database.hpp"
#include "targets/sql_shop/shop_platform.hpp"

#include <stagepass/system/posix_process.hpp>
#include <stagepass/targets/registry.hpp>

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/fake_clock.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Settings = std::map<std::string, std::string>;

Result<std::unique_ptr<TargetDriver>> make(const std::string& driver, const Settings& more,
                                           bool has_password = true) {
  system::PosixProcess process;
  FakeClock clock;
  SeededRandom random;
  Target target{.name = must(TargetName::parse("shop")), .driver = driver};
  target.settings = {{"host", "127.0.0.1"}, {"user", "stagepass"}, {"database", "shop"}};
  if (driver == "magento") {
    target.settings["role"] = "1";
  }
  for (const auto& [key, value] : more) {
    target.settings[key] = value;
    if (value == "-") {
      target.settings.erase(key);
    }
  }
  SecretSettings secrets;
  if (const auto key = target.settings.extract("crypt_key")) {
    secrets.emplace("crypt_key", Secret::copy_of(std::string_view(key.mapped())));
  }
  if (has_password) {
    secrets.emplace("password", Secret::copy_of(std::string_view("secret")));
  }
  return targets::make_driver_factory({process, clock, random, ""})
      ->make(target, std::move(secrets));
}

const std::vector<std::string> shop_drivers = {"opencart", "prestashop", "magento"};

TEST_CASE("Shop settings: server, account and database are all that is needed") {
  for (const std::string& driver : shop_drivers) {
    INFO(driver);
    CHECK(make(driver, {}));
    CHECK(make(driver, {{"host", "-"}, {"socket", "/run/mysqld/mysqld.sock"}}, false));
    CHECK(make(driver, {{"host", "db.example"}, {"ca", "/etc/ssl/ca.pem"}}));
    CHECK(make(driver, {{"prefix", "shop1_"}, {"url", "https://shop.example/admin"}}));
  }
}

TEST_CASE("Shop settings: what cannot be right is refused, and says which setting it is") {
  struct Row {
    Settings settings;
    const char* named;
  };
  const std::vector<Row> rows = {{{{"prefix", "oc`; --"}}, "prefix"},
                                 {{{"prefix", "oc-"}}, "prefix"},
                                 {{{"prefix", "oc."}}, "prefix"},
                                 {{{"prefix", "\xc3\xa9_"}}, "prefix"},
                                 {{{"prefix", std::string(33, 'a')}}, "prefix"},
                                 {{{"database", "a.b"}}, "database"},
                                 {{{"database", "a`b"}}, "database"},
                                 {{{"database", "-"}}, "database"},
                                 {{{"user", "a b"}}, "user"},
                                 {{{"user", "-"}}, "user"},
                                 {{{"host", "-"}}, "host"},
                                 {{{"url_ca", "ca.pem"}}, "url_ca"},
                                 {{{"port", "0"}}, "port"},
                                 {{{"rights", "read"}}, "rights"}};
  for (const std::string& driver : shop_drivers) {
    for (const Row& row : rows) {
      const auto made = make(driver, row.settings);
      INFO(driver << " " << row.named);
      REQUIRE(!made);
      CHECK(made.error().code == Errc::invalid_argument);
      CHECK_THAT(made.error().message + made.error().hint, ContainsSubstring(row.named));
    }
  }
}

TEST_CASE("Shop settings: nothing is sent unencrypted over a network") {
  for (const std::string& driver : shop_drivers) {
    INFO(driver);
    CHECK(error_of(make(driver, {{"host", "db.example"}, {"tls", "plain"}})) == Errc::policy);
    CHECK(error_of(make(driver, {{"url", "http://shop.example/admin"}})) == Errc::policy);
    CHECK(make(driver, {{"url", "http://127.0.0.1:8080/admin"}}));
  }
}

TEST_CASE("Shop settings: a server that is not this host needs a password of the account") {
  for (const std::string& driver : shop_drivers) {
    INFO(driver);
    CHECK(error_of(make(driver, {}, false)) == Errc::invalid_argument);
  }
}

TEST_CASE("OpenCart settings: a group is a number") {
  CHECK(make("opencart", {{"group", "11"}}));
  for (const char* each : {"0", "-1", "1 OR 1=1", "Administrator", "1,2", "0x1", "1234567890"}) {
    CHECK(error_of(make("opencart", {{"group", each}})) == Errc::invalid_argument);
  }
}

TEST_CASE("PrestaShop settings: profile and shops are numbers") {
  CHECK(make("prestashop", {{"profile", "1"}, {"shop", "1,3"}}));
  CHECK(error_of(make("prestashop", {{"profile", "SuperAdmin"}})) == Errc::invalid_argument);
  for (const char* each : {"0", "1,", ",1", "1,1", "1, 2", "all", "1) --"}) {
    INFO(each);
    CHECK(error_of(make("prestashop", {{"shop", each}})) == Errc::invalid_argument);
  }
}

TEST_CASE("Magento settings: a role must be said, and what there is of a second factor") {
  CHECK(error_of(make("magento", {{"role", "-"}})) == Errc::invalid_argument);
  CHECK(error_of(make("magento", {{"role", "Administrators"}})) == Errc::invalid_argument);
  CHECK(make("magento", {{"two_factor", "off"}}));
  CHECK(make("magento", {{"two_factor", "refuse"}}));
  for (const char* each : {"on", "OFF", "no"}) {
    CHECK(error_of(make("magento", {{"two_factor", each}})) == Errc::invalid_argument);
  }
}

TEST_CASE("Magento settings: a second factor takes the shop's own key, and nothing else does") {
  const std::string key(32, 'k');
  CHECK(make("magento", {{"two_factor", "google"}, {"crypt_key", key}}));
  CHECK(make("magento", {{"two_factor", "google"}, {"crypt_key", "old\n" + key + "\n"}}));
  CHECK(make("magento",
             {{"two_factor", "google"}, {"crypt_key", "base64" + std::string(43, 'A') + "="}}));
  CHECK(error_of(make("magento", {{"two_factor", "google"}})) == Errc::invalid_argument);
  for (const char* mode : {"off", "refuse"}) {
    CHECK(error_of(make("magento", {{"two_factor", mode}, {"crypt_key", key}})) ==
          Errc::invalid_argument);
  }
  for (const std::string& wrong : {std::string("short"), key + "k", key + "\nshort",
                                   "base64" + std::string(40, 'A'), std::string("base64?")}) {
    const auto made = make("magento", {{"two_factor", "google"}, {"crypt_key", wrong}});
    CHECK(error_of(made) == Errc::invalid_argument);
    CHECK_THAT(made.error().message + made.error().hint, !ContainsSubstring(wrong));
  }
}

TEST_CASE("Shops: a date as a mark follows from the marker and lies within its years") {
  const long long below = 28'401'235'200LL;
  const long long one = targets::seconds_from("stagepass/a-7f3k9q2m5x.0000000000000000", below);
  CHECK(one == targets::seconds_from("stagepass/a-7f3k9q2m5x.0000000000000000", below));
  CHECK(one != targets::seconds_from("stagepass/a-7f3k9q2m5x.0000000000000001", below));
  for (int i = 0; i < 1000; ++i) {
    const long long each = targets::seconds_from(std::to_string(i), below);
    CHECK((each >= 0 && each < below));
  }
  CHECK(targets::sql_date(Timestamp(std::chrono::seconds(-30'610'224'000LL))) ==
        "1000-01-01 00:00:00");
  CHECK(targets::sql_date(Timestamp(std::chrono::seconds(-2'208'988'801LL))) ==
        "1899-12-31 23:59:59");
  CHECK(targets::sql_date(Timestamp(std::chrono::seconds(1'796'119'200LL))) ==
        "2026-12-01 10:00:00");
}

TEST_CASE("Shops: only digits pass for a number of the database") {
  CHECK(must(targets::as_number("42")) == "42");
  for (const char* each : {"", "-1", "1.5", "1 OR 1=1", "7\n", "123456789012345678901"}) {
    CHECK(error_of(targets::as_number(each)) == Errc::unreachable);
  }
}

TEST_CASE("Shops: a later cookie replaces an earlier one and an empty one takes it away") {
  const Secret one = Secret::copy_of(std::string_view("a=1; path=/"));
  const Secret two = Secret::copy_of(std::string_view("b=2"));
  const Secret three = Secret::copy_of(std::string_view("a=3; HttpOnly"));
  const Secret gone = Secret::copy_of(std::string_view("b=deleted; expires=Thu, 01-Jan-1970"));
  const Secret all = targets::cookies_for({&one, &two, &three});
  CHECK(all.reveal_text() == "b=2; a=3");
  const Secret left = targets::cookies_for({&one, &two, &gone});
  CHECK(left.reveal_text() == "a=1");
  const Secret none = targets::cookies_for({});
  CHECK(none.empty());
}

TEST_CASE("bcrypt takes 72 bytes and no more, because PHP ignores the rest") {
  SeededRandom random;
  const targets::CryptMethod method = {"$2y$", 4, 72, "bcrypt"};
  const Secret longest = Secret::copy_of(std::string(72, 'a'));
  const Secret hash = must(targets::crypt_hash(longest, method, random));
  CHECK(hash.reveal_text().starts_with("$2y$04$"));
  CHECK(hash.size() == 60);
  CHECK(error_of(targets::crypt_hash(Secret::copy_of(std::string(73, 'a')), method, random)) ==
        Errc::invalid_argument);
  CHECK(error_of(targets::crypt_hash(Secret::copy_of(std::string_view("a\0b", 3)), method,
                                     random)) == Errc::invalid_argument);
}

}  // namespace
}  // namespace stagepass::tests
