#pragma once

#include "targets/unix/temporary_uid.hpp"
#include "targets/unix/uid_ledger.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <filesystem>
#include <optional>
#include <utility>

namespace stagepass::targets {

/// Tells our accounts from other people's, by name, marker and number.
class AccountIdentities final {
 public:
  AccountIdentities(std::filesystem::path ledger, UidRange range)
      : range_(range), ledger_(std::move(ledger), range) {}

  /// `ours` needs the marker in GECOS and a uid of the range set aside.
  [[nodiscard]] Result<Presence> presence_of(const AccountRef& account) const;

  /// Every account of the range that carries a mark of stagepass.
  [[nodiscard]] Result<std::vector<MarkedAccount>> marked() const;

  /// The same as `presence_of`; `foreign` is the error `refused`.
  [[nodiscard]] Result<Presence> ours_or_absent(const AccountRef& account) const;

  /// The number to look for, also after the name is gone. Nothing if the name never got one.
  /// Errors: `refused` if the number is somebody else's now: what it owns may not be ours.
  [[nodiscard]] Result<std::optional<TemporaryUid>> uid_of(const UserName& name) const;

  /// The number an account is made with, the same for the same name for ever.
  [[nodiscard]] Result<TemporaryUid> assign_uid(const UserName& name) const;

 private:
  UidRange range_;
  UidLedger ledger_;
};

}  // namespace stagepass::targets
