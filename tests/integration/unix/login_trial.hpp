#pragma once

#include "private_sshd.hpp"
#include "targets/ssh_login.hpp"

#include <chrono>
#include <cstdint>
#include <support/results.hpp>
#include <utility>

namespace stagepass::tests {

inline constexpr Timeout kLoginPatience = std::chrono::seconds(20);

/// Logs in on a port of this host as the proof of an end does, and knows the host key of `sshd` only.
class LoginTrial final {
 public:
  LoginTrial(const PrivateSshd& sshd, std::uint16_t port, UserName user)
      : request_{{"127.0.0.1", port, {must(SshPublicKey::parse(content_of(sshd.path("key.pub"))))}},
                 std::move(user),
                 targets::SshUse::shell} {}

  [[nodiscard]] Result<targets::LoginOutcome> run(const Secret& password,
                                                  Timeout patience = kLoginPatience) {
    return targets::SshLogin(process_, STAGEPASS_ASKPASS_PROGRAM)
        .try_login(request_, password, targets::Deadline(patience));
  }

 private:
  system::PosixProcess process_;
  targets::SshLoginRequest request_;
};

/// One that no sshd here knows.
inline UserName nobody_here() {
  return must(UserName::parse("sp0000000000"));
}

}  // namespace stagepass::tests
