// What counts as a refused login, and what does not.
#include "shop_fixture.hpp"

#include <support/http_server.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

/// The proof of an account that is gone, with a back office that answers as it is told to.
Result<GoneProof> proof_with(ShopFixture& world, const std::string& status,
                             const std::string& headers, const std::string& body) {
  const HttpServer server([&](const SeenRequest&, const HttpServer::Client& client) {
    static_cast<void>(client.send(http_answer(status, headers, body)));
  });
  const auto driver = world.driver({{"url", server.url()}});
  return driver->verify_gone(world.new_ref(), &world.password(), kTimeout);
}

TEST_CASE("Shop login: another page, a captcha or an error is no refusal") {
  for (const ShopKind& kind : one_of_each()) {
    INFO(kind.name);
    ShopFixture world(kind);
    for (const std::string body : {"", "<html>Solve this captcha</html>", "{}", "[]", "null", "{",
                                   R"({"redirect": 7})", R"({"hasErrors": "no"})"}) {
      INFO(body);
      CHECK(must(proof_with(world, "200 OK", "", body)).login == LoginCheck::not_tried);
    }
    CHECK(must(proof_with(world, "403 Forbidden", "", "no")).login == LoginCheck::not_tried);
    CHECK(must(proof_with(world, "500 Error", "", R"({"error":"x","hasErrors":true})")).login ==
          LoginCheck::not_tried);
    CHECK(must(proof_with(world, "302 Found", "Location: https://elsewhere.example/\r\n", ""))
              .login == LoginCheck::not_tried);
  }
}

TEST_CASE("Shop login: a back office that does not answer leaves the proof open") {
  for (const ShopKind& kind : one_of_each()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const auto driver = world.driver({{"url", "http://127.0.0.1:" + std::to_string(free_port())}});
    CHECK(error_of(driver->verify_gone(world.new_ref(), &world.password(), kTimeout)) ==
          Errc::unreachable);
  }
}

TEST_CASE("Shop login: one that still works is not gone") {
  const std::map<std::string, std::string> yes = {
      {"opencart3",
       "HTTP/1.1 302 Found\r\nLocation: "
       "http://shop/index.php?route=common/dashboard&user_token=abc\r\n"
       "Content-Length: 0\r\n\r\n"},
      {"opencart4",
       http_answer("200 OK", "",
                   R"({"redirect":"http://shop/?route=common/dashboard&user_token=abc"})")},
      {"prestashop", http_answer("200 OK", "Set-Cookie: PrestaShop-1=abc\r\n",
                                 R"({"hasErrors":false,"redirect":"index.php"})")}};
  for (const ShopKind& kind : one_of_each()) {
    if (!yes.contains(kind.back_office)) {
      continue;
    }
    INFO(kind.name);
    ShopFixture world(kind);
    const HttpServer server([&](const SeenRequest& seen, const HttpServer::Client& client) {
      const std::string token = kind.back_office == "opencart4" ? ".login&login_token=x1" : "";
      const std::string page = http_answer(
          "200 OK", "",
          R"(<form action="index.php?route=common/login)" + token + R"("><input name="password">)");
      static_cast<void>(client.send(seen.is("POST") ? yes.at(kind.back_office) : page));
    });
    const auto driver = world.driver({{"url", server.url()}});
    CHECK(error_of(driver->verify_gone(world.new_ref(), &world.password(), kTimeout)) ==
          Errc::pending);
  }
}

TEST_CASE("Shop login: the password goes into the body of one request and nowhere else") {
  for (const ShopKind& kind : one_of_each()) {
    INFO(kind.name);
    ShopFixture world(kind);
    const std::string page =
        R"(<form action="index.php?route=common/login" id="login-form">)"
        R"(<input name="form_key" type="hidden" value="abc" />)"
        R"(<input name="password" type="password"><input name="login[password]">)";
    HttpServer server([&](const SeenRequest&, const HttpServer::Client& client) {
      static_cast<void>(client.send(http_answer("200 OK", "", page)));
    });
    const auto driver = world.driver({{"url", server.url()}});
    must(driver->verify_gone(world.new_ref(), &world.password(), kTimeout));
    std::size_t tries = 0;
    for (const SeenRequest& each : server.seen()) {
      CHECK_THAT(each.line, !ContainsSubstring("Horse"));
      tries += each.body.find("Horse") == std::string::npos ? 0 : 1;
    }
    CHECK(tries == 1);
  }
}

}  // namespace
}  // namespace stagepass::tests
