#include "page_fixture.hpp"

#include <stagepass/handoff/word.hpp>
#include <stagepass/targets/one_time_code.hpp>

#include <fmt/core.h>

#include <chrono>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

constexpr const char* kToken = "00112233445566778899aabbccddeeff";
constexpr const char* kFactor = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";  // of RFC 6238, appendix B

class WordFixture : public PageFixture {
 protected:
  static Json with_token() {
    Json handoff = sample_handoff();
    handoff["word_token"] = kToken;
    return handoff;
  }
  static Json with_factor(const char* key) {
    Json handoff = sample_handoff();
    handoff["accounts"][1]["totp_secret"] = key;
    return handoff;
  }
  std::size_t buttons(const std::string& text) {
    return browser_.run(
        "return [...document.querySelectorAll('#checklist button')]"
        ".filter((each) => each.textContent === arguments[0]).length",
        {text});
  }
  std::string say(const std::string& label) {
    browser_.run("document.querySelector('.word textarea').value = ''");
    browser_.click(fmt::format(R"(button[aria-label="{}"])", label));
    browser_.wait_until(
        "document.querySelector('.word textarea').checkVisibility()"
        " && document.querySelector('.word textarea').value !== ''");
    return browser_.run("return document.querySelector('.word textarea').value");
  }
  void stop_clock(std::int64_t seconds) {
    browser_.run("Date.now = () => 1000 * arguments[0]", {seconds});
  }
};

TEST_CASE_METHOD(WordFixture, "page: what it says for a specialist is proven as the program's is",
                 "[page]") {
  REQUIRE(open(with_token()).empty());
  stop_clock(1'900'000'000);
  const Secret token = Secret::copy_of(std::string_view(kToken));

  const auto done = must(handoff::read_word(say("Say that the work is done")));
  CHECK(handoff::is_proven(done, token));
  CHECK(done.says == handoff::Saying::done);
  CHECK(done.grant.str() == "g-386x1byrmx");
  CHECK(done.case_ref.str() == "MSP-48213");
  CHECK(done.by.str() == "ana");
  CHECK(done.at == Timestamp(std::chrono::seconds(1'900'000'000)));
  CHECK(holds(browser_.text(".word"), "Paste this into MSP-48213."));
  CHECK_FALSE(holds(browser_.text(".word"), "Call him"));

  const auto compromised =
      must(handoff::read_word(say("Say that somebody else may have the credentials")));
  CHECK(handoff::is_proven(compromised, token));
  CHECK(compromised.says == handoff::Saying::compromised);
  CHECK(holds(browser_.text(".word"), "Call him as well, now"));
  check_silence();
}

TEST_CASE_METHOD(WordFixture, "page: the token of a word is nowhere in the document", "[page]") {
  REQUIRE(open(with_token()).empty());
  say("Say that the work is done");
  CHECK_FALSE(holds(document(), kToken));
  CHECK_FALSE(holds(browser_.text("#checklist"), "word_token"));
  CHECK_FALSE(holds(browser_.text("#checklist"), "It also says"));
}

TEST_CASE_METHOD(WordFixture, "page: without a token there is no word to say", "[page]") {
  REQUIRE(open(sample_handoff()).empty());
  CHECK(buttons("I am done") == 0);
  CHECK(holds(browser_.text("#checklist"), "When you are done"));
}

TEST_CASE_METHOD(WordFixture, "page: names that would put lines into a word are none", "[page]") {
  Json handoff = with_token();
  handoff[GENERATE("grant", "case", "to")] = "MSP-1\nsays: compromised";
  REQUIRE(open(handoff).empty());
  CHECK(buttons("I am done") == 0);
  CHECK(holds(browser_.text("#checklist"), "word_token"));
}

TEST_CASE_METHOD(WordFixture, "page: the code of a second factor is that of the moment", "[page]") {
  REQUIRE(open(with_factor(kFactor)).empty());
  const Secret key = must(targets::from_base32(Secret::copy_of(std::string_view(kFactor))));
  CHECK_FALSE(holds(document(), kFactor));
  browser_.click(R"(button[aria-label="Show the code of shop"])");
  for (const std::int64_t at : {59LL, 1'111'111'111LL, 2'000'000'000LL, 20'000'000'000LL}) {
    stop_clock(at);
    const Secret code = must(targets::one_time_code(key, Timestamp(std::chrono::seconds(at))));
    INFO(at);
    browser_.wait_until(fmt::format(
        "document.querySelector('#checklist').textContent.includes('{}, for {} s more')",
        code.reveal_text(), 30 - at % 30));
  }
  browser_.click(R"(button[aria-label="Hide the code of shop"])");
  browser_.wait_until("!document.querySelector('#checklist').textContent.includes('s more')");
  check_silence();
}

TEST_CASE_METHOD(WordFixture, "page: of what is no key for codes there is no code", "[page]") {
  REQUIRE(open(with_factor(GENERATE("", "A", "geznotbase32", "GEZDGNBV!"))).empty());
  CHECK_FALSE(holds(browser_.text("#checklist"), "its code now"));
  CHECK(holds(browser_.text("#checklist"), "totp_secret"));
}

}  // namespace
}  // namespace stagepass::tests
