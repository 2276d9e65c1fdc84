#include <stagepass/handoff/approval.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <unit/age/sample_keys.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using handoff::Approval;
using handoff::read_approval;

Approval sample() {
  return {"00112233445566778899aabbccddeeff",
          must(CaseRef::parse("MSP-48213")),
          {must(TargetName::parse("live")), must(TargetName::parse("live-db"))},
          std::chrono::hours(2),
          must(parse_rfc3339("2030-01-01T10:00:00Z")),
          must(parse_rfc3339("2030-01-02T10:00:00Z")),
          "refunds fail"};
}

std::string signed_text(const Approval& approval = sample()) {
  return must(handoff::sign_approval(approval, Secret::copy_of(std::string_view(kSshPrivateKey))));
}

std::string replaced(std::string text, const std::string& old, const std::string& other) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), other);
}

std::string refusal(const std::string& text) {
  const auto read = read_approval(text);
  if (read) {
    return "accepted";
  }
  CHECK(read.error().code == Errc::invalid_argument);
  return read.error().message;
}

}  // namespace

TEST_CASE("Approval: what is signed is read back with its key, whatever stands around it") {
  const std::string text = signed_text();
  for (const std::string& pasted :
       {text, "Hello,\n\nI agree:\n" + text + "\nRegards, Eva\n",
        replaced(replaced(text, "case:", "> case:"), "\nfor", "\r\n\r\n> for")}) {
    INFO(pasted);
    const auto read = must(read_approval(pasted));
    CHECK(read.key.str() == kSshPublicKey);
    CHECK(must(handoff::approval_text(read.approval)) == must(handoff::approval_text(sample())));
    CHECK(read.approval.targets == sample().targets);
    CHECK(read.approval.life == sample().life);
    CHECK(read.approval.note == "refunds fail");
  }
}

TEST_CASE("Approval: is the same text for ever") {
  Approval approval = sample();
  approval.note.clear();
  CHECK(must(handoff::approval_text(approval)) ==
        "stagepass-approval 1\nid: 00112233445566778899aabbccddeeff\ncase: MSP-48213\n"
        "targets: live, live-db\nfor: 2h\nmade: 2030-01-01T10:00:00Z\n"
        "until: 2030-01-02T10:00:00Z\nnote:\n");
}

TEST_CASE("Approval: whatever is edited in it is noticed") {
  const std::string text = signed_text();
  for (const auto& [old, other] :
       std::vector<std::pair<std::string, std::string>>{{"id: 0", "id: 1"},
                                                        {"MSP-48213", "MSP-48214"},
                                                        {"live-db", "live-fs"},
                                                        {"for: 2h", "for: 4h"},
                                                        {"made: 2030", "made: 2029"},
                                                        {"until: 2030-01-02", "until: 2030-01-03"},
                                                        {"refunds", "returns"}}) {
    CHECK_THAT(refusal(replaced(text, old, other)),
               ContainsSubstring("the signature is not of this text"));
  }
}

TEST_CASE("Approval: what is no approval is said to be none") {
  const std::string text = signed_text();
  CHECK_THAT(refusal(""), ContainsSubstring("does not begin"));
  CHECK_THAT(refusal(replaced(text, "approval 1", "approval 2")),
             ContainsSubstring("newer version"));
  CHECK_THAT(refusal(replaced(text, "for: 2h\n", "")), ContainsSubstring("does not say \"for\""));
  CHECK_THAT(refusal(replaced(text, "for: 2h\n", "for: 2h\nfor: 2h\n")),
             ContainsSubstring("says twice \"for\""));
  CHECK_THAT(refusal(replaced(text, "note:", "rights:")), ContainsSubstring("rights"));
  CHECK_THAT(refusal(replaced(text, "note:", "\x1b[2J:")), ContainsSubstring(R"(\x1b[2J)"));
  CHECK_THAT(refusal(text.substr(0, text.find("-----BEGIN"))), ContainsSubstring("missing"));
  CHECK_THAT(refusal(text.substr(0, text.find("-----END"))), ContainsSubstring("cut off"));
  CHECK_THAT(refusal(replaced(text, "live, live-db", "live, live")), ContainsSubstring("once"));
  CHECK_THAT(refusal(replaced(text, "live, live-db", "live,")), ContainsSubstring("target"));
  CHECK(refusal(replaced(text, "2030-01-02", "2030-01-01")) != "accepted");
  CHECK(refusal(text) == "accepted");
}

TEST_CASE("Approval: one that cannot be right is not signed") {
  const Secret key = Secret::copy_of(std::string_view(kSshPrivateKey));
  const auto refused = [&](void (*edit)(Approval&)) {
    Approval approval = sample();
    edit(approval);
    return error_of(handoff::sign_approval(approval, key)) == Errc::invalid_argument;
  };
  CHECK(refused([](Approval& a) { a.targets.clear(); }));
  CHECK(refused([](Approval& a) { a.targets[1] = a.targets[0]; }));
  CHECK(refused([](Approval& a) { a.valid_until = a.made_at; }));
  CHECK(refused([](Approval& a) { a.id = "1"; }));
  CHECK(refused([](Approval& a) { a.note = "a\nfor: 4w"; }));
  CHECK(refused([](Approval& a) { a.note = std::string(201, 'a'); }));
}

TEST_CASE("Approval: another approval has other words and another id") {
  SeededRandom random;
  const std::string first = handoff::new_approval_id(random);
  CHECK(first.size() == 32);
  CHECK(first != handoff::new_approval_id(random));
  Approval other = sample();
  other.life += std::chrono::hours(1);
  CHECK(must(handoff::words_of(sample())) != must(handoff::words_of(other)));
}

}  // namespace stagepass::tests
