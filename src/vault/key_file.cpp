#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/vault/key_file.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vault/bytes.hpp>

namespace stagepass::vault {

namespace {

constexpr std::string_view kMagic = "stagepass-key ";
constexpr std::string_view kVersion = "1 ";
constexpr std::size_t kBase64Size = 44;
constexpr std::size_t kChecksumSize = 4;
constexpr std::size_t kTextSize =
    kMagic.size() + kVersion.size() + kBase64Size + 1 + 2 * kChecksumSize + 1;
constexpr std::size_t kReadLimit = 4096;

/// Tells an edited or badly copied key from a whole one; it protects nothing, it lies beside it.
std::array<char, 2 * kChecksumSize + 1> checksum_hex(const Secret& key) {
  constexpr std::array<std::uint8_t, crypto_generichash_blake2b_SALTBYTES> kNoSalt{};
  constexpr std::string_view kPersonal = "stagepass-keysum";
  static_assert(kPersonal.size() == crypto_generichash_blake2b_PERSONALBYTES);
  Digest digest{};
  ::crypto_generichash_blake2b_salt_personal(digest.data(), digest.size(), key.reveal().data(),
                                             key.size(), nullptr, 0, kNoSalt.data(),
                                             bytes_of(kPersonal).data());
  std::array<char, 2 * kChecksumSize + 1> hex{};
  ::sodium_bin2hex(hex.data(), hex.size(), digest.data(), kChecksumSize);
  return hex;
}

Failure unusable(std::string_view what) {
  return fail(Errc::locked, fmt::format("the key file {}", what),
              "use the key file that `stagepass init` made, or its backup");
}

/// Removes `prefix` from `text`; false if it does not start so.
bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

Result<Secret> decode_key(std::string_view base64) {
  if (base64.size() > kBase64Size) {
    return unusable("is damaged: its key is too long");
  }
  std::array<std::uint8_t, kKeySize + 1> buffer{};
  std::size_t size = 0;
  // libsodium 1.0.18 takes every byte beyond ASCII for a "/".
  const bool is_ascii = std::all_of(base64.begin(), base64.end(),
                                    [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
  const bool is_base64 =
      is_ascii && ::sodium_base642bin(buffer.data(), buffer.size(), base64.data(), base64.size(),
                                      nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0;
  Secret key = Secret::copy_of(Bytes(buffer).first(std::min(size, kKeySize)));
  wipe(buffer);
  if (!is_base64) {
    return unusable("is damaged: its key is not base64");
  }
  if (size != kKeySize) {
    return unusable(fmt::format("is damaged: its key has {} bytes instead of {}", size, kKeySize));
  }
  return key;
}

}  // namespace

Secret encode_key_file(const FileKey& key) {
  return Secret::make(kTextSize, [&](MutableBytes out) {
    auto at = std::copy(kMagic.begin(), kMagic.end(), out.begin());
    at = std::copy(kVersion.begin(), kVersion.end(), at);
    // The terminator that sodium_bin2base64 writes is where the blank goes.
    ::sodium_bin2base64(reinterpret_cast<char*>(&*at), kBase64Size + 1, key.bytes.reveal().data(),
                        key.bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    at += kBase64Size;
    *at++ = ' ';
    const auto checksum = checksum_hex(key.bytes);
    at = std::copy(checksum.begin(), checksum.end() - 1, at);
    *at = '\n';
  });
}

Result<FileKey> decode_key_file(const Secret& text) {
  std::string_view line = without_line_end(text.reveal_text());
  if (line.empty()) {
    return unusable("is empty");
  }
  if (!skip(line, kMagic)) {
    return unusable("is not a key file of stagepass");
  }
  if (!skip(line, kVersion)) {
    return fail(Errc::locked, "the key file was written by a newer version", "update stagepass");
  }
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) {
    return unusable("is damaged: it is too short");
  }
  SP_ASSIGN(Secret key, decode_key(line.substr(0, blank)));
  if (line.substr(blank + 1) != std::string_view(checksum_hex(key).data())) {
    return unusable("was edited: its checksum does not match");
  }
  return FileKey{std::move(key)};
}

FileKey new_key(Random& random) {
  return FileKey{Secret::make(kKeySize, [&](MutableBytes out) { random.fill(out); })};
}

Result<FileKey> create_key_file(const std::filesystem::path& path, Random& random) {
  FileKey key = new_key(random);
  SP_TRY(write_key_file(path, key));
  return key;
}

Result<void> write_key_file(const std::filesystem::path& path, const FileKey& key) {
  if (path.has_parent_path()) {
    SP_TRY(system::ensure_private_directory(path.parent_path()));
  }
  SP_ASSIGN(system::PrivateFile file, system::PrivateFile::create(path));
  const Secret text = encode_key_file(key);
  SP_TRY(file.write(text.reveal()));
  return file.publish();
}

Result<FileKey> read_key_file(const std::filesystem::path& path) {
  auto text = system::read_private_file(path, kReadLimit);
  if (!text) {
    Error error = std::move(text).error();
    if (error.code == Errc::permission_denied || error.code == Errc::invalid_argument) {
      error.code = Errc::locked;
    }
    return fail(std::move(error));
  }
  auto key = decode_key_file(*text);
  if (!key) {
    Error error = std::move(key).error();
    error.message = fmt::format("{}: {}", escape_untrusted(path.string()), error.message);
    return fail(std::move(error));
  }
  return key;
}

}  // namespace stagepass::vault
