#pragma once

#include "targets/unix/account_files.hpp"
#include "targets/unix/authorized_keys.hpp"
#include "targets/unix/host_tools.hpp"
#include "targets/unix/unix_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/random.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <optional>

namespace stagepass::targets {

/// The single steps by which an account of this host comes and goes. Each may be repeated; none
/// looks at the marker: the driver does, before the first step.
class UnixAccount final {
 public:
  UnixAccount(const HostTools& tools, const UnixSettings& settings, const UserName& name,
              const Deadline& deadline)
      : tools_(tools), settings_(settings), name_(name), deadline_(deadline) {}

  /// With its own group and the groups of the target, closed: expired since 1970.
  [[nodiscard]] Result<void> add(TemporaryUid uid, const std::string& marker) const;
  /// The group memberships of an account that is there already.
  [[nodiscard]] Result<void> join_groups() const;
  /// Home with the files of /etc/skel, or jail with a folder `files`.
  [[nodiscard]] Result<void> make_folder(TemporaryUid uid) const;
  [[nodiscard]] Result<void> set_password(const Secret& password, Random& random) const;
  /// The system refuses the account from the day after the end; until then it is open.
  [[nodiscard]] Result<void> expire_after(Timestamp end) const;

  /// No password, no key, no group: no login by any way.
  [[nodiscard]] Result<void> close() const;
  /// Success if there is none.
  [[nodiscard]] Result<void> remove(std::optional<TemporaryUid> uid) const;
  /// Success if there is none.
  [[nodiscard]] Result<void> remove_folder() const;

 private:
  [[nodiscard]] Result<void> add_own_group(TemporaryUid uid) const;
  [[nodiscard]] Result<void> make_home(TemporaryUid uid) const;
  [[nodiscard]] Result<void> make_jail(TemporaryUid uid) const;
  [[nodiscard]] std::string group_list() const;

  const HostTools& tools_;
  const UnixSettings& settings_;
  const UserName& name_;
  const Deadline& deadline_;
};

}  // namespace stagepass::targets
