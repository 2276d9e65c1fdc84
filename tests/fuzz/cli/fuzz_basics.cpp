// A form with the basics of a case: what is kept of it is shown on terminals and travels to others.
#include "cli/basics_input.hpp"

#include <stagepass/core/case.hpp>

#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

void require_line(const std::string& text, std::size_t longest) {
  constexpr std::size_t kMostBytesOfACharacter = 4;
  require_safe(text);
  require(text.find('\n') == std::string::npos, "what is kept is one line");
  require(text.size() <= longest * kMostBytesOfACharacter, "what is kept is short");
  require(text.empty() || (text.front() != ' ' && text.back() != ' '), "without blanks around it");
}

void try_basics(std::string_view input) {
  const auto facts = cli::parse_basics(input);
  if (!facts) {
    require(facts.error().code == Errc::invalid_argument, "a wrong form is a wrong argument");
    require_safe(facts.error());
    return;
  }
  const auto record = with_facts({CaseRef::parse("MSP-1").value(), {}}, *facts);
  if (!record) {
    require(record.error().code == Errc::invalid_argument, "a wrong answer is a wrong argument");
    require_safe(record.error());
    return;
  }
  require_line(record->platform, kLongestShopText);
  require_line(record->versions, kLongestShopText);
  for (const auto& [basic, answer] : record->answers) {
    require(!answer.empty(), "an empty answer is none");
    require_line(answer, kLongestAnswer);
  }
  const auto again = with_facts(*record, *facts);
  require(again && again->answers == record->answers && again->platform == record->platform,
          "what is kept is kept as it is");
}

const Registration registration({"basics", try_basics});

}  // namespace
}  // namespace stagepass::fuzz
