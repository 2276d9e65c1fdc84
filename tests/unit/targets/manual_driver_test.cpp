// A target that a person keeps. Of the promises in tests/support/driver_contract.hpp it cannot keep
// those that need a look at the target: nobody can say that an account is absent, ours or foreign,
// shut a door, end a session, list, or tell a target that is down from one that is not. What takes
// their place is tried here: it says so each time, and never says "gone".
#include "targets/manual/manual_settings.hpp"

#include <stagepass/ports/manual_target.hpp>
#include <stagepass/system/posix_process.hpp>
#include <stagepass/targets/registry.hpp>

#include <fmt/core.h>

#include <map>
#include <memory>
#include <string>
#include <support/catch.hpp>
#include <support/driver_contract.hpp>
#include <support/fake_clock.hpp>
#include <support/http_server.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using driver_contract::kEnd;
using driver_contract::kPatience;
using driver_contract::sample_account;
using driver_contract::sample_password;
using targets::ManualSettings;
using Given = std::map<std::string, std::string>;

Target target_with(const Given& settings) {
  Target target{.name = must(TargetName::parse("panel")), .driver = "manual"};
  target.settings = {{"url", "https://panel.example/users?tab=1"}};
  for (const auto& [key, value] : settings) {
    target.settings[key] = value;
  }
  return target;
}

Result<ManualSettings> parse(const Given& settings) {
  return targets::parse_manual_settings(target_with(settings));
}

class Made final {
 public:
  explicit Made(const Given& settings)
      : driver_(must(targets::make_driver_factory({process_, clock_, random_, ""})
                         ->make(target_with(settings), {}))) {}
  TargetDriver* operator->() { return driver_.get(); }
  ManualTarget& manual() { return *manual_target(*driver_); }

 private:
  system::PosixProcess process_;
  FakeClock clock_;
  SeededRandom random_;
  std::unique_ptr<TargetDriver> driver_;
};

/// A WordPress login page: knows one user, or answers something else altogether.
class LoginServer final {
 public:
  std::string user;  ///< who is let in; empty: nobody
  std::string answer;
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::size_t tries() const { return server_.seen().size(); }

 private:
  std::string judge(const SeenRequest& request) const {
    if (!answer.empty()) {
      return answer;
    }
    const std::string name = request.body.substr(4, request.body.find('&') - 4);
    return name == user
               ? http_answer("302 Found",
                             "Location: /wp-admin/\r\nSet-Cookie: "
                             "wordpress_logged_in_0123=sp%7C1%7Cabcdef; path=/\r\n",
                             "")
               : http_answer(
                     "200 OK", "Content-Type: text/html\r\n",
                     fmt::format(R"(<div id="login_error">Unknown <strong>{}</strong>.</div>)",
                                 name));
  }

  HttpServer server_{[this](const SeenRequest& request, const HttpServer::Client& client) {
    static_cast<void>(client.send(judge(request)));
  }};
};

TEST_CASE("Manual: whatever it is asked, it never says that an account is gone", "[targets]") {
  Made driver({});
  const AccountRef account = sample_account();
  const Secret password = sample_password();
  for (int turn = 0; turn < 2; ++turn) {  // also before it was made
    CHECK(error_of(driver->probe(account, kPatience)) == Errc::pending);
    CHECK(error_of(driver->disable(account, kPatience)) == Errc::pending);
    CHECK(error_of(driver->end_sessions(account, kPatience)) == Errc::pending);
    CHECK(error_of(driver->erase(account, kPatience)) == Errc::pending);
    CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
    CHECK(error_of(driver->verify_gone(account, nullptr, kPatience)) == Errc::pending);
    must(driver->create({account, kEnd, &password, std::nullopt}, kPatience));
    must(driver->set_end(account, kEnd, kPatience));
  }
  CHECK(error_of(driver->list_marked(kPatience)) == Errc::invalid_argument);
  CHECK(error_of(driver->open_session(account, password, kPatience)) == Errc::invalid_argument);
}

TEST_CASE("Manual: an account that is made by hand needs a password", "[targets]") {
  Made driver({});
  CHECK(error_of(driver->create({sample_account(), kEnd, nullptr, std::nullopt}, kPatience)) ==
        Errc::invalid_argument);
}

TEST_CASE("Manual: people are told where, and the specialist only the address", "[targets]") {
  Made driver(Given{{"note", "menu Users"}});
  CHECK(driver.manual().where() == "https://panel.example/users?tab=1 (menu Users)");
  CHECK(driver->access_details(sample_account().user_name).front().second ==
        "https://panel.example/users?tab=1");
  CHECK_FALSE(driver.manual().has_login());
  CHECK(must(driver.manual().check_login(sample_account().user_name, sample_password(),
                                         kPatience)) == LoginCheck::not_tried);
}

