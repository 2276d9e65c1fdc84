#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace stagepass {
namespace {

constexpr std::size_t kLongestLine = 16UL * 1024;
constexpr std::size_t kSmallestRsaBytes = 2048 / 8;
constexpr std::string_view kHint =
    "give the one line of a .pub file, such as ~/.ssh/id_ed25519.pub; ssh-ed25519 is best";

/// What follows the type's name inside a key, field by field.
struct KeyShape {
  std::string_view type;
  std::string_view curve;  ///< the first field must be this text; empty: there is no such field
  std::size_t fields;      ///< after type and curve
  std::size_t first_size;  ///< of the first of these fields; 0: any
};

constexpr std::array<KeyShape, 7> kShapes = {{
    {"ssh-ed25519", "", 1, 32},
    {"ssh-rsa", "", 2, 0},
    {"ecdsa-sha2-nistp256", "nistp256", 1, 65},
    {"ecdsa-sha2-nistp384", "nistp384", 1, 97},
    {"ecdsa-sha2-nistp521", "nistp521", 1, 133},
    {"sk-ssh-ed25519@openssh.com", "", 2, 32},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", 2, 65},
}};

using Blob = std::vector<std::uint8_t>;

Failure refuse(std::string_view why) {
  return fail(Errc::invalid_argument, fmt::format("not a usable SSH public key: {}", why),
              std::string(kHint));
}

std::optional<Blob> decode_base64(std::string_view text) {
  Blob blob(text.size());
  std::size_t size = 0;
  const char* end = nullptr;
  if (::sodium_base642bin(blob.data(), blob.size(), text.data(), text.size(), nullptr, &size, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  blob.resize(size);
  return blob;
}

/// The length-prefixed strings of RFC 4251 that make up a key; nothing if the framing is broken.
std::optional<std::vector<std::span<const std::uint8_t>>> split_fields(
    std::span<const std::uint8_t> blob) {
  std::vector<std::span<const std::uint8_t>> fields;
  while (!blob.empty()) {
    if (blob.size() < 4) {
      return std::nullopt;
    }
    const std::size_t size = std::size_t{blob[0]} << 24U | std::size_t{blob[1]} << 16U |
                             std::size_t{blob[2]} << 8U | blob[3];
    blob = blob.subspan(4);
    if (size > blob.size()) {
      return std::nullopt;
    }
    fields.push_back(blob.first(size));
    blob = blob.subspan(size);
  }
  return fields;
}

bool holds(std::span<const std::uint8_t> field, std::string_view text) {
  return std::equal(field.begin(), field.end(), text.begin(), text.end());
}

Result<void> check_blob(const KeyShape& shape, const Blob& blob) {
  const auto fields = split_fields(blob);
  if (!fields) {
    return refuse("it is cut off or damaged");
  }
  const std::size_t before = shape.curve.empty() ? 1 : 2;
  if (fields->size() != before + shape.fields || !holds(fields->front(), shape.type) ||
      (!shape.curve.empty() && !holds((*fields)[1], shape.curve))) {
    return refuse("what is inside does not match its type");
  }
  if (shape.first_size != 0 && (*fields)[before].size() != shape.first_size) {
    return refuse("it has the wrong size");
  }
  // An RSA modulus begins with a zero byte when its highest bit is set.
  if (shape.type == "ssh-rsa" && fields->back().size() < kSmallestRsaBytes) {
    return refuse("an RSA key must have 2048 bits or more");
  }
  return {};
}

std::string_view trim_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return text;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace

Result<SshPublicKey> SshPublicKey::parse(std::string_view line) {
  if (line.find("PRIVATE KEY") != std::string_view::npos) {
    return fail(Errc::invalid_argument, "this is a private key, which must never leave its owner",
                "give the .pub file beside it; replace the key if others have seen it");
  }
  line = trim_line_end(line);
  if (line.empty() || line.size() > kLongestLine) {
    return refuse("it is empty or far too long");
  }
  if (has_control_character(line)) {
    return refuse("it must be a single line of text");
  }
  const std::size_t type_end = line.find(' ');
  const std::string_view type = line.substr(0, type_end);
  const auto* shape = std::find_if(kShapes.begin(), kShapes.end(),
                                   [&](const KeyShape& each) { return each.type == type; });
  if (shape == kShapes.end() || type_end == std::string_view::npos) {
    return refuse("it must begin with a known type, such as ssh-ed25519, and no options");
  }
  std::string_view encoded = line.substr(type_end + 1);
  encoded = encoded.substr(0, encoded.find(' '));
  const std::optional<Blob> blob = decode_base64(encoded);
  if (!blob) {
    return refuse("it is cut off or damaged");
  }
  SP_TRY(check_blob(*shape, *blob));
  return SshPublicKey(fmt::format("{} {}", type, encoded));
}

std::string SshPublicKey::fingerprint() const {
  const std::string_view encoded = std::string_view(text_).substr(text_.find(' ') + 1);
  const Blob blob = decode_base64(encoded).value_or(Blob());
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
  ::crypto_hash_sha256(digest.data(), blob.data(), blob.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES,
                                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING)>
      text{};
  ::sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(),
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return std::string("SHA256:") + text.data();
}

}  // namespace stagepass
