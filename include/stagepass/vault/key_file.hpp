#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/random.hpp>

#include <filesystem>
#include <string_view>

namespace stagepass::vault {

inline constexpr std::size_t kKeySize = 32;

/// The 32 bytes of a key file. A type of its own, so that no other secret is taken for a key.
struct FileKey {
  Secret bytes;
};

/// The text of a key file: one line, "stagepass-key 1 <base64 of 32 bytes> <8 hex digits of a
/// checksum>\n".
[[nodiscard]] Secret encode_key_file(const FileKey& key);

/// Errors: `locked` with what is wrong: empty, too short, too long, edited (checksum), written by
/// a newer version. Line ends of other systems are accepted.
[[nodiscard]] Result<FileKey> decode_key_file(const Secret& text);

[[nodiscard]] FileKey new_key(Random& random);

/// Creates `path` with mode 0600 and a new key, durably; never overwrites (`conflict`). Creates a
/// missing parent folder with mode 0700.
[[nodiscard]] Result<FileKey> create_key_file(const std::filesystem::path& path, Random& random);

/// The same with a key that there is already.
[[nodiscard]] Result<void> write_key_file(const std::filesystem::path& path, const FileKey& key);

/// Reads a key file. Errors: `not_found`; `locked` if it is not a regular file of this user (or
/// root) that nobody else can read, has more than one link, or is a symbolic link.
[[nodiscard]] Result<FileKey> read_key_file(const std::filesystem::path& path);

}  // namespace stagepass::vault
