#include <stagepass/core/base64.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <vault/bytes.hpp>
#include <vault/signing_key.hpp>
#include <vector>

namespace stagepass::vault {
namespace {

constexpr std::uint8_t kEd25519 = 1;
constexpr std::size_t kKeyHashSize = 4;
constexpr std::size_t kSignatureSize = crypto_sign_BYTES;
constexpr std::string_view kSignatureMark = "\u2014 ";  // an em dash, as the specification demands
constexpr std::size_t kMostSignatures = 100;

using PublicKey = decltype(VerifierKey::public_key);
using KeyHash = std::array<std::uint8_t, kKeyHashSize>;

/// The algorithm, then the key: what the specification calls the encoded key.
std::array<std::uint8_t, 33> encoded(const PublicKey& key) {
  std::array<std::uint8_t, 33> bytes{kEd25519};
  std::copy(key.begin(), key.end(), bytes.begin() + 1);
  return bytes;
}

KeyHash hash_of(const VerifierKey& key) {
  ::crypto_hash_sha256_state state;
  ::crypto_hash_sha256_init(&state);
  const Bytes name = bytes_of(key.name);
  ::crypto_hash_sha256_update(&state, name.data(), name.size());
  const std::uint8_t line_end = '\n';
  ::crypto_hash_sha256_update(&state, &line_end, 1);
  const auto public_key = encoded(key.public_key);
  ::crypto_hash_sha256_update(&state, public_key.data(), public_key.size());
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
  ::crypto_hash_sha256_final(&state, digest.data());
  KeyHash hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

/// Words of a note may hold neither blanks nor the sign that parts them.
bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > ' ' && c < 0x7F && c != '+'; });
}

/// Nothing that a terminal would not show as it stands: escaping must have nothing to do.
bool is_note_text(std::string_view text) {
  if (!text.ends_with('\n')) {
    return false;
  }
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (escape_untrusted(line, line.size()) != line) {
      return false;
    }
  }
  return true;
}

struct NoteParts {
  std::string_view text;
  std::string_view signatures;
};

std::optional<NoteParts> take_apart(std::string_view note) {
  const auto split = note.rfind("\n\n");
  if (split == std::string_view::npos || !note.ends_with('\n')) {
    return std::nullopt;
  }
  const NoteParts parts{note.substr(0, split + 1), note.substr(split + 2)};
  if (parts.signatures.empty() || !is_note_text(parts.text)) {
    return std::nullopt;
  }
  return parts;
}

/// What the signature lines of one signer hold behind the hash of his key: signatures, as they are.
/// Nothing if a line is no signature line.
std::optional<std::vector<std::vector<std::uint8_t>>> signatures_of(std::string_view lines,
                                                                    const VerifierKey& key) {
  const KeyHash hash = hash_of(key);
  std::vector<std::vector<std::uint8_t>> found;
  for (std::size_t count = 0; !lines.empty(); ++count) {
    std::string_view line = take_line(lines);
    if (count == kMostSignatures || !line.starts_with(kSignatureMark)) {
      return std::nullopt;
    }
    line.remove_prefix(kSignatureMark.size());
    const std::string_view name = line.substr(0, line.find(' '));
    if (!is_name(name) || name.size() == line.size()) {
      return std::nullopt;
    }
    const auto bytes = from_base64(line.substr(name.size() + 1));
    if (name == key.name && bytes && bytes->size() == kKeyHashSize + kSignatureSize &&
        std::equal(hash.begin(), hash.end(), bytes->begin())) {
      found.emplace_back(bytes->begin() + kKeyHashSize, bytes->end());
    }
  }
  return found;
}

}  // namespace

std::string encode_verifier_key(const VerifierKey& key) {
  return fmt::format("{}+{}+{}", key.name, to_hex(hash_of(key)),
                     to_base64(encoded(key.public_key)));
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  const auto refused = [](const char* why) {
    return fail(Errc::invalid_argument, fmt::format("this is no key for receipts: {}", why),
                "`stagepass keys show` prints it: NAME+HASH+BASE64");
  };
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return refused("it has not three parts");
  }
  VerifierKey key{std::string(text.substr(0, first)), {}};
  const auto bytes = from_base64(text.substr(second + 1));
  if (!is_name(key.name) || !bytes || bytes->size() != 1 + key.public_key.size() ||
      bytes->front() != kEd25519) {
    return refused("its name or its key cannot be read");
  }
  std::copy(bytes->begin() + 1, bytes->end(), key.public_key.begin());
  if (text.substr(first + 1, second - first - 1) != to_hex(hash_of(key))) {
    return refused("it was mistyped or edited");
  }
  return key;
}

VerifierKey verifier_key_of(std::string name, const Secret& seed) {
  return {std::move(name), SigningKey(seed).public_key};
}

Result<std::string> sign_note(std::string_view text, const std::string& name, const Secret& seed) {
  if (!is_note_text(text) || !is_name(name) || seed.size() != crypto_sign_SEEDBYTES) {
    return fail(Errc::internal, "this text cannot be signed");
  }
  const SigningKey pair(seed);
  const KeyHash hash = hash_of({name, pair.public_key});
  std::array<std::uint8_t, kKeyHashSize + kSignatureSize> signature{};
  std::copy(hash.begin(), hash.end(), signature.begin());
  const Bytes message = bytes_of(text);
  ::crypto_sign_detached(signature.data() + kKeyHashSize, nullptr, message.data(), message.size(),
                         pair.secret_key.reveal().data());
  return fmt::format("{}\n{}{} {}\n", text, kSignatureMark, name, to_base64(signature));
}

Result<std::string> open_note(std::string_view note, const VerifierKey& key) {
  const auto parts = take_apart(note);
  const auto signatures = parts ? signatures_of(parts->signatures, key) : std::nullopt;
  if (!signatures) {
    return fail(Errc::invalid_argument, "this is no signed text, or not the whole of it",
                "copy it from its first line to the line of the signature, and that with its end");
  }
  if (signatures->empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("this was not signed with the key of {}", stagepass::quoted(key.name)),
                "take the key of the vault that signed it: `stagepass keys show`");
  }
  const Bytes message = bytes_of(parts->text);
  const bool are_good = std::all_of(signatures->begin(), signatures->end(), [&](const auto& each) {
    return ::crypto_sign_verify_detached(each.data(), message.data(), message.size(),
                                         key.public_key.data()) == 0;
  });
  if (!are_good) {
    return fail(Errc::corrupt, "the signature does not match: text or signature was edited",
                "do not rely on it; ask for the receipt again");
  }
  return std::string(parts->text);
}

}  // namespace stagepass::vault
