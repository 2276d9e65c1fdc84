#include "cli/basics_input.hpp"

#include "cli/file_input.hpp"

#include <stagepass/core/nearest_word.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestBasicsFile = 64UL * 1024;
constexpr std::string_view kBlanks = " \t";
constexpr const char* kEnvironment = "environment";
constexpr const char* kPlatform = "platform";
constexpr const char* kVersions = "versions";

std::vector<std::string> known_keys() {
  std::vector<std::string> keys = {kEnvironment, kPlatform, kVersions};
  for (const Basic basic : kBasics) {
    keys.emplace_back(to_string(basic));
  }
  return keys;
}

bool is_word(std::string_view text) {
  constexpr std::size_t kLongestWord = 32;
  return !text.empty() && text.size() <= kLongestWord &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
}

Failure no_such_line(std::size_t number) {
  return fail(Errc::invalid_argument,
              fmt::format("line {} of the basics is not written as key: value", number),
              fmt::format("the keys are: {}", join(known_keys(), ", ")));
}

Failure no_such_key(std::size_t number, std::string_view key) {
  const auto keys = known_keys();
  const std::string nearest = nearest_word(key, keys);
  return fail(
      Errc::invalid_argument,
      fmt::format("line {} of the basics: there is no key {}", number, stagepass::quoted(key)),
      nearest.empty() ? fmt::format("the keys are: {}", join(keys, ", "))
                      : fmt::format("did you mean \"{}\"?", nearest));
}

Result<void> take(CaseFacts& facts, const std::string& key, const std::string& value) {
  if (key == kEnvironment) {
    SP_ASSIGN(facts.environment, parse_environment(value));
  } else if (key == kPlatform) {
    facts.platform = value;
  } else if (key == kVersions) {
    facts.versions = value;
  }
  for (const Basic basic : kBasics) {
    if (to_string(basic) == key) {
      facts.answers.emplace(basic, value);
    }
  }
  return {};
}

class BasicsReader final {
 public:
  Result<void> read_line(std::string_view line) {
    ++number_;
    const std::string_view text = trimmed(without_line_ends(line), kBlanks);
    if (text.empty() || text.front() == '#') {
      return {};
    }
    const std::size_t colon = text.find(':');
    const std::string_view key = trimmed(text.substr(0, colon), kBlanks);
    if (colon == std::string_view::npos || !is_word(key)) {
      return no_such_line(number_);
    }
    const auto keys = known_keys();
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      return no_such_key(number_, key);
    }
    if (!seen_.emplace(key).second) {
      return fail(Errc::invalid_argument,
                  fmt::format("line {} of the basics: {} is said twice", number_, key));
    }
    return take(facts_, std::string(key), std::string(trimmed(text.substr(colon + 1), kBlanks)));
  }

  [[nodiscard]] CaseFacts facts() && { return std::move(facts_); }

 private:
  std::size_t number_ = 0;
  std::set<std::string, std::less<>> seen_;
  CaseFacts facts_;
};

/// Asks until the answer can be one; nothing for an empty line.
template <class Check>
Result<std::optional<std::string>> ask(Terminal& terminal, std::string_view question,
                                       const Check& check) {
  while (true) {
    SP_ASSIGN(std::string answer,
              terminal.ask_line(fmt::format("{} [Enter: no answer]", question)));
    if (answer.empty()) {
      return std::optional<std::string>();
    }
    const auto checked = check(answer);
    if (checked) {
      return std::optional(std::move(answer));
    }
    terminal.note(checked.error().message);
  }
}

Result<std::optional<std::string>> ask_for_text(Terminal& terminal, std::string_view question,
                                                std::size_t longest) {
  return ask(terminal, question, [&](const std::string& answer) {
    return parse_case_text("what you said", answer, longest);
  });
}

Result<void> ask_about_shop(Terminal& terminal, const Case& known, CaseFacts& facts) {
  if (!facts.environment && !known.environment) {
    SP_ASSIGN(const auto word,
              ask(terminal, "environment: staging, test or live?",
                  [](const std::string& answer) { return parse_environment(answer); }));
    if (word) {
      SP_ASSIGN(facts.environment, parse_environment(*word));
    }
  }
  if (!facts.platform && known.platform.empty()) {
    SP_ASSIGN(facts.platform, ask_for_text(terminal, "platform of the shop?", kLongestShopText));
  }
  if (!facts.versions && known.versions.empty()) {
    SP_ASSIGN(facts.versions,
              ask_for_text(terminal, "versions of the shop and the plug-in?", kLongestShopText));
  }
  return {};
}

}  // namespace

Result<CaseFacts> parse_basics(std::string_view text) {
  BasicsReader reader;
  while (!text.empty()) {
    SP_TRY(reader.read_line(take_line(text)));
  }
  return std::move(reader).facts();
}

Result<CaseFacts> read_basics(const std::string& path) {
  SP_ASSIGN(const Secret content, read_input(path, "the basics", kLongestBasicsFile));
  return parse_basics(content.reveal_text());
}

Result<void> ask_for_facts(Terminal& terminal, const Case& known, CaseFacts& facts) {
  SP_TRY(ask_about_shop(terminal, known, facts));
  for (const Basic basic : missing_basics(known)) {
    if (!facts.answers.contains(basic)) {
      SP_ASSIGN(const auto answer, ask_for_text(terminal, question_of(basic), kLongestAnswer));
      if (answer) {
        facts.answers.emplace(basic, *answer);
      }
    }
  }
  return {};
}

std::string describe_missing(const Case& record) {
  const std::string& ref = record.ref.str();
  const auto missing = missing_basics(record);
  if (!record.opened_at && missing.size() == kBasics.size()) {
    return fmt::format(
        "case {0} was never opened, so none of the six basics is answered: stagepass case open {0}",
        ref);
  }
  std::vector<std::string> keys;
  keys.reserve(missing.size());
  for (const Basic basic : missing) {
    keys.emplace_back(to_string(basic));
  }
  return keys.empty() ? std::string()
                      : fmt::format("case {0} has no answer yet to: {1}; stagepass case open {0}",
                                    ref, join(keys, ", "));
}

}  // namespace stagepass::cli
