#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/ports/process.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace stagepass::targets {

/// A server of SSH and what is known about it beforehand.
struct SshServer {
  std::string address;
  std::uint16_t port = 0;
  std::vector<SshPublicKey> host_keys;  ///< one of these, or we do not talk to it
};

/// What the account may do once it is in.
enum class SshUse { shell, sftp_only };

struct SshLoginRequest {
  SshServer server;
  UserName user;
  SshUse use = SshUse::shell;
};

enum class LoginOutcome { accepted, refused };

/// Logs in with a password as the specialist would, with the OpenSSH client.
///
/// Guarantees: exactly one try of the password; `refused` means that the server with a pinned host
/// key said "Permission denied": a closed connection, a time-out or another host key is an error,
/// never proof. No configuration, agent, key or known_hosts of whoever runs us is used. Failure:
/// `unreachable` when it could not be told. Secrets: the password goes through ssh's standard
/// input to our own askpass program; never argv, environment or a file.
class SshLogin final {
 public:
  /// `process` must outlive this object and its sessions; `askpass_program` is an absolute path of
  /// a program that begins with `is_askpass_call()`.
  SshLogin(Process& process, std::string askpass_program)
      : process_(process), askpass_program_(std::move(askpass_program)) {}

  [[nodiscard]] Result<LoginOutcome> try_login(const SshLoginRequest& request,
                                               const Secret& password,
                                               const Deadline& deadline) const;

  /// Logs in and stays, at most ten minutes. Errors: `refused`, `unreachable`.
  [[nodiscard]] Result<std::unique_ptr<LiveSession>> open_session(const SshLoginRequest& request,
                                                                  const Secret& password,
                                                                  const Deadline& deadline) const;

 private:
  Process& process_;
  std::string askpass_program_;
};

}  // namespace stagepass::targets
