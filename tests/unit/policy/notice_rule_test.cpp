#include "refusal.hpp"

#include <stagepass/policy/policy_file.hpp>

#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::policy {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;
using tests::must;

Result<PolicyFile> read(std::string_view text) {
  return parse_policy_file(text, "p.toml", {{}, {{"standard", 139.8}}});
}

std::vector<NoticeRule> notices(std::string_view text) {
  return must(read(text)).notices;
}

void check_refused(std::string_view text, const std::string& message, const std::string& hint) {
  INFO(text);
  tests::check_refusal(read(text), message, hint);
}

TEST_CASE("Notices in the policy: a file without them has none") {
  CHECK(notices("").empty());
  CHECK(notices(example()).empty());
}

TEST_CASE("Notices in the policy: every rule reaches its notice") {
  const auto read = notices(
      "[[notice]]\non=['end','near-end']\nwebhook='https://chat.example/h?key=a%2Fb&token=c'\n"
      "ca_file='/etc/ssl/ca.pem'\nnear_end='30m'\n"
      "[[notice]]\ncommand='/usr/local/bin/tell-us'\n"
      "[[notice]]\non=['failure']\nmail='shop+x@mail.example.com'\nsendmail='/opt/sendmail'\n");
  REQUIRE(read.size() == 3);
  const auto& webhook = std::get<WebhookNotice>(read[0].way);
  CHECK(webhook.to.server.str() == "https://chat.example");
  CHECK(webhook.to.path == "/h?key=a%2Fb&token=c");
  CHECK(webhook.ca_file == "/etc/ssl/ca.pem");
  CHECK(read[0].near_end == 30min);
  CHECK(read[0].on == std::vector<NoticeEvent>{NoticeEvent::end, NoticeEvent::near_end});
  CHECK(std::get<CommandNotice>(read[1].way).program == "/usr/local/bin/tell-us");
  CHECK(read[1].on.size() == 6);
  CHECK(read[1].near_end == 1h);
  CHECK(std::get<MailNotice>(read[2].way).address == "shop+x@mail.example.com");
  CHECK(std::get<MailNotice>(read[2].way).sendmail == "/opt/sendmail");
  CHECK(std::get<MailNotice>(notices("[[notice]]\nmail='a@b.de'\n")[0].way).sendmail ==
        "/usr/sbin/sendmail");
}

TEST_CASE("Notices in the policy: each has its line") {
  const PolicyFile file = must(read("\n[[notice]]\nmail='a@b.de'\n[[notice]]\nmail='b@b.de'\n"));
  CHECK(origin_of(file.policy, "notice.1") == "p.toml:2");
  CHECK(origin_of(file.policy, "notice.2") == "p.toml:4");
}

TEST_CASE("Notices in the policy: what is no notice is refused with its place") {
  check_refused("notice = 'x'\n", "line 1, column 10: notice is not a list of tables",
                "[[notice]]");
  check_refused("[notice]\nmail='a@b.de'\n", "notice is not a list of tables", "");
  check_refused("[[notice]]\n", "line 1, column 1: a notice has one of webhook, command and mail",
                "its own");
  check_refused("[[notice]]\nmail='a@b.de'\ncommand='/x'\n", "a notice has one of", "");
  check_refused("[[notice]]\nwebhok='https://x.example'\n",
                "line 2, column 1: there is no rule of notice \"webhok\"", "\"webhook\"");
  check_refused("[[notice]]\nmail='a@b.de'\non=['end','ends']\n",
                "line 3, column 11: there is no event \"ends\"", "\"end\"");
  check_refused("[[notice]]\nmail='a@b.de'\non=[]\n", "notice.on allows nothing at all", "");
  check_refused("[[notice]]\nmail='a@b.de'\non=['end','end']\n", "twice", "");
  check_refused("[[notice]]\nmail='a@b.de'\nca_file='/x'\n",
                "line 3, column 9: notice.ca_file belongs to a notice by webhook", "");
  check_refused("[[notice]]\ncommand='/x'\nsendmail='/x'\n", "belongs to a notice by mail", "");
  check_refused("[[notice]]\nmail='a@b.de'\nnear_end='30s'\n", "notice.near_end cannot be 30s",
                "1m to 5w");
  check_refused("[[notice]]\nmail='a@b.de'\nnear_end='6w'\n", "cannot be", "");
  check_refused("[[notice]]\nmail='a@b.de'\non=['end']\nnear_end='1h'\n",
                "belongs to a notice on near-end", "");
}

