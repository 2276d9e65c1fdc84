#include "notices_fixture.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/target_audit.hpp>

#include <support/catch.hpp>
#include <support/http_server.hpp>

namespace stagepass::tests {
namespace {

/// A life with everything that can be told, and what must be nowhere in what leaves.
class Leaks : public NoticesFixture {
 public:
  void live() {
    const auto grant = granted({"files", "shop"}, Ttl(8h));
    note_needles(grant);
    retrieve(grant);
    clock.advance(7h);
    tell();
    files().set_residue(grant.accounts.front().user_name.str(), {"RESIDUE of somebody"});
    shop().set_down(true);
    clock.advance(2h);
    purge();
    tell();
    files().set_residue(grant.accounts.front().user_name.str(), {});
    shop().heal();
    clock.advance(2h);
    purge();
    const auto missing = granted({"files"});
    note_needles(missing);
    files().remove(missing.accounts.front().user_name.str());
    must(service::audit_target(workspace, target_name("files"), {clock.now() + 1h, 24h, {}}));
    tell();
  }

  [[nodiscard]] std::string all_that_left() const {
    std::string all = content("got") + content("arguments") + content("environment");
    for (const SeenRequest& request : server_.seen()) {
      all += request.text;
    }
    return all;
  }

  [[nodiscard]] const std::vector<std::string>& needles() const { return needles_; }

 private:
  void note_needles(const GrantWithAccounts& grant) {
    for (const Account& account : grant.accounts) {
      needles_.push_back(account.user_name.str());
      needles_.push_back(account.marker);
      needles_.push_back(account.id.str());
      const Secret password = password_of(account);
      needles_.emplace_back(password.reveal_text());
    }
  }

  void tell() {
    const NoticeRule mail{.way = policy::MailNotice{"shop@example.com", program_}};
    const NoticeRule webhook{
        .way = policy::WebhookNotice{must(http::parse_http_endpoint(server_.url()))}};
    CHECK(pass({to_command(), mail, webhook}).remarks.empty());
  }

  std::string program_ = write_program("sendmail", kRecorder);
  HttpServer server_{[](const auto& /*request*/, const HttpServer::Client& client) {
    static_cast<void>(client.send(http_answer("200 OK", "", "")));
  }};
  std::vector<std::string> needles_ = {"fake.example", "fake target", "RESIDUE"};
};

TEST_CASE_METHOD(Leaks, "Notices: no user name nor password nor mark nor word of a target leaves") {
  live();
  const std::string all = all_that_left();
  for (const char* kind : {"grant", "retrieve", "near-end", "end", "failure"}) {
    INFO(kind);
    CHECK(all.find("\"event\":\"" + std::string(kind) + "\"") != std::string::npos);
    CHECK(all.find("event: " + std::string(kind) + "\n") != std::string::npos);
  }
  CHECK(needles().size() == 3 + 3 * 4);
  for (const std::string& needle : needles()) {
    INFO(needle);
    CHECK(all.find(needle) == std::string::npos);
  }
  const std::string key = to_hex(file_key.bytes.reveal());
  CHECK(all.find(key) == std::string::npos);
}

}  // namespace
}  // namespace stagepass::tests
