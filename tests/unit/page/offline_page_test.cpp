#include <stagepass/page/offline_page.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <filesystem>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/crypto.hpp>

namespace stagepass::tests {
namespace {

std::filesystem::path folder() {
  return STAGEPASS_PAGE_FOLDER;
}

std::string sha256_of(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  ::crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
  std::string hex(2 * hash.size() + 1, '\0');
  ::sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

std::string base64_sha256_of(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  ::crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
  std::string base64(sodium_base64_ENCODED_LEN(hash.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  ::sodium_bin2base64(base64.data(), base64.size(), hash.data(), hash.size(),
                      sodium_base64_VARIANT_ORIGINAL);
  base64.pop_back();
  return base64;
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What stands between the tags of each element of this name.
std::vector<std::string_view> elements(std::string_view page, const std::string& name) {
  const std::string begin = "<" + name + ">";
  const std::string end = "</" + name + ">";
  std::vector<std::string_view> found;
  for (std::size_t at = page.find(begin); at != std::string_view::npos; at = page.find(begin, at)) {
    at += begin.size();
    const std::size_t to = page.find(end, at);
    REQUIRE(to != std::string_view::npos);
    found.push_back(page.substr(at, to - at));
    at = to;
  }
  return found;
}

TEST_CASE("page: the program carries byte for byte the file that is committed", "[page]") {
  CHECK(page::offline_page() == content_of(folder() / "generated/open.html"));
  CHECK(page::offline_page_sha256() == sha256_of(page::offline_page()));
  CHECK(content_of(folder() / "generated/open.html.sha256") ==
        std::string(page::offline_page_sha256()) + "  open.html\n");
}

TEST_CASE("page: the committed file was made from the sources as they are now", "[page]") {
  std::size_t sources = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder() / "source")) {
    const std::string extension = entry.path().extension();
    if (extension == ".js" || extension == ".css") {
      const std::string name = extension == ".js" ? "script" : "style";
      INFO(entry.path() << ": run scripts/rebuild-page");
      CHECK(holds(page::offline_page(),
                  fmt::format("<{0}>{1}</{0}>", name, content_of(entry.path()))));
      ++sources;
    }
  }
  CHECK(sources == 8);
}

TEST_CASE("page: its policy allows the scripts and the style that stand in it and nothing else",
          "[page]") {
  const std::string_view page = page::offline_page();
  const std::size_t begin = page.find("content=\"default-src 'none'; ");
  REQUIRE(begin != std::string_view::npos);
  const std::string_view policy = page.substr(begin, page.find("\">", begin) - begin);
  std::string script_hashes;
  for (const std::string_view script : elements(page, "script")) {
    script_hashes += fmt::format(" 'sha256-{}'", base64_sha256_of(script));
  }
  const auto styles = elements(page, "style");
  REQUIRE(styles.size() == 1);
  CHECK(elements(page, "script").size() == 8);
  CHECK(policy == "content=\"default-src 'none'; script-src" + script_hashes +
                      "; style-src 'sha256-" + base64_sha256_of(styles.front()) +
                      "'; connect-src 'none'; form-action 'none'; base-uri 'none'"
                      "; require-trusted-types-for 'script'; trusted-types 'none'");
}

TEST_CASE("page: nothing in it is loaded from elsewhere or runs from an attribute", "[page]") {
  std::string markup(page::offline_page());
  for (const char* name : {"script", "style"}) {
    for (const std::string_view text : elements(page::offline_page(), name)) {
      markup.erase(markup.find(text), text.size());
    }
  }
  CHECK(markup.size() > 10'000);  // what is left: the markup and the licences
  for (const char* part : {"src=", "href=", "action=", "onclick", "onload", "style=", "<link",
                           "<img", "<iframe", "<object", "<base", "@"}) {
    INFO(part);
    const std::string_view licences = "<pre>";
    CHECK_FALSE(holds(std::string_view(markup).substr(0, markup.find(licences)), part));
  }
}

TEST_CASE("page: the licences of what is bundled stand in it and beside it", "[page]") {
  const std::string licences = content_of(folder() / "generated/LICENSES");
  for (const char* package :
       {"age-encryption 0.3.1 (BSD-3-Clause)", "@noble/ciphers ", "@noble/curves ",
        "@noble/hashes ", "@noble/post-quantum ", "@scure/base ", "Permission is hereby granted"}) {
    INFO(package);
    CHECK(holds(licences, package));
    CHECK(holds(page::offline_page(), package));
  }
}

}  // namespace
}  // namespace stagepass::tests
