#pragma once

#include "targets/deadline.hpp"
#include "targets/http/http_client.hpp"
#include "targets/http/page_session.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <memory>
#include <string>

namespace stagepass::targets {

/// Reads the answer to a login. WordPress's own refusal names the user.
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
