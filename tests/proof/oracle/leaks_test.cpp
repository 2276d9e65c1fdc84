#include "oracle/leaks.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <fstream>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/temp_dir.hpp>

namespace stagepass::proof {
namespace {

class Files {
 public:
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder.path() / name, std::ios::binary) << content;
    return folder.path() / name;
  }
  [[nodiscard]] bool leaks(const std::string& content) const {
    return !find_secret({write("file", content)}, secret).empty();
  }
  static std::string base64(const std::string& text, int variant) {
    std::string encoded(::sodium_base64_encoded_len(text.size(), variant), '\0');
    ::sodium_bin2base64(encoded.data(), encoded.size(),
                        reinterpret_cast<const unsigned char*>(text.data()), text.size(), variant);
    return encoded;
  }

  tests::TempDir folder;
  Secret secret = Secret::copy_of("correct?horse>staple~");
};

}  // namespace

TEST_CASE_METHOD(Files, "I6: a secret is found as it is and in hex") {
  CHECK(leaks("before correct?horse>staple~ after"));
  CHECK(leaks("x636f72726563743f686f7273653e737461706c657ey"));
  CHECK(leaks("636F72726563743F686F7273653E737461706C657E"));
}

TEST_CASE_METHOD(Files, "I6: a secret is found in base64 wherever it stands in what was encoded") {
  for (const std::string before : {"", "a", "ab", "abc"}) {
    for (const std::string after : {"", "z", "zz"}) {
      const std::string text = fmt::format("{}correct?horse>staple~{}", before, after);
      CHECK(leaks(base64(text, sodium_base64_VARIANT_ORIGINAL)));
      CHECK(leaks(base64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING)));
    }
  }
}

TEST_CASE_METHOD(Files, "I6: a secret is found in UTF-16") {
  std::string little;
  for (const char each : secret.reveal_text()) {
    little += each;
    little += '\0';
  }
  CHECK(leaks(little));
  CHECK(leaks(std::string(1, '\0') + little));
}

TEST_CASE_METHOD(Files, "I6: other text is no leak") {
  CHECK_FALSE(leaks(""));
  CHECK_FALSE(leaks("correct?horse>staple"));
  CHECK_FALSE(leaks(base64("another secret of such a length", sodium_base64_VARIANT_ORIGINAL)));
}

TEST_CASE_METHOD(Files, "I6: what cannot be searched is an objection") {
  CHECK_FALSE(find_secret({folder.path() / "missing"}, secret).empty());
  CHECK_FALSE(find_secret({}, Secret::copy_of("short")).empty());
}

TEST_CASE_METHOD(Files, "all files below a folder are searched") {
  std::filesystem::create_directory(folder.path() / "deeper");
  write("one", "");
  write("deeper/two", "");
  CHECK(files_below(folder.path()).size() == 2);
}

}  // namespace stagepass::proof
