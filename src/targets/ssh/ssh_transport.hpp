#pragma once

#include "targets/command/transport.hpp"
#include "targets/ssh/ssh_settings.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// The hint of an error that says the other host does not know us yet.
inline constexpr const char* kNotPrepared = "`stagepass target test` shows what to do there";

/// stagepass-target on another host, through the OpenSSH client.
///
/// Guarantees: talks to nobody without one of the pinned host keys; uses no configuration, agent,
/// other key or open connection of whoever runs us. Failure: `invalid_argument`,
/// `permission_denied` while no host key is pinned or the private key is not kept safe; `refused` for another host key or a key that is not let in;
/// `unreachable` for everything else that is not an answer.
class SshTransport final : public Transport {
 public:
  explicit SshTransport(SshSettings settings);

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string_view speaker() const override { return settings_.server.address; }
  [[nodiscard]] Result<Call> call(Timeout timeout) const override {
    return call_of("stagepass-target", timeout);
  }
  [[nodiscard]] Failure failure(const CommandOutput& output) const override;

  /// Asks for another command than ours, which must not be heeded.
  [[nodiscard]] Result<Call> call_of(std::string command, Timeout timeout) const;

 private:
  [[nodiscard]] Failure another_host_key(std::string_view said) const;

  SshSettings settings_;
  std::string name_;
};

/// The fingerprints of keys, for a person to compare.
[[nodiscard]] std::string fingerprints_of(const std::vector<SshPublicKey>& keys);

}  // namespace stagepass::targets
