// Webhooks of the program itself, to a server that this test is.
#include "stage.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <support/catch.hpp>
#include <support/http_server.hpp>
#include <support/temp_dir.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {
namespace {

using Client = HttpServer::Client;

/// A vault with one receiver, whose manners a test chooses.
class WebhookStage {
 public:
  using Manners = std::function<void(const Client&)>;

  WebhookStage() {
    play("stagepass init");
    play("stagepass target add files command program=$FAKE_TARGET state=$HERE/state");
    play(fmt::format(R"(sh 'printf "[[notice]]\nwebhook = \"{}/hook?token=SESAME\"\n" >{}')",
                     server_.url(), "vault/policy.toml"));
  }

  void play(const std::string& line) { stage_.play_line(line); }

  void answer_with(Manners manners) {
    const std::lock_guard lock(mutex_);
    manners_ = std::move(manners);
  }

  [[nodiscard]] const ProgramOutcome& last() const { return stage_.last(); }
  [[nodiscard]] std::vector<SeenRequest> seen() const { return server_.seen(); }

  static void good(const Client& client) {
    static_cast<void>(client.send(http_answer("200 OK", "", "{}")));
  }

 private:
  void answer(const Client& client) {
    Manners manners;
    {
      const std::lock_guard lock(mutex_);
      manners = manners_;
    }
    manners(client);
  }

  std::mutex mutex_;
  Manners manners_ = &WebhookStage::good;
  HttpServer server_{
      [this](const SeenRequest& /*request*/, const Client& client) { answer(client); }};
  Stage stage_{{STAGEPASS_PROGRAM, FAKE_TARGET_PROGRAM}};
};

std::string header_of(const SeenRequest& request, const std::string& name) {
  const std::string before = "\r\n" + name + ": ";
  const std::size_t at = request.text.find(before);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + before.size();
  return request.text.substr(begin, request.text.find("\r\n", begin) - begin);
}

bool is_about(const SeenRequest& request, const std::string& event) {
  return request.body.find(R"("event":")" + event + '"') != std::string::npos;
}

TEST_CASE_METHOD(WebhookStage, "Webhook: openssl verifies it with the key that keys show prints") {
  play("stagepass grant files --case C-1 --to ana --for 8h");
  REQUIRE(seen().size() == 1);
  const SeenRequest request = seen().front();
  CHECK(is_about(request, "grant"));
  const TempDir folder;
  const std::string here = folder.path().string();
  std::ofstream(folder.path() / "message")
      << header_of(request, "webhook-id") << '.' << header_of(request, "webhook-timestamp") << '.'
      << request.body;
  std::ofstream(folder.path() / "header") << header_of(request, "webhook-signature") << '\n';
  play(fmt::format(R"(sh 'cd {}; sed "s/^v1a,//" header | base64 -d >signature')", here));
  play(fmt::format(
      R"(sh 'key=$(stagepass keys show 2>&1 | grep -o "whpk_.*"); cd {}; {{ printf "0*0\005\006\003+ep\003!\000"; echo "${{key#whpk_}}" | base64 -d; }} >key.der')",
      here));
  std::ofstream(folder.path() / "body") << request.body;
  const auto verified = [&](const std::string& id) {
    return fmt::format(
        "stagepass notice verify {}/body --id {} --timestamp {} --signature '{}' --key {}/key",
        here, id, header_of(request, "webhook-timestamp"), header_of(request, "webhook-signature"),
        here);
  };
  play(fmt::format("sh 'stagepass keys show >{}/key'", here));
  play(verified(header_of(request, "webhook-id")));
  CHECK(last().standard_error.find("genuine: signed by stagepass/") != std::string::npos);
  play("! " + verified("msg_other"));
  play("exit 13");
  const std::string verify =
      "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key.der -in message -sigfile "
      "signature";
  play(fmt::format("sh 'cd {}; {}'", here, verify));
  CHECK(last().standard_output.find("Verified Successfully") != std::string::npos);
  play(fmt::format("! sh 'cd {}; echo >>message; {}'", here, verify));
}

TEST_CASE_METHOD(WebhookStage,
                 "Webhook: whatever a receiver does purge ends the grant and exits with 0") {
  const std::vector<std::pair<std::string, Manners>> manners = {
      {"500",
       [](const Client& client) {
         static_cast<void>(client.send(http_answer("500 Oops", "", "")));
       }},
      {"redirect",
       [](const Client& client) {
         static_cast<void>(
             client.send(http_answer("302 Found", "Location: http://127.0.0.1:1/\r\n", "")));
       }},
      {"never answers", [](const Client& client) { static_cast<void>(client.stays(20'000)); }},
      {"never ends",
       [](const Client& client) {
         static_cast<void>(client.send("HTTP/1.1 200 OK\r\n\r\n"));
         while (client.send(std::string(4096, 'x'))) {
         }
       }},
      {"breaks off", [](const Client& client) { static_cast<void>(client.send("HTTP/1.1 2")); }}};
  for (const auto& [name, each] : manners) {
    INFO(name);
    answer_with(&WebhookStage::good);
    play("stagepass purge");
    play("stagepass grant files --case C-1 --to ana --for 1h");
    answer_with(each);
    play("advance 1h");
    const auto start = std::chrono::steady_clock::now();
    play("stagepass purge");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(12));
    CHECK(last().standard_error.find("was not taken") != std::string::npos);
    CHECK(last().standard_error.find("SESAME") == std::string::npos);
    play("target state absent");
    play("stagepass purge");
    CHECK(last().standard_error.empty());
  }
  play("! content vault/notices.json SESAME");
  play("! content vault/vault.db SESAME");
}

TEST_CASE_METHOD(WebhookStage, "Webhook: a receiver that never answers delays no end of watch") {
  play("stagepass grant files --case C-1 --to ana --for 1h");
  play("stagepass grant files --case C-1 --to ben --for 2h");
  answer_with([](const Client& client) { static_cast<void>(client.stays(20'000)); });
  play("advance 1h");
  // Four seconds for the second end, while the delivery of the first waits for five.
  play(
      "sh 'stagepass watch 2>log & pid=$!; until grep -q \"is gone\" log; do sleep 0.05; done; "
      "sleep 0.3; echo 2030-01-01T02:00:00Z >$STAGEPASS_TEST_CLOCK; n=0; "
      "until [ $(grep -c \"is gone\" log) = 2 ] || [ $n = 80 ]; do sleep 0.05; n=$((n + 1)); done; "
      "kill -TERM $pid; wait $pid; [ $n -lt 80 ]'");
  play("target state absent");
  answer_with(&WebhookStage::good);
  play("stagepass purge");
  CHECK(last().standard_error.empty());
}

TEST_CASE_METHOD(WebhookStage, "Webhook: watch tells what it has done") {
  const TempDir folder;
  const std::string told = (folder.path() / "told").string();
  play("stagepass grant files --case C-1 --to ana --for 1h");
  play("advance 1h");
  answer_with([&](const Client& client) {
    good(client);
    std::ofstream(told) << "x";
  });
  play(
      fmt::format("sh 'stagepass watch 2>log & pid=$!; until test -e {}; do sleep 0.05; done; "
                  "kill -TERM $pid; wait $pid'",
                  told));
  play("stagepass purge");
  REQUIRE(seen().size() == 2);
  CHECK(is_about(seen().back(), "end"));
}

}  // namespace
}  // namespace stagepass::tests
