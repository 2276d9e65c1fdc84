#include "notices/message.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <support/catch.hpp>

namespace stagepass::notices {
namespace {

using Catch::Matchers::ContainsSubstring;

/// With all that somebody could try to end a line, a string or a header with.
Event hostile_event() {
  const std::string turned =
      std::string("\xe2\x80") + '\xae';  // put together, or the source itself is turned
  const std::string hostile = "x\r\nBcc: evil@example.net\n\n\"},{\x1b[2J" + turned + "\xff";
  Event event{.id = "msg_1\nBcc: evil@example.net",
              .kind = hostile,
              .at = Timestamp(std::chrono::seconds(1'900'000'000)),
              .headline = hostile,
              .text = hostile,
              .grant = hostile,
              .case_ref = hostile,
              .recipient = hostile,
              .targets = {hostile},
              .environment = hostile,
              .by = hostile};
  event.details = {{"number", std::int64_t{7}}, {"text", hostile}};
  return event;
}

TEST_CASE("Notice: JSON is one line of ASCII-safe JSON whatever the event holds") {
  const std::string json = json_of(hostile_event());
  CHECK(json.find('\n') == std::string::npos);
  CHECK(json.find('\x1b') == std::string::npos);
  CHECK(json.starts_with('{'));
  CHECK(json.ends_with('}'));
  const auto parsed = nlohmann::json::parse(json);
  CHECK(parsed.at("detail").at("number") == 7);
  CHECK(parsed.size() == 13);
}

TEST_CASE("Notice: what has no value is null in JSON") {
  const auto parsed = nlohmann::json::parse(json_of(sample_event("msg_test_1", {})));
  CHECK(parsed.at("event") == "test");
  CHECK(parsed.at("id") == "msg_test_1");
  CHECK(parsed.at("at") == "1970-01-01T00:00:00Z");
  CHECK(parsed.at("grant").is_null());
  CHECK(parsed.at("ends").is_null());
  CHECK(parsed.at("targets").empty());
}

TEST_CASE("Notice: nothing in an event makes a header of a mail or ends its head") {
  const std::string mail = mail_of(hostile_event(), "shop@example.com");
  const std::string head = mail.substr(0, mail.find("\n\n"));
  std::istringstream lines(head);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    names.push_back(line.substr(0, line.find(": ")));
    CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
  CHECK(names == std::vector<std::string>{"To", "Subject", "Message-ID", "Auto-Submitted",
                                          "MIME-Version", "Content-Type",
                                          "Content-Transfer-Encoding"});
  CHECK(mail.find("\nBcc") == std::string::npos);
  CHECK(mail.find('\r') == std::string::npos);
  CHECK(mail.find('\x1b') == std::string::npos);
}

TEST_CASE("Notice: a mail is text with a field in each line") {
  Event event = sample_event("msg_test_1", Timestamp(std::chrono::seconds(1'900'000'000)));
  event.by = "Ana \xc3\x84";
  const std::string mail = mail_of(event, "shop@example.com");
  CHECK_THAT(mail, ContainsSubstring("\nSubject: [stagepass] a test of the notices\n"));
  CHECK_THAT(mail, ContainsSubstring("\nMessage-ID: <msg_test_1@stagepass.invalid>\n"));
  CHECK_THAT(mail, ContainsSubstring("\nContent-Type: text/plain; charset=utf-8\n"));
  CHECK_THAT(mail, ContainsSubstring("Nothing has happened.\n\nevent: test\nat: 2030-"));
  CHECK_THAT(mail, ContainsSubstring("by: Ana \xc3\x84\n"));
}

}  // namespace
}  // namespace stagepass::notices
