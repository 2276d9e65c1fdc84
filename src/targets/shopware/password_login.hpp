#pragma once

#include "targets/deadline.hpp"
#include "targets/http/http_client.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <memory>
#include <optional>
#include <string>

namespace stagepass::targets {

/// What the back office made of a user name and a password.
struct BackOfficeLogin {
  enum class Outcome {
    accepted,
    refused,  ///< Shopware itself said that name or password are wrong
    untold,   ///< a limit on attempts, or something else: neither yes nor no
  };
  Outcome outcome = Outcome::untold;
  std::optional<Secret> token;  ///< of an accepted login
  std::string said;             ///< why it was untold, for a person
};

/// Logs in as the specialist's browser does: with a password, for the client "administration".
///
/// Failure: `unreachable` for what is no answer of Shopware's.
class PasswordLogin final {
 public:
  /// `client` must outlive this object, but not the sessions.
  explicit PasswordLogin(const HttpClient& client) : client_(client) {}

  /// Exactly one try of the password.
  [[nodiscard]] Result<BackOfficeLogin> try_login(const UserName& user, const Secret& password,
                                                  const Deadline& deadline) const;

  /// Errors: `refused`; `unreachable` if it could not be told.
  [[nodiscard]] Result<std::unique_ptr<LiveSession>> open_session(const UserName& user,
                                                                  const Secret& password,
                                                                  const Deadline& deadline) const;

 private:
  const HttpClient& client_;
};

}  // namespace stagepass::targets