TEST_CASE("Notices in the policy: two to one place are refused") {
  check_refused("[[notice]]\nmail='a@b.de'\non=['end']\n[[notice]]\nmail='a@b.de'\non=['grant']\n",
                "line 4, column 1: another notice goes to mail a@b.de already", "one of them");
  const std::string two =
      "[[notice]]\nwebhook='https://x.example/SESAME'\n[[notice]]\nwebhook='https://x.example/";
  CHECK(read(two + "other'\n"));
  const auto refused = read(two + "SESAME'\n");
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, !ContainsSubstring("SESAME"));
}

TEST_CASE("Notices in the policy: a webhook is https and none of its messages shows its path") {
  check_refused("[[notice]]\nwebhook='http://chat.example/SESAME'\n",
                "line 2, column 9: notice.webhook: http://chat.example would send", "https");
  check_refused("[[notice]]\nwebhook='https://ana:pw@chat.example/'\n",
                "must not contain a user name", "");
  check_refused("[[notice]]\nwebhook='ftp://chat.example/'\n", "plain FTP", "");
  check_refused("[[notice]]\nwebhook='chat.example'\n", "must begin with https://", "");
  check_refused("[[notice]]\nwebhook='https://169.254.169.254/latest'\n", "", "");
  check_refused("[[notice]]\nwebhook=1\n", "notice.webhook is not a text", "quotes");
  for (const char* path : {"/SESAME#x", "/SESAME x", "/SESAME\\n", "/SESAME\\r\\nHost: x",
                           "/SESAME\xc3\xa4", "/SESAME\\\"", "/SESAME<>"}) {
    const auto refused = read(fmt::format("[[notice]]\nwebhook=\"https://c.example{}\"\n", path));
    INFO(path);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, !ContainsSubstring("SESAME"));
    CHECK_THAT(refused.error().hint, !ContainsSubstring("SESAME"));
  }
  CHECK(notices("[[notice]]\nwebhook='http://127.0.0.1:8080/x'\n").size() == 1);
}

TEST_CASE(
    "Notices in the policy: an address is one address and nothing that a mail program reads more "
    "into") {
  for (const char* address : {"",
                              "shop",
                              "@example.com",
                              "shop@",
                              "a@b@c",
                              "a b@example.com",
                              "a@example.com,b@x.de",
                              "a@example.com\\nBcc: b@x.de",
                              "a@example.com\\r",
                              "-oQ/tmp@example.com",
                              "a@-x.de",
                              "a@x..de",
                              ".a@x.de",
                              "a.@x.de",
                              "a@x.de.",
                              "<a@x.de>",
                              R"(\"a\"@x.de)",
                              "|x@x.de",
                              "/var/x@x.de",
                              "a@x.de\\u0000",
                              "\xc3\xa4@x.de",
                              ":include:@x.de"}) {
    check_refused(fmt::format("[[notice]]\nmail=\"{}\"\n", address),
                  "line 2, column 6: notice.mail: ", "one address alone");
  }
  check_refused(fmt::format("[[notice]]\nmail='a@{}.de'\n", std::string(250, 'x')), "is no address",
                "");
}

TEST_CASE("Notices in the policy: a program is an absolute path without arguments") {
  for (const char* path : {"", "tell", "./tell", "~/tell", "/usr/bin/", "/usr/bin/tell\\n"}) {
    check_refused(fmt::format("[[notice]]\ncommand=\"{}\"\n", path), "is no absolute path",
                  "no arguments");
    check_refused(fmt::format("[[notice]]\nmail='a@b.de'\nsendmail=\"{}\"\n", path),
                  "is no absolute path", "");
    check_refused(fmt::format("[[notice]]\nwebhook='https://x.de'\nca_file=\"{}\"\n", path),
                  "is no absolute path", "");
  }
}

TEST_CASE("Notices in the policy: a destination is shown without what may be a token") {
  const auto read = notices("[[notice]]\nwebhook='https://chat.example:8443/SESAME'\n");
  CHECK(name_of(read[0]) == "webhook https://chat.example:8443");
  CHECK(destination_of(read[0]) == "webhook https://chat.example:8443/SESAME");
}

}  // namespace
}  // namespace stagepass::policy
