#include "notices_fixture.hpp"

#include <stagepass/core/base64.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <chrono>
#include <support/catch.hpp>
#include <support/http_server.hpp>
#include <support/tls_server.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Client = HttpServer::Client;
using Kinds = std::vector<std::string>;

std::string header_of(const SeenRequest& request, const std::string& name) {
  const std::size_t at = request.text.find("\r\n" + name + ": ");
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t begin = at + name.size() + 4;
  return request.text.substr(begin, request.text.find("\r\n", begin) - begin);
}

void answer_well(const SeenRequest& /*request*/, const Client& client) {
  static_cast<void>(client.send(http_answer("204 No Content", "", "")));
}

NoticeRule to_server(const HttpServer& server, const std::string& path = "/hook?token=SESAME") {
  return {.way = policy::WebhookNotice{must(http::parse_http_endpoint(server.url() + path))}};
}

/// One pass with a server that misbehaves; says what was remarked, and checks that it does not take long.
class Misbehaving : public NoticesFixture {
 public:
  std::string remark_on(HttpServer::Answer answer) {
    HttpServer server(std::move(answer));
    granted({"files"});
    const auto start = std::chrono::steady_clock::now();
    const auto report =
        pass({to_server(server)}, {std::chrono::seconds(1), std::chrono::seconds(1)});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
    CHECK(server.seen().size() == 1);
    CHECK(report.delivered == 0);
    return report.remarks.size() == 1 ? report.remarks.front() : "no remark";
  }
};

TEST_CASE_METHOD(NoticesFixture,
                 "Webhook: an event is a POST to its path with the headers of Standard Webhooks") {
  HttpServer server(answer_well);
  const auto grant = granted({"files"});
  CHECK(pass({to_server(server)}).delivered == 1);
  const auto seen = server.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].line == "POST /hook?token=SESAME HTTP/1.1");
  CHECK(header_of(seen[0], "Content-Type") == "application/json");
  const auto body = nlohmann::json::parse(seen[0].body);
  CHECK(body.at("event") == "grant");
  CHECK(body.at("grant") == grant.grant.id.str());
  CHECK(body.at("id") == header_of(seen[0], "webhook-id"));
  CHECK(header_of(seen[0], "webhook-timestamp") ==
        std::to_string(clock.now().time_since_epoch().count()));
}

TEST_CASE_METHOD(NoticesFixture,
                 "Webhook: the signature verifies with the vault's public key alone") {
  HttpServer server(answer_well);
  granted({"files"});
  pass({to_server(server)});
  const SeenRequest seen = server.seen().at(0);
  const std::string header = header_of(seen, "webhook-signature");
  REQUIRE(header.starts_with("v1a,"));
  const auto signature = from_base64(header.substr(4));
  REQUIRE(signature);
  REQUIRE(signature->size() == crypto_sign_BYTES);
  const auto verifies = [&](const std::string& text) {
    return ::crypto_sign_verify_detached(signature->data(),
                                         reinterpret_cast<const unsigned char*>(text.data()),
                                         text.size(), vault.verifier_key().public_key.data()) == 0;
  };
  const std::string id = header_of(seen, "webhook-id");
  const std::string timestamp = header_of(seen, "webhook-timestamp");
  CHECK(verifies(fmt::format("{}.{}.{}", id, timestamp, seen.body)));
  CHECK_FALSE(verifies(fmt::format("{}.{}.{} ", id, timestamp, seen.body)));
  CHECK_FALSE(verifies(fmt::format("{}.1{}.{}", id, timestamp, seen.body)));
  CHECK_FALSE(verifies(seen.body));
}

