#include <stagepass/age/identity.hpp>
#include <stagepass/handoff/request.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using handoff::AccessRequest;
using handoff::read_request;
using handoff::write_request;

constexpr const char* kKey = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

AccessRequest sample() {
  return {must(CaseRef::parse("MSP-48213")),     must(RecipientName::parse("eva@psp.example")),
          must(age::Recipient::parse(kKey)),     std::chrono::hours(8),
          "shop: configuration, files: modules", "webhook 403"};
}

std::string replaced(std::string text, const std::string& old, const std::string& other) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), other);
}

}  // namespace

TEST_CASE("Request: what is written is read back, whatever stands around it") {
  const std::string text = must(write_request(sample()));
  for (const std::string& pasted :
       {text, "Hello,\n\nI need access:\n" + text + "\nRegards, Eva\n",
        replaced(replaced(text, "case:", "> case:"), "\nwho", "\r\n\r\n> who")}) {
    INFO(pasted);
    const AccessRequest request = must(read_request(pasted));
    CHECK(request.case_ref == sample().case_ref);
    CHECK(request.who == sample().who);
    CHECK(request.key == sample().key);
    CHECK(request.life == sample().life);
    CHECK(request.wants == sample().wants);
    CHECK(request.reason == sample().reason);
    CHECK(check_words(request) == check_words(sample()));
  }
}

TEST_CASE("Request: is the same text for ever") {
  CHECK(must(write_request(sample())) ==
        std::string("stagepass-request 1\ncase: MSP-48213\nwho: eva@psp.example\nkey: ") + kKey +
            "\nfor: 8h\nwants: shop: configuration, files: modules\nreason: webhook 403\n"
            "check: uncheck scared creme sanding surrogate fresh conform botany\n");
}

TEST_CASE("Request: whatever is changed in it, the words no longer fit") {
  const std::string text = must(write_request(sample()));
  const std::vector<std::pair<const char*, const char*>> edits = {
      {"MSP-48213", "MSP-48214"},
      {"eva@", "eve@"},
      {kKey, "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"},
      {"8h", "9h"},
      {"modules", "everything"},
      {"403", "404"}};
  for (const auto& [old, other] : edits) {
    INFO(other);
    const auto read = read_request(replaced(text, old, other));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::invalid_argument);
    CHECK(read.error().message.find("edited or mistyped") != std::string::npos);
  }
}

TEST_CASE("Request: another version is named as such") {
  const auto newer =
      read_request(replaced(must(write_request(sample())), "request 1", "request 2"));
  REQUIRE_FALSE(newer);
  CHECK(newer.error().message.find("newer version") != std::string::npos);
}

TEST_CASE("Request: what is missing, unknown or there twice is refused") {
  const std::string text = must(write_request(sample()));
  for (const std::string& bad :
       {std::string(), std::string("hello"), text.substr(0, text.find("check")),
        replaced(text, "reason: webhook 403\n", ""), replaced(text, "who:", "who: ana\nwho:"),
        replaced(text, "who:", "role: admin\nwho:"),
        replaced(text, "check:", "check: a b c d e f g h\ncheck:")}) {
    INFO(bad);
    CHECK(error_of(read_request(bad)) == Errc::invalid_argument);
  }
}

TEST_CASE("Request: a text that is more than a line, or moves the cursor, is not written") {
  for (const char* bad : {"two\nlines", "\x1b[2J", "\xff", " x"}) {
    AccessRequest request = sample();
    request.reason = bad;
    CHECK(error_of(write_request(request)) == Errc::invalid_argument);
  }
  AccessRequest request = sample();
  request.wants = std::string(201, 'x');
  CHECK(error_of(write_request(request)) == Errc::invalid_argument);
}

}  // namespace stagepass::tests
