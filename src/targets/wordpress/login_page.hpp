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

/// What WordPress's login page made of a user name and a password.
struct LoginTrial {
  enum class Outcome {
    accepted,
    refused,  ///< WordPress itself named the user in its refusal
    untold,   ///< a captcha, a firewall, another page: neither yes nor no
  };
  Outcome outcome = Outcome::untold;
  std::optional<Secret> cookies;  ///< of an accepted login
  std::string said;               ///< why it was untold, for a person
};

/// Reads the answer to a login; see LoginTrial.
[[nodiscard]] LoginTrial judge_login(HttpResponse response, const std::string& user);

/// Logs in as the specialist would, over wp-login.php.
///
/// Failure: `unreachable` if nothing answered.
class LoginPage final {
 public:
  /// `client` must outlive this object.
  explicit LoginPage(const HttpClient& client) : client_(client) {}

  /// Exactly one try of the password.
  [[nodiscard]] Result<LoginTrial> try_login(const UserName& user, const Secret& password,
                                             const Deadline& deadline) const;

  /// Errors: `refused`; `invalid_argument` if this shop has no login page where WordPress has it.
  [[nodiscard]] Result<std::unique_ptr<LiveSession>> open_session(const UserName& user,
                                                                  const Secret& password,
                                                                  const Deadline& deadline) const;

 private:
  const HttpClient& client_;
};

}  // namespace stagepass::targets
