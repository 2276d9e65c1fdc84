// The armor of an age file, as people paste it.

#include <age/armor.hpp>
#include <algorithm>
#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

/// Blanks around it and the form of line ends are free, everything else is not.
std::string in_one_form(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(text.find_first_not_of(kBlanks));
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), '\r'), plain.end());
  return plain + "\n";
}

void try_armor(std::string_view input) {
  const auto file = age::from_armor(input);
  if (!file) {
    require(file.error().flaw == age::Flaw::armor, "what is no armor is called so");
    return;
  }
  require(age::to_armor(*file) == in_one_form(input), "an armor has one form");
}

const Registration registration({"age_armor", try_armor});

}  // namespace
}  // namespace stagepass::fuzz
