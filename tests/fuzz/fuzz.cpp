#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fuzz/fuzz.hpp>
#include <support/crypto.hpp>  // for every trial

namespace stagepass::fuzz {
namespace {

std::vector<Trial>& registered() {
  static std::vector<Trial> trials;
  return trials;
}

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

/// Lead bytes up to `last_lead`, and what may follow them; see table 3-7 of the Unicode standard.
struct Sequence {
  std::uint8_t last_lead;
  std::size_t length;
  std::uint8_t lowest_second;
  std::uint8_t highest_second;
};
constexpr std::array<Sequence, 11> kSequences = {{{0x7F, 1, 0, 0},
                                                  {0xC1, 0, 0, 0},
                                                  {0xDF, 2, 0x80, 0xBF},
                                                  {0xE0, 3, 0xA0, 0xBF},
                                                  {0xEC, 3, 0x80, 0xBF},
                                                  {0xED, 3, 0x80, 0x9F},
                                                  {0xEF, 3, 0x80, 0xBF},
                                                  {0xF0, 4, 0x90, 0xBF},
                                                  {0xF3, 4, 0x80, 0xBF},
                                                  {0xF4, 4, 0x80, 0x8F},
                                                  {0xFF, 0, 0, 0}}};

/// The bytes of the first character, 0 if it is none. By the table and not by arithmetic, as the
/// code on trial does it.
std::size_t length_of_first(std::string_view text) {
  const auto* const sequence = std::find_if(
      kSequences.begin(), kSequences.end(),
      [&](const Sequence& candidate) { return byte_at(text, 0) <= candidate.last_lead; });
  const std::size_t length = sequence->length;
  if (length < 2 || text.size() < length) {
    return length == 1 ? 1 : 0;
  }
  const auto continues = [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80; };
  const std::string_view others = text.substr(2, length - 2);
  return byte_at(text, 1) >= sequence->lowest_second &&
                 byte_at(text, 1) <= sequence->highest_second &&
                 std::all_of(others.begin(), others.end(), continues)
             ? length
             : 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = length_of_first(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

/// In valid UTF-8 these bytes stand where the characters do and nowhere else. Both begin with the same byte.
bool holds_between(std::string_view text, std::string_view first, std::string_view last) {
  for (std::size_t at = 0; at + first.size() <= text.size(); ++at) {
    if (text[at] != first.front()) {
      continue;  // comparing is dear here: the sanitizers look at each call
    }
    const std::string_view here = text.substr(at, first.size());
    if (first <= here && here <= last) {
      return true;
    }
  }
  return false;
}

bool holds_deceptive(std::string_view text) {
  struct Characters {
    std::string_view first;
    std::string_view last;
  };
  // NOLINTBEGIN(misc-misleading-bidirectional): they are what is looked for
  constexpr std::array<Characters, 6> kDeceptive = {{{"\u0080", "\u009f"},
                                                     {"\u061c", "\u061c"},
                                                     {"\u200e", "\u200f"},
                                                     {"\u2028", "\u202e"},
                                                     {"\u2066", "\u2069"},
                                                     {"\ufeff", "\ufeff"}}};
  // NOLINTEND(misc-misleading-bidirectional)
  return std::any_of(kDeceptive.begin(), kDeceptive.end(), [&](const Characters& each) {
    return holds_between(text, each.first, each.last);
  });
}

}  // namespace

const std::vector<Trial>& trials() {
  return registered();
}

Registration::Registration(Trial trial) {
  registered().push_back(trial);
}

void require(bool holds, const char* promise) {
  if (!holds) {
    static_cast<void>(std::fprintf(stderr, "BROKEN: %s\n", promise));
    std::abort();
  }
}

void require_safe(std::string_view text) {
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  require(std::none_of(text.begin(), text.end(), is_control), "a shown text has no control bytes");
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; })) {
    return;  // as most are: the rest is about others than ASCII
  }
  require(is_utf8(text), "a shown text is valid UTF-8");
  require(!holds_deceptive(text), "a shown text has no character that deceives");
}

void require_safe(const Error& error) {
  require(!error.message.empty(), "an error says what is wrong");
  require_safe(error.message);
  require_safe(error.hint);
}

std::string_view take_until(std::string_view& rest, char separator) {
  const std::string_view taken = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
  return taken;
}

}  // namespace stagepass::fuzz

/// What libFuzzer calls.
// NOLINTNEXTLINE(readability-identifier-naming): the name that it gives it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data),
                               std::min(size, stagepass::fuzz::kLongestInput));
  for (const stagepass::fuzz::Trial& trial : stagepass::fuzz::trials()) {
    trial.run(input);
  }
  return 0;
}
