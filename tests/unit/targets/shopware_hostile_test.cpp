// What a shop, or something between it and us, may answer. Nothing of it may be taken for "gone".
#include "shopware_target.hpp"

#include <fmt/core.h>

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using driver_contract::kEnd;
using driver_contract::sample_account;

constexpr Timeout kPatience = std::chrono::seconds(5);
constexpr const char* kSearch = "POST /api/search/user ";
constexpr const char* kToken = "POST /api/oauth/token ";

std::string listed(const std::string& users, const std::string& total) {
  return shopware_json(fmt::format(R"({{"total":{},"data":[{}]}})", total, users));
}

std::string user(const std::string& id,
                 const std::string& more = R"("active":true,"admin":false)") {
  return fmt::format(R"({{"id":"{}","username":"x","email":"y","customFields":[],{}}})", id, more);
}

const std::string some_id = "0190aaaabbbbccccddddeeeeffff0077";

Errc probe_error(ShopwareTarget& target) {
  const auto driver = target.driver();
  CHECK_FALSE(driver->list_marked(kPatience));
  CHECK_FALSE(driver->erase(sample_account(), kPatience));
  CHECK_FALSE(driver->verify_gone(sample_account(), nullptr, kPatience));
  return error_of(driver->probe(sample_account(), kPatience));
}

TEST_CASE("Hostile Shopware: an honest empty one is the measure", "[targets]") {
  ShopwareTarget target;
  CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
  CHECK(must(target.driver()->verify_gone(sample_account(), nullptr, kPatience)).residue.empty());
  target.shop().answer(kSearch, listed(user(some_id), "1"));
  CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
}