TEST_CASE_METHOD(NoticesFixture,
                 "Webhook: a certificate is verified against the file that the policy names") {
  const TlsServer server;
  granted({"files"});
  policy::WebhookNotice webhook{must(http::parse_http_endpoint(server.url() + "/hook"))};
  const bool is_named = GENERATE(false, true);
  if (is_named) {
    webhook.ca_file = server.certificate();
  }
  const auto report =
      pass({NoticeRule{.way = webhook}}, {std::chrono::seconds(1), std::chrono::seconds(1)});
  CHECK(report.delivered == 0);
  REQUIRE(report.remarks.size() == 1);
  // That server answers no POST: that it was waited for says that its certificate was accepted.
  CHECK_THAT(report.remarks.front(),
             ContainsSubstring(is_named ? "did not answer in time" : "could not be verified"));
}

TEST_CASE_METHOD(Misbehaving, "Webhook: an answer of 500 is no delivery") {
  const std::string remark = remark_on([](const auto& /*request*/, const Client& client) {
    static_cast<void>(client.send(http_answer("500 Oops", "", "SESAME")));
  });
  CHECK_THAT(remark, ContainsSubstring("answered 500; purge tries it again"));
  CHECK_THAT(remark, !ContainsSubstring("SESAME"));
}

TEST_CASE_METHOD(Misbehaving, "Webhook: a redirect is not followed") {
  HttpServer other(answer_well);
  const std::string remark = remark_on([&](const auto& /*request*/, const Client& client) {
    static_cast<void>(client.send(
        http_answer("307 Temporary Redirect", "Location: " + other.url() + "/\r\n", "")));
  });
  CHECK_THAT(remark, ContainsSubstring("answered 307, and no redirect is followed"));
  CHECK(other.seen().empty());
}

TEST_CASE_METHOD(Misbehaving,
                 "Webhook: one that accepts and never answers is left after its time") {
  const std::string remark = remark_on([](const auto& /*request*/, const Client& client) {
    static_cast<void>(client.stays(10'000));
  });
  CHECK_THAT(remark, ContainsSubstring("did not answer in time"));
  CHECK_THAT(remark, !ContainsSubstring("SESAME"));
}

TEST_CASE_METHOD(Misbehaving, "Webhook: an answer without an end is cut off") {
  const std::string remark = remark_on([](const auto& /*request*/, const Client& client) {
    static_cast<void>(client.send("HTTP/1.1 200 OK\r\n\r\n"));
    while (client.send(std::string(16384, 'x'))) {
    }
  });
  CHECK_THAT(remark, ContainsSubstring("the answer is longer than 65536 bytes"));
}

TEST_CASE_METHOD(NoticesFixture, "Webhook: a server that is down is told of by its name alone") {
  std::string url;
  {
    const HttpServer server(answer_well);
    url = server.url();
  }
  granted({"files"});
  const auto report =
      pass({{.way = policy::WebhookNotice{must(http::parse_http_endpoint(url + "/hook/SESAME"))}}});
  REQUIRE(report.remarks.size() == 1);
  CHECK_THAT(report.remarks.front(), ContainsSubstring("the notice to webhook " + url + " was"));
  CHECK_THAT(report.remarks.front(), !ContainsSubstring("SESAME"));
  CHECK_THAT(content("notices.json"), !ContainsSubstring("SESAME"));
}

TEST_CASE_METHOD(NoticesFixture, "Webhook: the time of the signature is that of the attempt") {
  HttpServer server([](const auto& /*request*/, const Client& client) {
    static_cast<void>(client.send(http_answer("503 Later", "", "")));
  });
  granted({"files"});
  pass({to_server(server)});
  clock.advance(1h);
  pass({to_server(server)});
  const auto seen = server.seen();
  REQUIRE(seen.size() == 2);
  CHECK(header_of(seen[0], "webhook-id") == header_of(seen[1], "webhook-id"));
  CHECK(seen[0].body == seen[1].body);
  CHECK(std::stoll(header_of(seen[1], "webhook-timestamp")) -
            std::stoll(header_of(seen[0], "webhook-timestamp")) ==
        3600);
}

}  // namespace
}  // namespace stagepass::tests
