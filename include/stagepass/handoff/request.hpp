#pragma once

#include <stagepass/age/recipient.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>

#include <string>
#include <string_view>

namespace stagepass::handoff {

/// What a specialist asks for, before there is a grant.
struct AccessRequest {
  CaseRef case_ref;
  RecipientName who;
  age::Recipient key;  ///< the hand-off is to be sealed for
  Ttl life;
  std::string wants;   ///< "shop: config, files: modules", in his words; may be empty
  std::string reason;  ///< may be empty
};

/// The request as a text that survives a ticket:
///
///     stagepass-request 1
///     case: MSP-48213
///     who: ana
///     key: age1…
///     for: 8h
///     wants: files: modules
///     reason: webhook 403
///     check: eight words
///
/// Guarantees: the words at the end are those of all that stands before them, so one phone call compares everything.
/// Errors: `invalid_argument` for a want or reason of more than one line, or of more than 200 bytes.
/// Secrets: none.
[[nodiscard]] Result<std::string> write_request(const AccessRequest& request);

/// The same read back, from a text that may hold more around it.
///
/// Failure: `invalid_argument` for what is no request, of another version, with a line that is not known, missing or
/// given twice, or whose words are not those of its text: it was edited or mistyped.
[[nodiscard]] Result<AccessRequest> read_request(std::string_view text);

/// The eight words of a request. As `write_request` puts them at the end.
[[nodiscard]] std::string check_words(const AccessRequest& request);

}  // namespace stagepass::handoff
