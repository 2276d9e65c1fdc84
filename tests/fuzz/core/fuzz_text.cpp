// Foreign text on its way to a terminal, a log or an error message.

#include <stagepass/core/text.hpp>

#include <algorithm>
#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

constexpr std::string_view kCut = "…";

void try_text(std::string_view input) {
  // The first byte says after how many the text is cut.
  const std::size_t limit = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  const std::string escaped = escape_untrusted(input, limit);
  require_safe(escaped);
  require(escaped.size() <= limit + kCut.size(), "an escaped text is cut");

  const std::string whole = escape_untrusted(input, 4 * kLongestInput);
  require_safe(whole);
  require(escape_untrusted(whole, whole.size()) == whole, "what is safe is left alone");
  require(escaped == whole || (escaped.ends_with(kCut) &&
                               whole.starts_with(escaped.substr(0, escaped.size() - kCut.size()))),
          "a cut text is the beginning of the whole");

  const std::string said = quoted(input);
  require_safe(said);
  require(said.front() == '"' && said.back() == '"', "a quoted text is in quotes");
}

const Registration registration({"text", try_text});

}  // namespace
}  // namespace stagepass::fuzz
