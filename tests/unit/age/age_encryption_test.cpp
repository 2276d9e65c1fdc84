// Files that the npm package age-encryption has made; that it opens ours is tested with the offline page, which holds it.
#include <stagepass/age/decrypt.hpp>
#include <stagepass/core/text.hpp>

#include <sodium.h>

#include <age/kdf.hpp>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::age {
namespace {

using tests::must;

constexpr const char* kFolder = STAGEPASS_AGE_ENCRYPTION;

/// One line of files.tsv.
struct LibraryFile {
  std::string name;
  std::string key;  ///< an identity, or a passphrase
  std::size_t size = 0;
  std::string sha256;
};

std::vector<LibraryFile> library_files() {
  std::vector<LibraryFile> files;
  std::istringstream list(tests::content_of(std::filesystem::path(kFolder) / "files.tsv"));
  for (std::string line; std::getline(list, line);) {
    LibraryFile file;
    if (!line.starts_with('#')) {
      std::istringstream(line) >> file.name >> file.key >> file.size >> file.sha256;
      files.push_back(file);
    }
  }
  return files;
}

Result<Secret> opened(const LibraryFile& file) {
  const std::string text = tests::content_of(std::filesystem::path(kFolder) / file.name);
  const Secret key = Secret::copy_of(file.key);
  std::vector<Identity> identities;
  if (file.key.starts_with("AGE-SECRET-KEY-")) {
    identities = must(read_identities(key));
  } else {
    identities.push_back(must(Identity::of_passphrase(key.clone())));
  }
  return decrypt(bytes_of(text), identities);
}

std::string sha256(Bytes bytes) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
  ::crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return to_hex(digest);
}

}  // namespace

TEST_CASE("age-encryption: what it has sealed opens here, and to nobody else", "[age]") {
  const std::vector<LibraryFile> files = library_files();
  CHECK(files.size() == 12);
  std::size_t opened_files = 0;
  for (const LibraryFile& file : files) {
    INFO(file.name);
    const auto content = opened(file);
    if (file.name.find("_for_a") != std::string::npos) {
      CHECK(tests::error_of(content) == Errc::locked);
      continue;
    }
    REQUIRE(content);
    CHECK(content->size() == file.size);
    CHECK(sha256(content->reveal()) == file.sha256);
    ++opened_files;
  }
  CHECK(opened_files == 10);
}

}  // namespace stagepass::age
