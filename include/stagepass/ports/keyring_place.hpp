#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <memory>
#include <optional>
#include <string>

namespace stagepass {

/// The place of a vault's keyring, apart from the database: what is destroyed here cannot be had
/// back from any copy of the database.
///
/// Guarantees: what `replace` has written survives a crash and a power cut whole; the bytes of a
/// replaced keyring are overwritten.
/// Threads: any; several processes may share a place, and change it only with its lock.
/// Failure: `unavailable`, `permission_denied`; the older keyring is then still there, or the new
/// one is.
/// Secrets: takes a keyring that is sealed already.
class KeyringPlace {
 public:
  virtual ~KeyringPlace() = default;

  /// For messages: a file name.
  [[nodiscard]] virtual std::string name() const = 0;

  /// Nothing if there is none. What somebody else has put there a moment ago may yet be lost in a
  /// power cut.
  [[nodiscard]] virtual Result<std::optional<Secret>> read() = 0;
  /// What was read before survives a power cut from now on. Errors: `not_durable`.
  [[nodiscard]] virtual Result<void> settle() = 0;
  /// Puts this one in its place, whether or not there is one.
  [[nodiscard]] virtual Result<void> replace(const Secret& text) = 0;

  /// Held as long as the object lives, and no longer than its process.
  class Lock {
   public:
    virtual ~Lock() = default;
  };
  /// Waits for nobody. Errors: `conflict` if somebody else holds it.
  [[nodiscard]] virtual Result<std::unique_ptr<Lock>> lock() = 0;
};

}  // namespace stagepass
