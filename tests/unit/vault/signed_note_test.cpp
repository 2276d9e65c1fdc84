#include <stagepass/vault/signed_note.hpp>

#include <sodium.h>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::vault {
namespace {

using tests::must;

// The example of the reference implementation, golang.org/x/mod/sumdb/note.
constexpr const char* kName = "PeterNeumann";
constexpr const char* kSeed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr const char* kVerifier =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr const char* kSignature =
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// Behind the byte that names the algorithm.
Secret example_seed() {
  std::array<std::uint8_t, 33> bytes{};
  REQUIRE(::sodium_base642bin(bytes.data(), bytes.size(), kSeed, std::string(kSeed).size(), nullptr,
                              nullptr, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0);
  return Secret::copy_of(Bytes(bytes).subspan(1));
}

std::string example_note() {
  return std::string(kText) + "\n" + kSignature;
}

VerifierKey example_key() {
  return must(parse_verifier_key(kVerifier));
}

Errc refusal(const std::string& note) {
  const auto opened = open_note(note, example_key());
  REQUIRE_FALSE(opened);
  return opened.error().code;
}

}  // namespace

TEST_CASE("Signed note: the reference implementation's example is signed byte for byte") {
  CHECK(must(sign_note(kText, kName, example_seed())) == example_note());
  CHECK(encode_verifier_key(verifier_key_of(kName, example_seed())) == kVerifier);
}

TEST_CASE("Signed note: what was signed opens to its text") {
  CHECK(must(open_note(example_note(), example_key())) == kText);
  const std::string with_empty_lines = "one\n\ntwo\n\n\nthree\n";
  const std::string note = must(sign_note(with_empty_lines, kName, example_seed()));
  CHECK(must(open_note(note, example_key())) == with_empty_lines);
}

TEST_CASE("Signed note: no bit can be changed") {
  const std::string note = example_note();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < note.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string edited = note;
      edited[at] = static_cast<char>(static_cast<unsigned char>(edited[at]) ^ (1U << bit));
      refused += open_note(edited, example_key()) ? 0 : 1;
    }
  }
  CHECK(refused == note.size() * 8);
}

TEST_CASE("Signed note: no part of it is enough") {
  const std::string note = example_note();
  for (std::size_t size = 0; size < note.size(); ++size) {
    INFO(size);
    REQUIRE_FALSE(open_note(note.substr(0, size), example_key()));
  }
  CHECK(refusal(kText) == Errc::invalid_argument);
  CHECK(refusal(note + "more\n") == Errc::invalid_argument);
}

TEST_CASE("Signed note: an edited text is told from a text that somebody else has signed") {
  std::string edited = example_note();
  edited.replace(edited.find("answer"), 6, "ANSWER");
  CHECK(refusal(edited) == Errc::corrupt);

  const Secret seed = Secret::copy_of(std::string(32, 's'));
  const std::string foreign = must(sign_note(kText, "somebody", seed));
  CHECK(refusal(foreign) == Errc::invalid_argument);
  CHECK(refusal(must(sign_note(kText, kName, seed))) == Errc::invalid_argument);
}

TEST_CASE("Signed note: signatures of others beside ours do no harm, and help nobody") {
  const Secret seed = Secret::copy_of(std::string(32, 's'));
  const std::string foreign = must(sign_note(kText, "somebody", seed));
  const std::string line = foreign.substr(foreign.rfind("\n\n") + 2);
  CHECK(must(open_note(example_note() + line, example_key())) == kText);
  CHECK(refusal(std::string(kText) + "\n" + line) == Errc::invalid_argument);

  std::string crowd = example_note();
  for (int i = 0; i < 100; ++i) {
    crowd += line;
  }
  CHECK(refusal(crowd) == Errc::invalid_argument);
}

TEST_CASE("Signed note: a text that would not be shown as it stands is not signed") {
  for (const std::string text : {"", "no line end", "bell \a\n", "escape \x1b[31m\n", "cr \r\n",
                                 "not UTF-8 \xff\n", "override \u202e\n"}) {
    INFO(text);
    const auto note = sign_note(text, kName, example_seed());
    REQUIRE_FALSE(note);
    CHECK(note.error().code == Errc::internal);
  }
  CHECK_FALSE(sign_note(kText, "two words", example_seed()));
  CHECK_FALSE(sign_note(kText, "a+b", example_seed()));
  CHECK_FALSE(sign_note(kText, kName, Secret::copy_of("short")));
}

TEST_CASE("Verifier key: comes back from its text, and no part or edit of that is taken for one") {
  const std::string text = kVerifier;
  CHECK(encode_verifier_key(example_key()) == text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string edited = text;
    ++edited[at];
    INFO(edited);
    REQUIRE_FALSE(parse_verifier_key(edited));
    REQUIRE_FALSE(parse_verifier_key(text.substr(0, at)));
    REQUIRE_FALSE(parse_verifier_key(text.substr(at + 1)));
  }
  CHECK_FALSE(parse_verifier_key("x+00000000+"));
  CHECK_FALSE(parse_verifier_key(text + "A"));
  CHECK_FALSE(parse_verifier_key(text + "\n"));
}

}  // namespace stagepass::vault
