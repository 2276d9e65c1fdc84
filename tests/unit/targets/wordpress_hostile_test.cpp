// What a shop, or something between it and us, may answer. Nothing of it may be taken for "gone".
#include "targets/wordpress/login_page.hpp"

#include <stagepass/system/posix_process.hpp>
#include <stagepass/targets/registry.hpp>

#include <fmt/core.h>

#include <map>
#include <mutex>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/driver_contract.hpp>
#include <support/fake_clock.hpp>
#include <support/http_server.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using driver_contract::sample_account;
using Client = HttpServer::Client;

constexpr Timeout kPatience = std::chrono::seconds(5);
constexpr const char* kList = "GET /?rest_route=%2Fwp%2Fv2%2Fusers&";
constexpr const char* kMe = "GET /?rest_route=%2Fwp%2Fv2%2Fusers%2Fme";
constexpr const char* kCreate = "POST /?rest_route=%2Fwp%2Fv2%2Fusers&";
constexpr const char* kChange = "POST /?rest_route=%2Fwp%2Fv2%2Fusers%2F7";
constexpr const char* kDelete = "DELETE /?rest_route=%2Fwp%2Fv2%2Fusers%2F7&force";
constexpr const char* kDeletePasswords =
    "DELETE /?rest_route=%2Fwp%2Fv2%2Fusers%2F7%2Fapplication-passwords";

std::string json(const std::string& body, const std::string& status = "200 OK",
                 const std::string& more_headers = {}) {
  return http_answer(status, "Content-Type: application/json; charset=UTF-8\r\n" + more_headers,
                     body);
}

std::string listed(const std::string& users, int total) {
  return json("[" + users + "]", "200 OK", fmt::format("X-WP-Total: {}\r\n", total));
}

std::string error(const std::string& code, const std::string& status,
                  const std::string& message = "no") {
  return json(fmt::format(R"({{"code":"{}","message":"{}","data":{{}}}})", code, message), status);
}

const std::string full_rights =
    R"({"id":1,"username":"ada","capabilities":{"list_users":true,"edit_users":true,)"
    R"("create_users":true,"delete_users":true}})";

std::string our_user(const std::string& roles = R"(["shop_manager"])") {
  const AccountRef ref = sample_account();
  return fmt::format(
      R"({{"id":7,"username":"{}","email":"x@y.example","url":"","description":"{}","slug":"s",)"
      R"("registered_date":"2026-01-01T00:00:00+00:00","roles":{}}})",
      ref.user_name.str(), ref.marker, roles);
}

/// A shop that answers like an honest empty one unless told otherwise.
class FakeShop final {
 public:
  FakeShop()
      : answers_{{kList, listed("", 0)}, {kMe, json(full_rights)}},
        server_([this](const SeenRequest& request, const Client& client) {
          static_cast<void>(client.send(answer_to(request)));
        }) {}

  void answer(const std::string& beginning, const std::string& text) {
    const std::lock_guard lock(mutex_);
    answers_[beginning] = text;
  }
  [[nodiscard]] std::unique_ptr<TargetDriver> driver() {
    Target target{
        must(TargetName::parse("shop")), "wordpress", Environment::staging, {}, {}, {}, {}, 1};
    target.settings = {{"url", server_.url()}, {"admin", "ada"}};
    SecretSettings secrets;
    secrets.emplace("app_password", Secret::copy_of("open sesame"));
    return must(targets::make_driver_factory({process_, clock_, random_, ""})
                    ->make(target, std::move(secrets)));
  }
  [[nodiscard]] int count(const std::string& beginning) const {
    int count = 0;
    for (const SeenRequest& each : server_.seen()) {
      count += each.is(beginning) ? 1 : 0;
    }
    return count;
  }
  [[nodiscard]] const HttpServer& server() const { return server_; }

