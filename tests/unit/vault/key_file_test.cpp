#include <stagepass/vault/key_file.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace stagepass::vault {

namespace {

using Catch::Matchers::ContainsSubstring;
using std::filesystem::path;
using tests::must;
using tests::SeededRandom;
using tests::TempDir;

// The key 00 01 … 1f.
const std::string good_text =
    "stagepass-key 1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= b1e29b66\n";

void write_private(const path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
}

std::string with_base64(std::string_view base64) {
  return "stagepass-key 1 " + std::string(base64) + " 00000000\n";
}

}  // namespace

TEST_CASE("a key file reads back as the key it was made of") {
  SeededRandom random;
  const FileKey key = new_key(random);
  const Secret text = encode_key_file(key);
  CHECK(text.size() == good_text.size());
  CHECK(must(decode_key_file(text)).bytes == key.bytes);
}

TEST_CASE("two keys differ") {
  SeededRandom random;
  CHECK_FALSE(new_key(random).bytes == new_key(random).bytes);
}

TEST_CASE("line ends of other systems and none at all are accepted") {
  const std::string line = good_text.substr(0, good_text.size() - 1);
  for (const char* end : {"", "\n", "\r\n", "\r"}) {
    const FileKey key = must(decode_key_file(Secret::copy_of(line + end)));
    CHECK(key.bytes.reveal()[31] == 0x1f);
  }
}

TEST_CASE("a damaged key file is refused with what is wrong and without its key") {
  struct BadText {
    std::string text;
    std::string message;
  };
  std::string with_wrong_checksum = good_text;
  with_wrong_checksum[good_text.size() - 2] = '0';
  std::string with_changed_key = good_text;
  with_changed_key[20] = 'z';
  const std::vector<BadText> bad_texts = {
      {"", "is empty"},
      {"\n", "is empty"},
      {"\r\n", "is empty"},
      {"AGE-SECRET-KEY-1QQQ\n", "is not a key file of stagepass"},
      {"Stagepass-Key 1 \n", "is not a key file of stagepass"},
      {" " + good_text, "is not a key file of stagepass"},
      {"stagepass-key 2 whatever\n", "was written by a newer version"},
      {"stagepass-key 1 \n", "too short"},
      {good_text.substr(0, 40), "too short"},
      {with_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="), "31 bytes instead of 32"},
      {with_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"), "33 bytes instead of 32"},
      {with_base64(""), "0 bytes instead of 32"},
      {with_base64(std::string(48, 'A')), "its key is too long"},
      {with_base64(std::string(43, '!') + "="), "its key is not base64"},
      {with_base64(std::string(42, '\xd9') + "8="), "its key is not base64"},
      {with_wrong_checksum, "checksum does not match"},
      {with_changed_key, "checksum does not match"},
      {good_text + "\n", "checksum does not match"},
      {good_text + good_text, "checksum does not match"},
  };
  for (const BadText& bad : bad_texts) {
    CAPTURE(bad.text);
    const auto key = decode_key_file(Secret::copy_of(bad.text));
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::locked);
    CHECK_THAT(key.error().message, ContainsSubstring(bad.message));
    CHECK_THAT(key.error().message, !ContainsSubstring("AAEC"));
    CHECK_FALSE(key.error().hint.empty());
  }
}

TEST_CASE("a new key file has mode 0600 in a new folder of mode 0700") {
  const TempDir folder;
  const path file = folder.path() / "keys" / "vault.key";
  SeededRandom random;
  const FileKey key = must(create_key_file(file, random));

  struct ::stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600);
  REQUIRE(::stat(file.parent_path().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0700);
  CHECK(must(read_key_file(file)).bytes == key.bytes);
}

TEST_CASE("a key file is never overwritten") {
  const TempDir folder;
  const path file = folder.path() / "vault.key";
  SeededRandom random;
  const FileKey key = must(create_key_file(file, random));
  CHECK(tests::error_of(create_key_file(file, random)) == Errc::conflict);
  CHECK(must(read_key_file(file)).bytes == key.bytes);
}

TEST_CASE("only a private regular file is read as a key file") {
  struct BadFile {
    std::string name;
    std::function<void(const path&)> make;
    Errc code;
  };
  const std::vector<BadFile> bad_files = {
      {"missing", [](const path&) {}, Errc::not_found},
      {"empty", [](const path& at) { write_private(at, ""); }, Errc::locked},
      {"folder", [](const path& at) { std::filesystem::create_directory(at); }, Errc::locked},
      {"FIFO", [](const path& at) { REQUIRE(::mkfifo(at.c_str(), 0600) == 0); }, Errc::locked},
      {"readable by others",
       [](const path& at) {
         write_private(at, good_text);
         REQUIRE(::chmod(at.c_str(), 0644) == 0);
       },
       Errc::locked},
      {"readable by the group",
       [](const path& at) {
         write_private(at, good_text);
         REQUIRE(::chmod(at.c_str(), 0640) == 0);
       },
       Errc::locked},
      {"symbolic link",
       [](const path& at) {
         write_private(at.string() + ".real", good_text);
         std::filesystem::create_symlink(at.string() + ".real", at);
       },
       Errc::locked},
      {"hard link",
       [](const path& at) {
         write_private(at.string() + ".real", good_text);
         std::filesystem::create_hard_link(at.string() + ".real", at);
       },
       Errc::locked},
      {"larger than 4 KiB",
       [](const path& at) { write_private(at, good_text + std::string(4096, ' ')); }, Errc::locked},
      {"edited", [](const path& at) { write_private(at, with_base64(std::string(44, 'A'))); },
       Errc::locked},
  };
  for (const BadFile& bad : bad_files) {
    CAPTURE(bad.name);
    const TempDir folder;
    const path file = folder.path() / "vault.key";
    bad.make(file);
    const auto key = read_key_file(file);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == bad.code);
    CHECK_THAT(key.error().message, ContainsSubstring("vault.key"));
  }
  CHECK(tests::error_of(read_key_file("/dev/zero")) == Errc::locked);
}

TEST_CASE("a key file of another user is refused") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can make a file of another user");
    return;
  }
  const TempDir folder;
  const path file = folder.path() / "vault.key";
  write_private(file, good_text);
  CHECK(read_key_file(file));
  REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
  CHECK(tests::error_of(read_key_file(file)) == Errc::locked);
}

}  // namespace stagepass::vault
