#include <stagepass/core/base64.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

namespace stagepass {
namespace {

// The largest RSA key OpenSSH takes (16,384 bits) needs less than 3 KiB of base64.
constexpr std::size_t kLongestLine = 8192;
constexpr std::size_t kSmallestRsaBits = 2048;

/// The strings of a key blob behind its type.
using Fields = std::vector<Bytes>;

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A point of an elliptic curve, uncompressed, as OpenSSH writes it.
bool is_point(const Fields& fields, std::string_view curve, std::size_t size) {
  return as_text(fields[0]) == curve && fields[1].size() == size && fields[1][0] == 0x04;
}

/// A positive integer in its shortest form.
bool is_positive_integer(Bytes bytes) {
  if (bytes.empty() || (bytes[0] & 0x80U) != 0) {
    return false;
  }
  return bytes[0] != 0 || (bytes.size() > 1 && (bytes[1] & 0x80U) != 0);
}

std::size_t bits_of(Bytes integer) {
  const Bytes digits = integer[0] == 0 ? integer.subspan(1) : integer;
  return (digits.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(digits[0]));
}

struct KeyType {
  std::string_view name;
  bool (*fits)(const Fields&);
};

constexpr std::string_view kRsa = "ssh-rsa";

constexpr std::array<KeyType, 7> kKeyTypes = {{
    {"ssh-ed25519", [](const Fields& f) { return f.size() == 1 && f[0].size() == 32; }},
    {"ecdsa-sha2-nistp256",
     [](const Fields& f) { return f.size() == 2 && is_point(f, "nistp256", 65); }},
    {"ecdsa-sha2-nistp384",
     [](const Fields& f) { return f.size() == 2 && is_point(f, "nistp384", 97); }},
    {"ecdsa-sha2-nistp521",
     [](const Fields& f) { return f.size() == 2 && is_point(f, "nistp521", 133); }},
    {kRsa,
     [](const Fields& f) {
       return f.size() == 2 && is_positive_integer(f[0]) && is_positive_integer(f[1]);
     }},
    {"sk-ssh-ed25519@openssh.com",
     [](const Fields& f) { return f.size() == 2 && f[0].size() == 32 && !f[1].empty(); }},
    {"sk-ecdsa-sha2-nistp256@openssh.com",
     [](const Fields& f) { return f.size() == 3 && is_point(f, "nistp256", 65) && !f[2].empty(); }},
}};

Failure refuse(std::string message) {
  return fail(Errc::invalid_argument, std::move(message),
              "give the one line of the .pub file, like: ssh-ed25519 AAAA… name");
}

Failure damaged() {
  return refuse("the SSH public key is damaged or cut off");
}

/// Splits a blob into its length-prefixed strings; nothing if a length does not fit or bytes are
/// left.
std::optional<Fields> split_blob(Bytes blob) {
  constexpr std::size_t kLengthSize = 4;
  Fields fields;
  while (!blob.empty()) {
    if (blob.size() < kLengthSize) {
      return std::nullopt;
    }
    std::size_t length = 0;
    for (const std::uint8_t byte : blob.first(kLengthSize)) {
      length = (length << 8U) | byte;
    }
    blob = blob.subspan(kLengthSize);
    if (length > blob.size()) {
      return std::nullopt;
    }
    fields.push_back(blob.first(length));
    blob = blob.subspan(length);
  }
  return fields;
}

/// The part up to the next blanks; moves `text` behind them.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view kBlanks = " \t";
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return word;
}

Result<void> check_line(std::string_view line) {
  if (line.find("PRIVATE KEY") != std::string_view::npos) {
    return fail(Errc::invalid_argument, "this is a private key, which nobody else should have",
                "give the .pub file beside it");
  }
  if (line.size() > kLongestLine) {
    return refuse("the text is too long for an SSH public key");
  }
  const auto is_control = [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  };
  if (std::any_of(line.begin(), line.end(), is_control)) {
    return refuse("an SSH public key is one line without control characters");
  }
  return {};
}

Result<void> check_blob(const KeyType& type, Bytes blob) {
  auto fields = split_blob(blob);
  if (!fields || fields->empty() || as_text(fields->front()) != type.name) {
    return damaged();
  }
  fields->erase(fields->begin());
  if (!type.fits(*fields)) {
    return damaged();
  }
  if (type.name == kRsa && bits_of(fields->back()) < kSmallestRsaBits) {
    return fail(Errc::invalid_argument,
                fmt::format("the RSA key is shorter than {} bits", kSmallestRsaBits),
                "make a new key: ssh-keygen -t ed25519");
  }
  return {};
}

}  // namespace

Result<SshPublicKey> SshPublicKey::parse(std::string_view line) {
  // Text files end their only line with a line break.
  if (line.ends_with('\n')) {
    line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
  }
  SP_TRY(check_line(line));
  const std::string_view type_name = take_word(line);
  const std::string_view base64 = take_word(line);
  const auto* type =
      std::find_if(kKeyTypes.begin(), kKeyTypes.end(),
                   [&](const KeyType& candidate) { return candidate.name == type_name; });
  if (type == kKeyTypes.end()) {
    return refuse("the text does not begin with a type of SSH public key that is in use today");
  }
  const auto blob = from_base64(base64);
  if (!blob) {
    return damaged();
  }
  SP_TRY(check_blob(*type, *blob));
  return SshPublicKey(fmt::format("{} {}", type_name, base64));
}

std::string SshPublicKey::fingerprint() const {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  const auto blob = from_base64(std::string_view(text_).substr(text_.find(' ') + 1)).value();
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
  ::crypto_hash_sha256(hash.data(), blob.data(), blob.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, kVariant)> base64{};
  ::sodium_bin2base64(base64.data(), base64.size(), hash.data(), hash.size(), kVariant);
  return fmt::format("SHA256:{}", base64.data());
}

}  // namespace stagepass