 private:
  std::string answer_to(const SeenRequest& request) {
    const std::lock_guard lock(mutex_);
    std::string best = error("rest_no_route", "404 Not Found");
    std::size_t longest = 0;
    for (const auto& [beginning, text] : answers_) {
      if (request.is(beginning) && beginning.size() > longest) {
        longest = beginning.size();
        best = text;
      }
    }
    return best;
  }

  system::PosixProcess process_;
  FakeClock clock_;
  SeededRandom random_;
  std::mutex mutex_;
  std::map<std::string, std::string> answers_;
  HttpServer server_;
};

Errc probe_error(FakeShop& shop) {
  const auto driver = shop.driver();
  CHECK_FALSE(driver->list_marked(kPatience));
  CHECK_FALSE(driver->erase(sample_account(), kPatience));
  CHECK_FALSE(driver->verify_gone(sample_account(), nullptr, kPatience));
  return error_of(driver->probe(sample_account(), kPatience));
}

TEST_CASE("Hostile shop: an honest empty one is the measure", "[targets]") {
  FakeShop shop;
  CHECK(must(shop.driver()->probe(sample_account(), kPatience)) == Presence::absent);
  CHECK(must(shop.driver()->verify_gone(sample_account(), nullptr, kPatience)).residue.empty());
}

TEST_CASE("Hostile shop: an empty list to a bad credential is not believed", "[targets]") {
  FakeShop shop;
  shop.answer(kMe, error("rest_not_logged_in", "401 Unauthorized"));
  CHECK(probe_error(shop) == Errc::refused);
  shop.answer(kMe, json(R"({"id":1,"username":"ada","capabilities":{"list_users":true}})"));
  CHECK(probe_error(shop) == Errc::refused);
  shop.answer(kMe, json(R"({"id":1,"username":"ada","capabilities":{"list_users":true,)"
                        R"("edit_users":false}})"));
  CHECK(probe_error(shop) == Errc::refused);
  shop.answer(kMe, json(R"({"id":1,"username":"ada"})"));
  CHECK(probe_error(shop) == Errc::unreachable);
}

TEST_CASE("Hostile shop: users that are counted and not shown are not overlooked", "[targets]") {
  FakeShop shop;
  shop.answer(kList, listed("", 1));
  CHECK(probe_error(shop) == Errc::refused);
  shop.answer(kList, listed("", 1'000'000));
  CHECK(probe_error(shop) == Errc::refused);
}

