#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/core/ssh_public_key.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/progress.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stagepass {

/// Which account is meant, and the proof that it is ours.
///
/// The marker stands on the target beside the account (GECOS, e-mail, COMMENT …). A driver touches
/// an account only if the marker there equals this one, byte for byte.
struct AccountRef {
  AccountId id;
  UserName user_name;
  std::string marker;  ///< [A-Za-z0-9./-], up to 64: nothing that chfn or a listing takes apart
};

/// What to create.
struct AccountSpec {
  AccountRef ref;
  Timestamp expires_at;
  const Secret* password = nullptr;        ///< null: no password login
  std::optional<SshPublicKey> public_key;  ///< where the platform has keys
};

/// What a probe saw. An error of the probe is an Error, never `absent`.
enum class Presence {
  absent,   ///< the target was asked with working rights and knows no such login
  ours,     ///< it is there and carries our marker
  foreign,  ///< it is there and is not ours: never touched
};

/// An account that carries a mark of stagepass, of this vault or another. Foreign text.
struct MarkedAccount {
  std::string user_name;
  std::string marker;
};

/// What is left of an account. `gone` needs all of it clean.
struct GoneProof {
  std::vector<std::string>
      residue;  ///< one clear phrase each: "crontab of sp7f…"; empty = nothing left
  LoginCheck login = LoginCheck::not_tried;
};

/// One line of a target check. `remedy` is what to do, ready to paste; empty if all is well.
struct Finding {
  enum class Kind { good, problem };
  Kind kind = Kind::good;
  std::string text;
  std::string remedy;
};

/// A login kept open on the target, to see it die. The destructor closes it.
class LiveSession {
 public:
  virtual ~LiveSession() = default;
  /// True if the target ended the session within `patience`.
  [[nodiscard]] virtual bool ended_within(Timeout patience) = 0;
};

/// The code for one kind of target.
///
/// Guarantees: every operation may be repeated after a crash at any point and then converges;
/// none changes an account whose marker is not ours (`refused`). `create` sets the platform's own
/// expiry where there is one and opens the door as its last step. `erase` of an absent account is
/// success. `verify_gone` looks at the target, not at what was done before.
/// Threads: one call at a time per object.
/// Units: each operation ends within the `timeout` it is given, or fails with `unreachable`.
/// Failure: `unreachable` = state unknown, try again; `refused` = the target (or the marker) said
/// no; `policy`, `invalid_argument` = the configuration is wrong. Messages hold no secrets;
/// foreign text in them is escaped.
/// Secrets: the password is used and forgotten.
class TargetDriver {
 public:
  virtual ~TargetDriver() = default;

  /// Looks whether the target is ready: reachable, rights, configuration. Changes nothing.
  [[nodiscard]] virtual Result<std::vector<Finding>> check(Timeout timeout) = 0;

  /// Prepares the target itself (groups, configuration fragment) so that `check` finds no problem.
  /// Idempotent. Returns what was done, a phrase each.
  [[nodiscard]] virtual Result<std::vector<std::string>> install(Timeout timeout) = 0;

  /// Every account on the target whose mark begins with kMarkerPrefix, of whichever vault. Errors:
  /// `invalid_argument` if this target cannot be listed.
  [[nodiscard]] virtual Result<std::vector<MarkedAccount>> list_marked(Timeout timeout) = 0;

  [[nodiscard]] virtual Result<Presence> probe(const AccountRef& account, Timeout timeout) = 0;
  [[nodiscard]] virtual Result<void> create(const AccountSpec& account, Timeout timeout) = 0;

  /// Moves the platform's own expiry.
  [[nodiscard]] virtual Result<void> set_end(const AccountRef& account, Timestamp expires_at,
                                             Timeout timeout) = 0;

  /// Shuts the door: no new login by any way. Absent is success.
  [[nodiscard]] virtual Result<void> disable(const AccountRef& account, Timeout timeout) = 0;

  /// Ends live sessions and processes; returns how many. Success means none is left.
  [[nodiscard]] virtual Result<std::size_t> end_sessions(const AccountRef& account,
                                                         Timeout timeout) = 0;

  enum class Erased { removed, already_absent };
  [[nodiscard]] virtual Result<Erased> erase(const AccountRef& account, Timeout timeout) = 0;

  /// `password`: the old secret for the refused login, or null if it cannot be had (vault locked,
  /// none set). Errors: `pending` if the account is still there or the login still works;
  /// `unreachable` if it could not be told.
  [[nodiscard]] virtual Result<GoneProof> verify_gone(const AccountRef& account,
                                                      const Secret* password, Timeout timeout) = 0;

  /// Logs in and stays. Errors: `refused` if the login is denied, `invalid_argument` if this
  /// driver has no login to try.
  [[nodiscard]] virtual Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                                          const Secret& password,
                                                                          Timeout timeout) = 0;

  /// What the specialist needs beside user name and password, in order: {"host", "shop.example"},
  /// {"port", "22"} …
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const = 0;

  /// The key of the second factor that `create` sets up beside this password, as an authenticator
  /// app takes it (base32); nothing where the target asks for none.
  [[nodiscard]] virtual std::optional<Secret> second_factor(const Secret& /*password*/) const {
    return std::nullopt;
  }
};

/// One setting of a driver, for `target add`.
struct SettingInfo {
  enum class Kind { required, optional, secret };
  std::string key;
  Kind kind = Kind::optional;
  std::string standard;  ///< the value if not given; empty if none
  std::string help;
};

struct DriverInfo {
  std::string kind;     ///< "unix"
  std::string summary;  ///< one line
  std::vector<SettingInfo> settings;
};

using SecretSettings = std::map<std::string, Secret>;

/// Makes drivers. Only the composition root knows which kinds exist.
class DriverFactory {
 public:
  virtual ~DriverFactory() = default;
  [[nodiscard]] virtual std::vector<DriverInfo> kinds() const = 0;
  /// Checks the settings and makes the driver; touches nothing. Errors: `invalid_argument` for an
  /// unknown kind or a wrong setting (naming it and what is allowed), `policy` for plain FTP.
  [[nodiscard]] virtual Result<std::unique_ptr<TargetDriver>> make(const Target& target,
                                                                   SecretSettings secrets) = 0;
};

}  // namespace stagepass
