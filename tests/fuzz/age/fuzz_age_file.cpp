// A whole age file, opened with two keys, and its payload alone.

#include <stagepass/age/decrypt.hpp>

#include <age/payload.hpp>
#include <fuzz/fuzz.hpp>
#include <string>
#include <vector>

namespace stagepass::fuzz {
namespace {

// The example of the specification, and the key that the vectors of C2SP/CCTV are for.
constexpr std::string_view kKeys =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n"
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0\n";

const std::vector<age::Identity>& keys() {
  static const std::vector<age::Identity> keys =
      age::read_identities(Secret::copy_of(kKeys)).value();
  return keys;
}

void try_file(std::string_view input) {
  const Bytes file(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  const auto content = age::decrypt(file, keys());
  if (!content) {
    const Errc code = content.error().code;
    require(code == Errc::invalid_argument || code == Errc::locked || code == Errc::undecryptable,
            "a file is none, for somebody else, or edited");
    require_safe(content.error());
    return;
  }
  require(content->size() <= input.size(), "a content is no longer than its file");
  // Nobody who lacks the key can make another file that opens, so this is one of the seeds.
  std::vector<std::uint8_t> longer(file.begin(), file.end());
  longer.push_back('x');
  require(!age::decrypt(longer, keys()), "nothing may stand behind a file");
}

/// The payload alone, under the file key of the vectors: what lies behind the MAC is reached too.
void try_payload(std::string_view input) {
  if (input.size() < age::kPayloadNonceSize) {
    return;
  }
  const Bytes payload(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  std::vector<std::uint8_t> out(age::content_size(payload.size()));
  const age::OpenedPayload opened =
      age::open_payload(Secret::copy_of("YELLOW SUBMARINE"), payload, out);
  require(opened.released <= out.size(), "no more is released than there is room for");
  require(!opened.is_whole || opened.released == out.size(), "a whole content fills its room");
}

void try_both(std::string_view input) {
  try_file(input);
  try_payload(input);
}

const Registration registration({"age_file", try_both});

}  // namespace
}  // namespace stagepass::fuzz