TEST_CASE("Hostile shop: what is not the list of users leaves the state unknown", "[targets]") {
  for (const std::string& answer :
       {json("[]"), listed("{}", 1), listed("7", 1), listed(our_user(), 1).substr(0, 200),
        json("", "200 OK", "X-WP-Total: 0\r\n"), json("null", "200 OK", "X-WP-Total: 0\r\n"),
        json("{}", "200 OK", "X-WP-Total: 0\r\n"), json("[", "200 OK", "X-WP-Total: 0\r\n"),
        json("[]\n<b>Warning</b>", "200 OK", "X-WP-Total: 0\r\n"),
        json("[]", "200 OK", "X-WP-Total: -1\r\n"), json("[]", "200 OK", "X-WP-Total: 0x\r\n"),
        http_answer("200 OK", "Content-Type: text/html\r\nX-WP-Total: 0\r\n", "[]"),
        http_answer("200 OK", "X-WP-Total: 0\r\n", "[]"),
        json("[]", "500 Internal Server Error", "X-WP-Total: 0\r\n"),
        json("[]", "429 Too Many Requests", "X-WP-Total: 0\r\n"),
        json("[]", "404 Not Found", "X-WP-Total: 0\r\n"),
        json(std::string(3'000'000, ' ') + "[]", "200 OK", "X-WP-Total: 0\r\n"),
        json(std::string(500'000, '['), "200 OK", "X-WP-Total: 0\r\n"),
        error("internal_server_error", "500 Internal Server Error")}) {
    CAPTURE(answer.substr(0, 200));
    FakeShop shop;
    shop.answer(kList, answer);
    CHECK(probe_error(shop) == Errc::unreachable);
  }
}

TEST_CASE("Hostile shop: a redirect is told with its address and not followed", "[targets]") {
  FakeShop other;
  FakeShop shop;
  shop.answer(kList, http_answer("301 Moved Permanently",
                                 "Location: " + other.server().url() + "/\x1b[31m\r\n", ""));
  const auto probed = shop.driver()->probe(sample_account(), kPatience);
  REQUIRE(error_of(probed) == Errc::unreachable);
  CHECK_THAT(probed.error().message, ContainsSubstring(other.server().url()));
  CHECK(probed.error().message.find('\x1b') == std::string::npos);
  CHECK(other.server().seen().empty());
}

TEST_CASE("Hostile shop: what it says cannot steer a terminal", "[targets]") {
  FakeShop shop;
  shop.answer(kList, error("x\\u001b[2J", "403 Forbidden", R"(\u001b]0;owned\u0007\u202e)"));
  const auto probed = shop.driver()->probe(sample_account(), kPatience);
  REQUIRE(error_of(probed) == Errc::refused);
  CHECK(probed.error().message.find('\x1b') == std::string::npos);
  CHECK_THAT(probed.error().message, ContainsSubstring("\\x1b"));
}

TEST_CASE("Hostile shop: what failed with 500 for it exists is decided by its code", "[targets]") {
  FakeShop shop;
  const Secret password = Secret::copy_of("Correct-Horse.9");
  const AccountSpec spec{sample_account(), driver_contract::kEnd, &password, {}};
  for (const char* code : {"existing_user_login", "existing_user_email"}) {
    shop.answer(kCreate, error(code, "500 Internal Server Error"));
    CHECK_FALSE(shop.driver()->create(spec, kPatience));
  }
  CHECK(shop.count(kCreate) == 2);  // never twice for one call
  shop.answer(kCreate, error("db_insert_error", "500 Internal Server Error"));
  CHECK(error_of(shop.driver()->create(spec, kPatience)) == Errc::unreachable);
  CHECK(shop.count(kCreate) == 3);
}

TEST_CASE("Hostile shop: an account that was not made as asked is not called made", "[targets]") {
  FakeShop shop;
  const Secret password = Secret::copy_of("Correct-Horse.9");
  const AccountSpec spec{sample_account(), driver_contract::kEnd, &password, {}};
  for (const std::string& made :
       {our_user(R"(["subscriber"])"), std::string("{}"), std::string("[]")}) {
    shop.answer(kCreate, json(made, "201 Created"));
    CHECK(error_of(shop.driver()->create(spec, kPatience)) == Errc::unreachable);
  }
  shop.answer(kCreate, json(our_user(), "201 Created"));
  must(shop.driver()->create(spec, kPatience));
}

TEST_CASE("Hostile shop: a multisite network is told and the account stays disabled", "[targets]") {
  FakeShop shop;
  shop.answer(kList, listed(our_user(), 1));
  shop.answer(kChange, json(our_user("[]")));
  shop.answer(kDeletePasswords, json(R"({"deleted":true,"count":0})"));
  shop.answer(kDelete, error("rest_cannot_delete", "501 Not Implemented"));
  const auto driver = shop.driver();
  must(driver->disable(sample_account(), kPatience));
  const auto erased = driver->erase(sample_account(), kPatience);
  REQUIRE(error_of(erased) == Errc::refused);
  CHECK_THAT(erased.error().message, ContainsSubstring("multisite"));
  CHECK(error_of(driver->verify_gone(sample_account(), nullptr, kPatience)) == Errc::pending);
}

TEST_CASE("Hostile shop: a deletion that is not confirmed did not happen", "[targets]") {
  FakeShop shop;
  shop.answer(kList, listed(our_user(), 1));
  for (const std::string& answer :
       {json("{}"), json(R"({"deleted":false})"), json("[]"), http_answer("200 OK", "", "")}) {
    shop.answer(kDelete, answer);
    CHECK(error_of(shop.driver()->erase(sample_account(), kPatience)) == Errc::unreachable);
  }
  shop.answer(kDelete, error("rest_user_invalid_id", "404 Not Found"));
  must(shop.driver()->erase(sample_account(), kPatience));
  CHECK(error_of(shop.driver()->verify_gone(sample_account(), nullptr, kPatience)) ==
        Errc::pending);
}

TEST_CASE("Hostile shop: a role that stays is told and the rest of the door is shut", "[targets]") {
  FakeShop shop;
  shop.answer(kList, listed(our_user(), 1));
  shop.answer(kChange, json(our_user()));
  shop.answer(kDeletePasswords, json(R"({"deleted":true,"count":0})"));
  CHECK(error_of(shop.driver()->disable(sample_account(), kPatience)) == Errc::refused);
  CHECK(shop.count(kChange) == 2);
  CHECK(shop.count(kDeletePasswords) == 1);
}

TEST_CASE("Hostile shop: no secret is repeated in what goes wrong", "[targets]") {
  FakeShop shop;
  const Secret password = Secret::copy_of("Correct-Horse.9");
  shop.answer(kCreate, http_answer("302 Found", "Location: /wp-login.php\r\n", "open sesame"));
  const auto made =
      shop.driver()->create({sample_account(), driver_contract::kEnd, &password, {}}, kPatience);
  REQUIRE(!made);
  const std::string said = made.error().message + made.error().hint;
  CHECK(said.find("Correct-Horse") == std::string::npos);
  CHECK(said.find("sesame") == std::string::npos);
  for (const SeenRequest& each : shop.server().seen()) {
    CHECK(each.line.find("Correct-Horse") == std::string::npos);
  }
}

// --- the login page -----------------------------------------------------------------------------

targets::LoginTrial::Outcome outcome_of(long status, const std::string& body) {
  targets::HttpResponse response;
  response.status = status;
  response.body = body;
  return targets::judge_login(std::move(response), "sp0000000001").outcome;
}

TEST_CASE("Hostile shop: only WordPress's own refusal is a refused login", "[targets]") {
  using Outcome = targets::LoginTrial::Outcome;
  const std::string refusal =
      R"(<div id="login_error"> <strong>Error:</strong> The username <strong>sp0000000001</strong> )"
      R"(is not registered.<br /></div>)";
  CHECK(outcome_of(200, refusal) == Outcome::refused);
  for (const long status : {0L, 302L, 403L, 404L, 429L, 500L, 503L}) {
    CHECK(outcome_of(status, refusal) == Outcome::untold);
  }
  for (const char* page :
       {"", "<div id=\"login_error\"><strong>Error</strong>: captcha</div>",
        "<div id=\"login_error\">Too many attempts</div><strong>sp0000000001</strong>",
        "<strong>sp0000000001</strong>", "<div id=\"login_error\"><strong>sp0000000002</strong>"}) {
    CHECK(outcome_of(200, page) == Outcome::untold);
  }
}

TEST_CASE("Hostile shop: a cookie that ends a login is none", "[targets]") {
  using Outcome = targets::LoginTrial::Outcome;
  const std::map<std::string, Outcome> expected = {
      {"wordpress_logged_in_abc=ada%7C1%7Cxyz; path=/; HttpOnly", Outcome::accepted},
      {"wordpress_logged_in_abc=%20; expires=Thu, 01 Jan 1970", Outcome::untold},
      {"wordpress_test_cookie=WP%20Cookie%20check", Outcome::untold},
      {"other=wordpress_logged_in_abc", Outcome::untold},
      {"wordpress_abc=ada%7C1%7Cxyz", Outcome::untold}};
  for (const auto& [line, outcome] : expected) {
    CAPTURE(line);
    targets::HttpResponse response;
    response.status = 302;
    response.cookies.push_back(Secret::copy_of(line));
    const auto trial = targets::judge_login(std::move(response), "sp0000000001");
    CHECK(trial.outcome == outcome);
  }
}

}  // namespace
}  // namespace stagepass::tests
