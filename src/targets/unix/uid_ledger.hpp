#pragma once

#include "targets/unix/temporary_uid.hpp"

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

namespace stagepass::targets {

/// Which uid was given to which user name, for ever: lines "70001 sp7f3k9q2m5x".
///
/// The kernel knows owners by number only. A number given twice would hand the second person the
/// files, jobs and shared memory the first one left; a number that is remembered still finds them
/// when the account's name is gone.
///
/// Guarantees: the same name gets the same uid every time; no uid is given to two names; what was
/// given is on the disk when `assign` returns; safe between processes. Failure: `unavailable` when
/// the range is used up or the disk refuses, `corrupt` if the file is not what we wrote,
/// `permission_denied`.
class UidLedger final {
 public:
  UidLedger(std::filesystem::path path, UidRange range) : path_(std::move(path)), range_(range) {}

  /// Whether somebody on this host has that number already, by whatever source of accounts.
  using IsTaken = std::function<Result<bool>(uid_t)>;

  /// The uid of `name`: the one it has, or the next one that nobody had and that is not taken.
  [[nodiscard]] Result<TemporaryUid> assign(const UserName& name, const IsTaken& is_taken) const;

  /// The uid of `name` if it ever got one.
  [[nodiscard]] Result<std::optional<TemporaryUid>> find(const UserName& name) const;

 private:
  std::filesystem::path path_;
  UidRange range_;
};

}  // namespace stagepass::targets
