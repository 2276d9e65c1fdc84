// Words of specialists, as a merchant pastes them from a ticket that anybody may write into.

#include <stagepass/handoff/word.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_word(std::string_view input) {
  const auto word = handoff::read_word(input);
  if (!word) {
    require(word.error().code == Errc::invalid_argument, "no word is a wrong argument");
    require_safe(word.error());
    return;
  }
  const Secret token = handoff::word_token(Secret::copy_of("another grant's k"));
  require(!handoff::is_proven(*word, token), "nobody proves a word without the token");
  const auto again = handoff::read_word(handoff::write_word(*word, token));
  require(again && again->grant == word->grant && again->case_ref == word->case_ref &&
              again->says == word->says && again->at == word->at && again->by == word->by,
          "a written word reads as the same");
  require(handoff::is_proven(*again, token), "a written word is proven");
}

const Registration registration({"word", try_word});

}  // namespace
}  // namespace stagepass::fuzz
