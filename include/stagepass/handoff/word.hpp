#pragma once

#include <stagepass/core/ids.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>

#include <string>
#include <string_view>

namespace stagepass::handoff {

/// What a specialist says of the access that was handed to him.
enum class Saying {
  done,        ///< the work is over
  compromised  ///< somebody else has it, or may have
};

[[nodiscard]] std::string_view to_string(Saying saying);

/// His word, as it stands in the ticket.
struct Word {
  GrantId grant;
  CaseRef case_ref;
  Saying says = Saying::done;
  Timestamp at;  ///< by his clock
  RecipientName by;
  std::string proof{};  ///< of all the above, and of nothing else
};

/// The token of a hand-off as its document carries it, from the key that the vault has for the grant.
[[nodiscard]] Secret word_token(const Secret& key);

/// The word as a text that survives a ticket, proven with the token of the hand-off:
///
///     stagepass-word 1
///     grant: g-7f3k9q2m5x
///     case: MSP-48213
///     says: done
///     at: 2026-12-01T10:00:00Z
///     by: ana
///     proof: HMAC-SHA-256 of the lines before it, in base64
///
/// Guarantees: the proof says that whoever wrote it had the token, so he could open a hand-off of this grant, or is the
/// vault that sealed it. It is no signature: it shows nothing to anybody else, and not which of his keys he has used.
/// Secrets: none of the token is in the text.
[[nodiscard]] std::string write_word(const Word& word, const Secret& token);

/// The same read back, from a text that may hold more around it. Said more than once, as in an answer that quotes it, it
/// must be the same each time.
///
/// Failure: `invalid_argument` for what is no word, of another version, or with a line that is not known, missing or
/// given twice. The proof is looked at by `is_proven` only.
[[nodiscard]] Result<Word> read_word(std::string_view text);

/// Was it written with this token, and is it as it was written? In constant time.
[[nodiscard]] bool is_proven(const Word& word, const Secret& token);

}  // namespace stagepass::handoff
