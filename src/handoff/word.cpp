#include "handoff/pasted_text.hpp"

#include <stagepass/core/base64.hpp>
#include <stagepass/core/hmac.hpp>
#include <stagepass/handoff/word.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace stagepass::handoff {
namespace {

constexpr std::string_view kKind = "stagepass-word ";
constexpr std::string_view kFirstLine = "stagepass-word 1";
constexpr std::array<std::string_view, 6> kMembers = {"grant", "case", "says", "at", "by", "proof"};

Failure no_word(const std::string& why) {
  return fail(Errc::invalid_argument, "this is no word that can be acted on: " + why,
              "paste all of what `stagepass done` or `stagepass compromised` has printed, from "
              "\"stagepass-word\" to the end of the proof");
}

Failure newer_word() {
  return fail(Errc::invalid_argument, "the word was said with a newer version of stagepass",
              "install the newer version, or end the grant without it: stagepass finish GRANT");
}

PastedForm form() {
  return {kKind, kFirstLine, kMembers, no_word, newer_word};
}

std::string body_of(const Word& word) {
  return fmt::format("{}\ngrant: {}\ncase: {}\nsays: {}\nat: {}\nby: {}\n", kFirstLine,
                     word.grant.str(), word.case_ref.str(), to_string(word.says),
                     format_utc(word.at), word.by.str());
}

std::array<std::uint8_t, 32> proof_of(const Word& word, const Secret& token) {
  return hmac_sha256(token, body_of(word));
}

std::optional<Saying> saying_in(std::string_view text) {
  for (const Saying each : {Saying::done, Saying::compromised}) {
    if (text == to_string(each)) {
      return each;
    }
  }
  return std::nullopt;
}

Result<Word> word_of(const PastedMembers& members) {
  const auto value = [&](std::string_view name) { return members.find(name)->second; };
  SP_ASSIGN(GrantId grant, GrantId::parse(value("grant")));
  SP_ASSIGN(CaseRef case_ref, CaseRef::parse(value("case")));
  SP_ASSIGN(const Timestamp at, parse_rfc3339(value("at")));
  SP_ASSIGN(RecipientName by, RecipientName::parse(value("by")));
  const auto says = saying_in(value("says"));
  if (!says) {
    return no_word("it says neither done nor compromised");
  }
  return Word{std::move(grant), std::move(case_ref), *says, at, std::move(by), value("proof")};
}

bool is_same(const Word& a, const Word& b) {
  return body_of(a) == body_of(b) && a.proof == b.proof;
}

}  // namespace

std::string_view to_string(Saying saying) {
  return saying == Saying::done ? "done" : "compromised";
}

Secret word_token(const Secret& key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr unsigned kHalf = 4;
  return Secret::make(key.size() * 2, [&](MutableBytes out) {
    std::size_t at = 0;
    for (const std::uint8_t byte : key.reveal()) {
      out[at++] = static_cast<std::uint8_t>(kDigits[byte >> kHalf]);
      out[at++] = static_cast<std::uint8_t>(kDigits[byte & 0xFU]);
    }
  });
}

std::string write_word(const Word& word, const Secret& token) {
  return fmt::format("{}proof: {}\n", body_of(word), to_base64(proof_of(word, token)));
}

Result<Word> read_word(std::string_view text) {
  SP_ASSIGN(const PastedMembers first, take_pasted(text, form()));
  SP_ASSIGN(Word word, word_of(first));
  while (has_another(text, form())) {
    SP_ASSIGN(const PastedMembers next, take_pasted(text, form()));
    SP_ASSIGN(const Word again, word_of(next));
    if (!is_same(word, again)) {
      return no_word("there are several that say different things; paste one of them");
    }
  }
  return word;
}

bool is_proven(const Word& word, const Secret& token) {
  const auto given = from_base64(word.proof);
  // A text that may come from anybody is compared in constant time, as secrets are.
  return given && Secret::copy_of(*given) == Secret::copy_of(proof_of(word, token));
}

}  // namespace stagepass::handoff
