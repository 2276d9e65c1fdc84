#include <stagepass/handoff/document.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

using handoff::Document;
using handoff::read_document;
using handoff::write_document;

Document sample() {
  Document document{.grant = "g-386x1byrmx",
                    .case_ref = "MSP-48213",
                    .recipient = "ana",
                    .environment = "staging",
                    .ends_at = Timestamp(std::chrono::seconds(1'900'000'000)),
                    .accounts = {},
                    .about = {{"platform", "WooCommerce"}, {"since", "monday"}},
                    .rules = {"staging only"},
                    .done = "say so in MSP-48213",
                    .word_token = Secret::copy_of("0123456789abcdef")};
  document.accounts.push_back({"files",
                               "sp0123456789",
                               Secret::copy_of(R"(a"b\c)"),
                               {{"host", "staging.example.com"}, {"host key", "SHA256:abc"}},
                               Secret::copy_of(std::string_view("MZXW6YTB"))});
  document.accounts.push_back({"keys", "sp9876543210", std::nullopt, {{"port", "22"}}});
  return document;
}

Result<Document> read(const std::string& text) {
  return read_document(Secret::copy_of(text));
}

/// The sample with one member replaced; without a value it is taken out.
std::string sample_with(const std::string& member, const nlohmann::json& value) {
  const Secret written = write_document(sample());
  auto json = nlohmann::json::parse(written.reveal_text());
  json[member] = value;
  if (value.is_null()) {
    json.erase(member);
  }
  return json.dump();
}

}  // namespace

TEST_CASE("Document: what is written is read back") {
  const Document document = must(read_document(write_document(sample())));
  CHECK(document.grant == "g-386x1byrmx");
  CHECK(document.case_ref == "MSP-48213");
  CHECK(document.recipient == "ana");
  CHECK(document.environment == "staging");
  CHECK(document.ends_at == sample().ends_at);
  CHECK(document.about == sample().about);
  CHECK(document.rules == sample().rules);
  CHECK(document.done == sample().done);
  REQUIRE(document.word_token);
  CHECK(document.word_token->reveal_text() == "0123456789abcdef");
  REQUIRE(document.accounts.size() == 2);
  CHECK(document.accounts[0].target == "files");
  CHECK(document.accounts[0].user == "sp0123456789");
  CHECK(document.accounts[0].password->reveal_text() == R"(a"b\c)");
  CHECK(document.accounts[0].access == sample().accounts[0].access);
  CHECK(document.accounts[0].second_factor->reveal_text() == "MZXW6YTB");
  CHECK_FALSE(document.accounts[1].password);
  CHECK_FALSE(document.accounts[1].second_factor);
}

TEST_CASE("Document: is one line of JSON that any program reads") {
  const Secret text = write_document(sample());
  const auto json = nlohmann::json::parse(text.reveal_text());
  CHECK(json.at("stagepass") == "hand-off 1");
  CHECK(json.at("end") == "2030-03-17T17:46:40Z");
  CHECK(json.at("accounts").at(0).at("password") == R"(a"b\c)");
  CHECK(std::string(text.reveal_text()).find('\n') == text.size() - 1);
}

TEST_CASE("Document: what a target says of itself does not pass for a password") {
  Document document = sample();
  document.accounts[1].access = {{"password", "x"}, {"user", "root"}, {"totp_secret", "y"}};
  const Document read_back = must(read_document(write_document(document)));
  CHECK_FALSE(read_back.accounts[1].password);
  CHECK_FALSE(read_back.accounts[1].second_factor);
  CHECK(read_back.accounts[1].user == "sp9876543210");
  CHECK(read_back.accounts[1].access.front().first == "its password");
}

TEST_CASE("Document: members of later versions are left out") {
  auto json = nlohmann::json::parse(sample_with("limits", {{"since", "monday"}}));
  json["accounts"][0]["limits"] = {1, 2};
  CHECK(must(read(json.dump())).accounts[0].access.size() == 2);
}

TEST_CASE("Document: one of an earlier version, or with what is no token, has none") {
  for (const nlohmann::json& other : std::vector<nlohmann::json>{
           nullptr, 7, "", std::string(201, 'x'), {{"key", "0123456789abcdef"}}}) {
    CHECK_FALSE(must(read(sample_with("word_token", other))).word_token);
  }
}

TEST_CASE("Document: another version is named as such") {
  const auto newer = read(sample_with("stagepass", "hand-off 2"));
  REQUIRE_FALSE(newer);
  CHECK(newer.error().message.find("newer version") != std::string::npos);
}

TEST_CASE("Document: what is no hand-off is refused and not repeated") {
  const std::string hidden = "hunter2";
  const std::vector<std::string> texts = {
      "",
      hidden,
      "[]",
      "{}",
      R"({"stagepass":"request 1 )" + hidden + R"("})",
      std::string(100'000, '['),
      std::string(70'000, ' ') + sample_with("x", hidden),
      sample_with("grant", nullptr),
      sample_with("to", 7),
      sample_with("end", hidden),
      sample_with("accounts", nullptr),
      sample_with("accounts", nlohmann::json::array()),
      sample_with("accounts", {hidden}),
      sample_with("accounts", {{{"target", "x"}}}),
      sample_with("accounts", std::vector<nlohmann::json>(
                                  101, {{"target", "x"}, {"user", "y"}, {"password", hidden}})),
      sample_with("x", hidden) + hidden};
  for (const std::string& text : texts) {
    const auto document = read(text);
    INFO(text.substr(0, 80));
    REQUIRE_FALSE(document);
    CHECK(document.error().code == Errc::invalid_argument);
    CHECK(document.error().message.find(hidden) == std::string::npos);
  }
}

}  // namespace stagepass::tests