TEST_CASE("Manual: only WordPress's own refusal counts as one", "[targets]") {
  LoginServer server;
  Made driver(Given{{"login", server.url()}});
  ManualTarget& manual = driver.manual();
  const UserName user = sample_account().user_name;
  REQUIRE(manual.has_login());

  CHECK(must(manual.check_login(user, sample_password(), kPatience)) == LoginCheck::refused);
  CHECK(server.tries() == 1);
  server.user = user.str();
  CHECK(error_of(manual.check_login(user, sample_password(), kPatience)) == Errc::pending);
  for (const std::string& answer :
       {http_answer("200 OK", "Content-Type: text/html\r\n", "please solve this captcha"),
        http_answer("200 OK", "Content-Type: text/html\r\n",
                    R"(<div id="login_error">Too many failed attempts.</div>)"),
        http_answer("403 Forbidden", "", "no"), http_answer("500 Oops", "", ""),
        http_answer("302 Found", "Location: https://elsewhere.example/\r\n", "")}) {
    server.answer = answer;
    CHECK(error_of(manual.check_login(user, sample_password(), kPatience)) == Errc::unreachable);
  }
}

TEST_CASE("Manual: a login that lets everybody in is told before the target is added",
          "[targets]") {
  LoginServer server;
  Made driver(Given{{"login", server.url()}});
  const auto ready = must(driver->check(kPatience));
  REQUIRE(ready.size() == 2);
  CHECK(ready[1].kind == Finding::Kind::good);
  server.answer = http_answer("302 Found",
                              "Location: /wp-admin/\r\nSet-Cookie: "
                              "wordpress_logged_in_0123=sp%7C1%7Cabcdef; path=/\r\n",
                              "");
  CHECK(must(driver->check(kPatience)).at(1).kind == Finding::Kind::problem);
  server.answer = http_answer("404 Not Found", "", "");
  CHECK(error_of(driver->check(kPatience)) == Errc::unreachable);
}

TEST_CASE("Manual settings: an address, a note, and perhaps a login", "[targets]") {
  const std::string key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
  const auto settings = must(parse({{"login", "ssh://shop.example:2222"}, {"host_key", key}}));
  const auto& server = std::get<targets::SshServer>(settings.login);
  CHECK(server.address == "shop.example");
  CHECK(server.port == 2222);
  CHECK(server.host_keys.size() == 1);
  CHECK(std::get<targets::SshServer>(must(parse({{"login", "ssh://shop.example"}})).login).port ==
        22);
  CHECK(std::get<targets::LoginPageAddress>(must(parse({{"login", "https://s.example/w"}})).login)
            .url.str() == "https://s.example/w");
  for (const char* url : {"sftp://files.example", "ssh://h.example:2222"}) {
    CHECK(must(parse({{"url", url}})).url == url);
  }
}

TEST_CASE("Manual settings: what cannot be right is refused", "[targets]") {
  for (const Given& wrong :
       {Given{{"url", "panel.example"}}, Given{{"url", "https://"}},
        Given{{"url", "http://p.example"}}, Given{{"url", "https://ana:secret@p.example"}},
        Given{{"url", "https://p.example/\x1b[2J"}}, Given{{"url", "https://p.example/a b"}},
        Given{{"url", "https://" + std::string(300, 'a')}}, Given{{"note", std::string(501, 'a')}},
        Given{{"login", "telnet://p.example"}}, Given{{"login", "ssh://"}},
        Given{{"login", "ssh://root@p.example"}}, Given{{"login", "ssh://p.example:0"}},
        Given{{"host_key", "ssh-ed25519 AAAA"}},
        Given{{"login", "ssh://p.example"}, {"host_key", "x"}},
        Given{{"login", "ssh://p.example"}, {"ca_file", "/etc/ca.pem"}},
        Given{{"login", "https://p.example"}, {"ca_file", "ca.pem"}}, Given{{"colour", "blue"}}}) {
    CAPTURE(wrong.begin()->first, wrong.begin()->second);
    CHECK(error_of(parse(wrong)) == Errc::invalid_argument);
  }
  for (const Given& forbidden :
       {Given{{"url", "ftp://p.example"}}, Given{{"login", "http://p.example"}},
        Given{{"login", "ssh://p.example:21"}}, Given{{"login", "ftp://p.example"}}}) {
    CAPTURE(forbidden.begin()->second);
    CHECK(error_of(parse(forbidden)) == Errc::policy);
  }
  const auto refused = parse({{"url", "https://ana:hunter2@p.example"}});
  REQUIRE(!refused);
  CHECK_THAT(refused.error().message, !ContainsSubstring("hunter2"));
}

}  // namespace
}  // namespace stagepass::tests
