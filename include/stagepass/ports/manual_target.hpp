#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <string>

namespace stagepass {

/// What a driver is besides where stagepass cannot ask the target: a person makes and deletes its
/// accounts by hand, and says so.
///
/// Guarantees: as a TargetDriver such a one never says that an account is absent, disabled or gone:
/// `probe`, `disable`, `end_sessions`, `erase` and `verify_gone` fail with `pending` whatever
/// happened. Only a person's word, on record, closes an account there.
class ManualTarget {
 public:
  virtual ~ManualTarget() = default;

  /// Where the accounts are made and deleted, in the merchant's words. Foreign text.
  [[nodiscard]] virtual std::string where() const = 0;

  /// Can a login be tried there? Then nobody's word counts as long as the old password opens.
  [[nodiscard]] virtual bool has_login() const = 0;

  /// One try of the old password; `not_tried` where there is no login to try. Errors: `pending` if
  /// it still opens; `unreachable` if it could not be told.
  [[nodiscard]] virtual Result<LoginCheck> check_login(const UserName& user, const Secret& password,
                                                       Timeout timeout) = 0;
};

/// `driver` as such a one; null for every driver that asks its target itself.
[[nodiscard]] inline ManualTarget* manual_target(TargetDriver& driver) {
  return dynamic_cast<ManualTarget*>(&driver);
}

}  // namespace stagepass
