#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::handoff {

/// One login of a hand-off.
struct DocumentAccount {
  std::string target;
  std::string user;
  std::optional<Secret> password;                           ///< none where only a key is let in
  std::vector<std::pair<std::string, std::string>> access;  ///< host, port, url …, in order
  std::optional<Secret> second_factor{};  ///< the key that an authenticator app takes, in base32
};

/// What a hand-off says: the content of the encrypted block.
struct Document {
  std::string grant;
  std::string case_ref;
  std::string recipient;
  std::string environment;
  Timestamp ends_at;
  std::vector<DocumentAccount> accounts;
  std::vector<std::pair<std::string, std::string>>
      about;  ///< what is known of the case, if anything is
  std::vector<std::string> rules;
  std::string done;  ///< how to say that the work is over
  std::optional<Secret>
      word_token{};  ///< what that is proven with; none in those of earlier versions
};

/// The document as one line of JSON, which `age -d | jq` shows as well:
///
///     {"stagepass":"hand-off 1","grant":…,"case":…,"to":…,"env":…,"end":…,
///      "accounts":[{"target":…,"user":…,"password":…,"totp_secret":…,"host":…}],"about":{"since":…},"rules":[…],"done":…,
///      "word_token":…}
///
/// Guarantees: small, for it is to fit into one comment of a ticket; what an account's target says of itself stands
/// beside its name, under other words than target, user, password and totp_secret.
/// Secrets: the passwords, the keys of second factors and the token lie in the result only.
[[nodiscard]] Secret write_document(const Document& document);

/// The same read back. Members of later versions are left out.
///
/// Failure: `invalid_argument` for what is no such document, of another version, or larger than a hand-off is; the
/// error repeats nothing of it.
/// Secrets: everything is taken for secret while it is read. Texts come from whoever has sealed the block: show them
/// with `escape_untrusted` only.
[[nodiscard]] Result<Document> read_document(const Secret& text);

}  // namespace stagepass::handoff
