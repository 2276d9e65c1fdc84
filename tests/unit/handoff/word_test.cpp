#include <stagepass/handoff/word.hpp>

#include <fmt/format.h>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using handoff::is_proven;
using handoff::read_word;
using handoff::Saying;
using handoff::Word;
using handoff::write_word;

Word sample(Saying says = Saying::done) {
  return {must(GrantId::parse("g-386x1byrmx")), must(CaseRef::parse("MSP-48213")), says,
          Timestamp(std::chrono::seconds(1'900'000'000)), must(RecipientName::parse("ana"))};
}

Secret token() {
  return handoff::word_token(Secret::copy_of("0123456789abcdef"));
}

std::string text_of(Saying says = Saying::done) {
  return write_word(sample(says), token());
}

std::string replaced(std::string text, const std::string& old, const std::string& other) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), other);
}

}  // namespace

TEST_CASE("Word: is the same text for ever, and its proof is an HMAC that any program makes") {
  // printf '%s\n' 'stagepass-word 1' 'grant: g-386x1byrmx' 'case: MSP-48213' 'says: done' 'at: 2030-03-17T17:46:40Z'
  //   'by: ana' | openssl dgst -sha256 -hmac 30313233343536373839616263646566 -binary | base64
  CHECK(text_of() ==
        "stagepass-word 1\ngrant: g-386x1byrmx\ncase: MSP-48213\nsays: done\n"
        "at: 2030-03-17T17:46:40Z\nby: ana\nproof: 1ceROwWjIpvSTXjr9Q4pO3IkZbFYTmr/ntKN/ILzJQk=\n");
}

TEST_CASE("Word: the token of a document is the key in letters") {
  const Secret text = token();
  CHECK(text.reveal_text() == "30313233343536373839616263646566");
}

TEST_CASE("Word: what is written is read back and proven, whatever stands around it") {
  for (const Saying says : {Saying::done, Saying::compromised}) {
    const std::string text = text_of(says);
    for (const std::string& pasted :
         {text, "Hello,\n\nit is done:\n" + text + "\nRegards, Ana\n",
          replaced(replaced(text, "case:", "> case:"), "\nby", "\r\n\r\n> by"),
          fmt::format("{0}\n> {0}", text), fmt::format("{0}the same again:\n{0}", text)}) {
      INFO(pasted);
      const Word word = must(read_word(pasted));
      CHECK(word.grant == sample().grant);
      CHECK(word.case_ref == sample().case_ref);
      CHECK(word.says == says);
      CHECK(word.at == sample().at);
      CHECK(word.by == sample().by);
      CHECK(is_proven(word, token()));
    }
  }
}

TEST_CASE("Word: whatever is changed in it, it is not proven any more") {
  const std::vector<std::pair<const char*, const char*>> edits = {
      {"386x1byrmx", "386x1byrmy"}, {"MSP-48213", "MSP-48214"}, {"done", "compromised"},
      {"17:46:40Z", "17:46:41Z"},   {"by: ana", "by: eve"},     {"proof: ", "proof: A"}};
  for (const auto& [old, other] : edits) {
    INFO(other);
    CHECK_FALSE(is_proven(must(read_word(replaced(text_of(), old, other))), token()));
  }
  const std::string text = text_of();
  for (std::size_t at = text.find("proof: ") + 7; at + 1 < text.size(); ++at) {
    std::string flipped = text;
    flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(is_proven(must(read_word(flipped)), token()));
  }
}

TEST_CASE("Word: another token proves nothing") {
  const Word word = must(read_word(text_of()));
  CHECK_FALSE(is_proven(word, handoff::word_token(Secret::copy_of("0123456789abcdeg"))));
  CHECK_FALSE(is_proven(word, Secret::copy_of("")));
  CHECK(text_of().find("30313233") == std::string::npos);
}

TEST_CASE("Word: another version is named as such") {
  const auto newer = read_word(replaced(text_of(), "word 1", "word 2"));
  REQUIRE_FALSE(newer);
  CHECK(newer.error().message.find("newer version") != std::string::npos);
}

TEST_CASE("Word: what is cut off, unknown, there twice or said in two ways is refused") {
  const std::string text = text_of();
  for (const std::string& bad :
       {std::string(), std::string("hello"), text.substr(0, text.find("proof")),
        text.substr(0, text.find("by")), replaced(text, "at: 2030-03-17T17:46:40Z\n", ""),
        replaced(text, "by:", "by: eve\nby:"), replaced(text, "by:", "role: admin\nby:"),
        replaced(text, "done", "nothing"), replaced(text, "2030", "30000"),
        replaced(text, "g-386x1byrmx", "\x1b[2J"), replaced(text, "says", "\x1b]0;x\x07says"),
        text + text_of(Saying::compromised), text + "stagepass-word 1\n",
        text + replaced(text, "proof: ", "proof: A")}) {
    INFO(bad);
    const auto read = read_word(bad);
    REQUIRE(error_of(read) == Errc::invalid_argument);
    CHECK(read.error().message.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("Word: a flood of them is read once through") {
  std::string flood;
  for (int i = 0; i < 300; ++i) {
    flood += text_of();
  }
  CHECK(is_proven(must(read_word(flood + std::string(100'000, '>'))), token()));
}

}  // namespace stagepass::tests
