#include "cctv_vector.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/core/text.hpp>

#include <sodium.h>

#include <age/armor.hpp>
#include <age/header.hpp>
#include <age/kdf.hpp>
#include <age/open_file.hpp>
#include <age/payload.hpp>
#include <age/stanzas.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::age {
namespace {

using tests::CctvVector;

constexpr std::size_t kMostContentOfVectors = std::size_t{32} * 1024 * 1024;

std::string sha256(Bytes bytes) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
  ::crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return to_hex(digest);
}

/// The words that the vectors have for a failure.
const std::map<Flaw, std::string>& words() {
  static const std::map<Flaw, std::string> words = {{Flaw::armor, "armor failure"},
                                                    {Flaw::header, "header failure"},
                                                    {Flaw::no_match, "no match"},
                                                    {Flaw::mac, "HMAC failure"},
                                                    {Flaw::payload, "payload failure"}};
  return words;
}

std::string outcome_of(const Checked<Secret>& content) {
  if (content) {
    return "success";
  }
  const auto word = words().find(content.error().flaw);
  return word == words().end() ? "a failure of another kind" : word->second;
}

std::vector<CctvVector> applicable_vectors() {
  std::vector<CctvVector> vectors = tests::cctv_vectors();
  vectors.erase(std::remove_if(vectors.begin(), vectors.end(),
                               [](const CctvVector& v) { return v.needs_post_quantum(); }),
                vectors.end());
  return vectors;
}

/// The binary file of a vector whose armor and header can be read.
std::vector<std::uint8_t> binary_of(const CctvVector& vector) {
  const Bytes file = bytes_of(vector.file);
  return vector.is_armored ? from_armor(vector.file).value()
                           : std::vector<std::uint8_t>(file.begin(), file.end());
}

bool is_header_good(const CctvVector& vector) {
  return vector.expect != "armor failure" && vector.expect != "header failure";
}

std::string_view as_text(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("CCTV: the vectors are all there and 124 of 143 apply") {
  const auto vectors = tests::cctv_vectors();
  const auto count = [&](auto&& wanted) {
    return std::count_if(vectors.begin(), vectors.end(), wanted);
  };
  CHECK(vectors.size() == 143);
  CHECK(count([](const CctvVector& v) { return v.needs_post_quantum(); }) == 19);
  CHECK(count([](const CctvVector& v) { return v.has_unknown_key; }) == 0);
  std::map<std::string, int> kinds;
  for (const CctvVector& vector : applicable_vectors()) {
    ++kinds[vector.expect];
  }
  CHECK(kinds == std::map<std::string, int>{{"success", 21},
                                            {"header failure", 53},
                                            {"armor failure", 22},
                                            {"payload failure", 19},
                                            {"no match", 8},
                                            {"HMAC failure", 1}});
}

TEST_CASE("CCTV: every applicable file opens or fails exactly as it should") {
  std::size_t checked = 0;
  for (const CctvVector& vector : applicable_vectors()) {
    INFO(vector.name);
    const Bytes file = bytes_of(vector.file);
    const auto content = open_file(file, vector.keys(), kMostContentOfVectors);
    CHECK(outcome_of(content) == vector.expect);
    if (content) {
      CHECK(sha256(content->reveal()) == vector.payload_hash);
    }
    ++checked;
  }
  CHECK(checked == 124);
}

TEST_CASE("CCTV: what callers see tells failures apart and nothing of the file") {
  const std::map<std::string, Errc> codes = {{"armor failure", Errc::invalid_argument},
                                             {"header failure", Errc::invalid_argument},
                                             {"no match", Errc::locked},
                                             {"HMAC failure", Errc::undecryptable},
                                             {"payload failure", Errc::undecryptable}};
  std::size_t refused = 0;
  for (const CctvVector& vector : applicable_vectors()) {
    if (vector.expect == "success") {
      continue;
    }
    INFO(vector.name);
    const auto content = decrypt(bytes_of(vector.file), vector.keys());
    REQUIRE_FALSE(content);
    CHECK(content.error().code == codes.at(vector.expect));
    CHECK_FALSE(content.error().message.empty());
    CHECK_FALSE(content.error().hint.empty());
    CHECK(content.error().message.find('\n') == std::string::npos);
    ++refused;
  }
  CHECK(refused == 103);
}

TEST_CASE("CCTV: before a payload proves bad only verified chunks were released") {
  std::size_t checked = 0;
  for (const CctvVector& vector : applicable_vectors()) {
    if (vector.expect != "payload failure") {
      continue;
    }
    INFO(vector.name);
    const auto file = binary_of(vector);
    const auto header = parse_header(as_text(file)).value();
    const Secret key = find_file_key(known_stanzas(header).value(), vector.keys()).value();
    const Bytes payload = Bytes(file).subspan(header.size);
    std::vector<std::uint8_t> out(content_size(payload.size()));
    const OpenedPayload opened = open_payload(key, payload, out);
    CHECK_FALSE(opened.is_whole);
    CHECK(sha256(Bytes(out).first(opened.released)) == vector.payload_hash);
    ++checked;
  }
  CHECK(checked == 19);
}

TEST_CASE("CCTV: a header that can be read is written as it was") {
  std::size_t checked = 0;
  for (const CctvVector& vector : tests::cctv_vectors()) {
    if (!is_header_good(vector)) {
      continue;
    }
    INFO(vector.name);
    const auto file = binary_of(vector);
    const auto header = parse_header(as_text(file)).value();
    std::string text = "age-encryption.org/v1\n";
    for (const Stanza& stanza : header.stanzas) {
      text += write_stanza(stanza);
    }
    CHECK(text + "---" == as_text(file).substr(0, header.covered));
    ++checked;
  }
  CHECK(checked == 59);
}

TEST_CASE("CCTV: an armor that can be read is written as it was but for its line ends") {
  std::size_t checked = 0;
  for (const CctvVector& vector : tests::cctv_vectors()) {
    if (!vector.is_armored || vector.expect == "armor failure") {
      continue;
    }
    INFO(vector.name);
    std::string text = vector.file;
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    text.erase(0, text.find_first_not_of(" \t\n"));
    text.erase(text.find_last_not_of(" \t\n") + 1);
    CHECK(to_armor(binary_of(vector)) == text + "\n");
    ++checked;
  }
  CHECK(checked == 11);
}

TEST_CASE("CCTV: files for post-quantum keys are read and open with none of ours") {
  const auto key = tests::must(read_identities(Secret::copy_of(
      "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")));
  std::size_t checked = 0;
  for (const CctvVector& vector : tests::cctv_vectors()) {
    if (vector.needs_post_quantum() && vector.expect == "success") {
      INFO(vector.name);
      CHECK(outcome_of(open_file(bytes_of(vector.file), key, kMostContentOfVectors)) == "no match");
      ++checked;
    }
  }
  CHECK(checked == 5);
}

}  // namespace stagepass::age
