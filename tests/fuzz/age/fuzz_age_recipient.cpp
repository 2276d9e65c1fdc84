// Public keys of recipients, which strangers send: age keys in Bech32, and SSH keys.

#include <stagepass/age/encrypt.hpp>
#include <stagepass/age/recipient.hpp>

#include <fuzz/fuzz.hpp>
#include <string>
#include <support/seeded_random.hpp>
#include <vector>

namespace stagepass::fuzz {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

void try_recipient(std::string_view input) {
  const auto recipient = age::Recipient::parse(input);
  if (!recipient) {
    require(recipient.error().code == Errc::invalid_argument, "what is no key is a wrong argument");
    require_safe(recipient.error());
    return;
  }
  const std::string text = recipient->str();
  require_safe(text);
  const auto again = age::Recipient::parse(text);
  require(again && *again == *recipient, "a key that was written reads as the same");
  require(text.starts_with("ssh-ed25519 ") || lower(input).find(text) != std::string::npos,
          "an age key has one text, in either case");
  tests::SeededRandom random;
  const std::vector<age::Recipient> to{*recipient};
  require(age::encrypt(Secret::copy_of("x"), to, random).has_value(),
          "a key that is accepted can be encrypted to");
}

const Registration registration({"age_recipient", try_recipient});

}  // namespace
}  // namespace stagepass::fuzz