TEST_CASE("Hostile Shopware: what is not a list of users leaves the state unknown", "[targets]") {
  for (const std::string& answer :
       {shopware_json("[]"),
        shopware_json("{}"),
        shopware_json(R"({"total":0})"),
        shopware_json(R"({"data":[]})"),
        listed("", "1"),
        listed("", "-1"),
        listed("", "0.0"),
        listed("", "\"0\""),
        listed("", "1e9"),
        listed("", "99999999999999999999"),
        listed("7", "1"),
        listed("{}", "1"),
        listed("[]", "1"),
        listed(user("7"), "1"),
        listed(user(some_id, R"("active":1,"admin":false)"), "1"),
        listed(user(some_id, R"("active":true)"), "1"),
        listed(user("0190AAAABBBBCCCCDDDDEEEEFFFF0077"), "1"),
        listed(user(some_id), "1").substr(0, 150),
        shopware_json(R"({"total":0,"data":{}})"),
        shopware_json(R"({"total":0,"data":[],"errors":[]})"),
        shopware_json(R"({"total":0,"data":[],"errors":[{"code":"0","detail":"no"}]})"),
        shopware_json(R"({"total":0,"data":[]})", "201 Created"),
        shopware_json(R"({"total":0,"data":[]})", "500 Internal Server Error"),
        shopware_json(R"({"total":0,"data":[]})", "429 Too Many Requests"),
        shopware_json(R"({"errors":[]})", "404 Not Found"),
        shopware_json(R"({"errors":{}})", "403 Forbidden"),
        shopware_json("<b>Warning</b>"),
        shopware_json(std::string(500'000, '[')),
        shopware_json(std::string(3'000'000, ' ') + R"({"total":0,"data":[]})"),
        http_answer("200 OK", "Content-Type: text/html\r\n", R"({"total":0,"data":[]})"),
        http_answer("200 OK", "", R"({"total":0,"data":[]})"),
        http_answer("204 No Content", "", ""),
        shopware_error("500 Internal Server Error", "0"),
        shopware_error("503 Service Unavailable", "FRAMEWORK__MAINTENANCE")}) {
    CAPTURE(answer.substr(0, 200));
    ShopwareTarget target;
    target.shop().answer(kSearch, answer);
    CHECK(probe_error(target) == Errc::unreachable);
  }
  for (const std::string& answer :
       {shopware_error("401 Unauthorized", "9"), shopware_error("403 Forbidden", "x"),
        shopware_error("404 Not Found", "0"), listed("", "1000000")}) {
    CAPTURE(answer.substr(0, 200));
    ShopwareTarget target;
    target.shop().answer(kSearch, answer);
    CHECK(probe_error(target) == Errc::refused);
  }
}

TEST_CASE("Hostile Shopware: what is no token is not sent on", "[targets]") {
  for (const std::string& answer :
       {shopware_json("{}"), shopware_json("[]"), shopware_json(R"({"access_token":""})"),
        shopware_json(R"({"access_token":7})"), shopware_json(R"({"access_token":"a b"})"),
        shopware_json(R"({"access_token":"a\r\nX-Evil: 1"})"),
        shopware_json(R"({"access_token":"abc"} )"),
        shopware_json(R"({"access_token":"abc","x":[1]})"),
        shopware_json(fmt::format(R"({{"access_token":"{}"}})", std::string(70'000, 'a'))),
        shopware_json(R"({"access_token":"abc"})", "201 Created"),
        http_answer("204 No Content", "", ""), http_answer("200 OK", "", ""),
        http_answer("502 Bad Gateway", "Content-Type: text/html\r\n", "<html>")}) {
    CAPTURE(answer.substr(0, 200));
    ShopwareTarget target;
    target.shop().answer(kToken, answer);
    CHECK(probe_error(target) == Errc::unreachable);
    CHECK(target.shop().count("POST /api/search") == 0);
  }
}

TEST_CASE("Hostile Shopware: a redirect is told with its address and not followed", "[targets]") {
  for (const char* where : {kSearch, kToken}) {
    ShopwareTarget other;
    ShopwareTarget target;
    target.shop().answer(
        where,
        http_answer("302 Found", fmt::format("Location: {}/\x1b[31m\r\n", other.shop().url()), ""));
    const auto probed = target.driver()->probe(sample_account(), kPatience);
    REQUIRE(error_of(probed) == Errc::unreachable);
    CHECK_THAT(probed.error().message, ContainsSubstring(other.shop().url()));
    CHECK(probed.error().message.find('\x1b') == std::string::npos);
    CHECK(other.shop().seen().empty());
  }
}

TEST_CASE("Hostile Shopware: what it says cannot steer a terminal or fill it", "[targets]") {
  ShopwareTarget target;
  target.shop().answer(kSearch, shopware_error("403 Forbidden", "\x1b[2J",
                                               "\x1b]0;owned\x07" + std::string(100'000, 'x')));
  const auto probed = target.driver()->probe(sample_account(), kPatience);
  REQUIRE(error_of(probed) == Errc::refused);
  CHECK(probed.error().message.find('\x1b') == std::string::npos);
  CHECK(probed.error().message.size() < 2000);
}

TEST_CASE("Hostile Shopware: a token that is refused for ever is asked for once more, not for ever",
          "[targets]") {
  ShopwareTarget target;
  target.shop().answer(kSearch, shopware_error("401 Unauthorized", "9"));
  const auto driver = target.driver();
  CHECK(error_of(driver->probe(sample_account(), kPatience)) == Errc::refused);
  CHECK(target.shop().count(kSearch) == 1);
  CHECK(error_of(driver->probe(sample_account(), kPatience)) == Errc::refused);
  CHECK(target.shop().count(kSearch) == 3);
  CHECK(target.shop().count(kToken) == 2);
}

TEST_CASE("Hostile Shopware: an account that was not made is not called made", "[targets]") {
  const Secret password = Secret::copy_of("Correct-Horse.9");
  const AccountSpec spec{sample_account(), kEnd, &password, {}};
  for (const std::string& answer : {http_answer("204 No Content", "", ""), shopware_json("{}")}) {
    ShopwareTarget target;
    target.shop().answer("POST /api/user ", answer);
    CHECK(error_of(target.driver()->create(spec, kPatience)) == Errc::unreachable);
    CHECK(target.shop().count("POST /api/user ") == 1);
  }
  ShopwareTarget target;
  target.shop().answer("POST /api/user ",
                       shopware_error("500 Internal Server Error", "0", "1062 Duplicate entry"));
  CHECK(error_of(target.driver()->create(spec, kPatience)) == Errc::refused);
}

TEST_CASE("Hostile Shopware: what only claims to disable or delete is noticed", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const AccountRef account = driver_contract::created(target, password);
  target.shop().answer("PATCH /api/user/", http_answer("204 No Content", "", ""));
  target.shop().answer("DELETE /api/user/", http_answer("204 No Content", "", ""));
  const auto driver = target.driver();
  must(driver->disable(account, kPatience));
  must(driver->erase(account, kPatience));
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
  // hidden from the search, and still there
  target.shop().answer(kSearch, listed("", "0"));
  const auto hidden = driver->verify_gone(account, nullptr, kPatience);
  CHECK_FALSE(must(Result(hidden)).residue.empty());
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
}

TEST_CASE("Hostile Shopware: only its own words are a refused login", "[targets]") {
  ShopwareTarget target;
  const Secret password = target.sample_password();
  const auto driver = target.driver();
  must(driver->probe(sample_account(), kPatience));  // now it has its own token
  const auto login_after = [&](const std::string& answer) {
    target.shop().answer(kToken, answer);
    return driver->verify_gone(sample_account(), &password, kPatience);
  };
  CHECK(must(login_after(shopware_error("400 Bad Request", "6"))).login == LoginCheck::refused);
  CHECK(must(login_after(shopware_error("401 Unauthorized", "6"))).login == LoginCheck::refused);
  CHECK(must(login_after(shopware_json(R"({"error":"invalid_grant"})", "400 Bad Request"))).login ==
        LoginCheck::refused);
  for (const std::string& answer :
       {shopware_error("403 Forbidden", "6"), shopware_error("400 Bad Request", "4"),
        shopware_error("500 Internal Server Error", "6"),
        shopware_error("401 Unauthorized", "invalid_client")}) {
    CAPTURE(answer);
    CHECK(must(login_after(answer)).login == LoginCheck::not_tried);
  }
  CHECK(error_of(login_after(http_answer("403 Forbidden", "", "no"))) == Errc::unreachable);
  CHECK(error_of(login_after(shopware_json(R"({"access_token":"abc"})"))) == Errc::pending);
}

}  // namespace
}  // namespace stagepass::tests
