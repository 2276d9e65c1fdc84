#pragma once

#include "browser.hpp"

#include <stagepass/age/encrypt.hpp>
#include <stagepass/age/identity.hpp>

#include <string>
#include <support/catch.hpp>
#include <vector>

namespace stagepass::tests {

/// A key made for these tests: the line of its file, and whom to encrypt to.
struct SampleKey {
  std::string line;
  std::string recipient;

  explicit SampleKey(std::uint64_t seed);
};

/// A hand-off as the program writes it, with one account that has a password and one with a key.
[[nodiscard]] Json sample_handoff();
inline constexpr const char* kPassword = "Qx7vMzP2kRtYw9bNcHd4GfLs";
inline constexpr const char* kOtherPassword = "hJ5mWq8xVz3TnKr6YcPd2BgS";

/// The armored block that `recipient` ("age1…" or "ssh-ed25519 …") opens.
[[nodiscard]] std::string seal(const std::string& content, const std::string& recipient);
[[nodiscard]] std::string seal(const Json& handoff, const std::string& recipient);
[[nodiscard]] std::string seal_with_passphrase(const Json& handoff, const std::string& passphrase);

/// The page as the program prints it, freshly opened from a file in the one browser of these tests.
class PageFixture {
 protected:
  PageFixture();

  /// The page's address on disk, where `browser_.folder()` has it as open.html too.
  [[nodiscard]] std::string address() const;

  /// "identity", "browser" or "passphrase".
  void choose(const std::string& way);
  void paste_block(const std::string& block) { browser_.paste("#block", block); }
  /// Presses Open; returns what the page refuses, empty if it opened.
  std::string press_open();
  std::string open_with(const std::string& block, const SampleKey& key);
  /// The same for the fixture's own key.
  std::string open(const Json& handoff);
  std::string open(const std::string& content);

  /// What stands in a field.
  std::string field(const std::string& id);
  /// All that is written in the document, shown or not, and in its fields and attributes.
  std::string document();
  /// The label and the value of each line of the checklist.
  std::vector<std::string> lines();
  /// Nothing was asked of a network, and the browser had nothing to object to.
  void check_silence();

  Browser& browser_ = Browser::instance();
  std::size_t arrived_before_ = browser_.arrived().size();
  const SampleKey key_{1};
  const SampleKey other_key_{2};
};

[[nodiscard]] inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace stagepass::tests
