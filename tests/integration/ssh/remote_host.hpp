#pragma once

#include "integration/unix/unix_fixture.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stagepass::tests {

/// This machine as the other host: a real sshd of our own, at which root is let in with one key and
/// for stagepass-target only. What is looked at there is asked of the machine itself.
///
/// Started once in a test program; `access` of its settings is "ssh,sftp".
class RemoteHost final {
 public:
  static RemoteHost& instance();

  RemoteHost();
  RemoteHost(const RemoteHost&) = delete;
  RemoteHost& operator=(const RemoteHost&) = delete;
  RemoteHost(RemoteHost&&) = delete;
  RemoteHost& operator=(RemoteHost&&) = delete;
  ~RemoteHost() = default;

  [[nodiscard]] std::unique_ptr<TargetDriver> make_driver(
      const std::map<std::string, std::string>& more_settings = {});

  /// The machine, with a driver of its own.
  UnixFixture& machine() { return machine_; }
  PrivateSshd& sshd() { return machine_.sshd(); }
  [[nodiscard]] std::string key() { return sshd().path("vault_key").string(); }
  [[nodiscard]] std::string host_key() { return content_of(sshd().path("key.pub")); }
  [[nodiscard]] std::string settings_file() { return sshd().path("target.conf").string(); }

  /// What stands before our key in authorized_keys; `as_installed` is what README says.
  void let_in(const std::string& options);
  [[nodiscard]] std::string as_installed();
  /// Replaces the settings that this host allows; see `standard_settings`.
  void allow(const std::string& settings);
  [[nodiscard]] std::string standard_settings();

  /// stagepass-target itself with `input`, as sshd would start it.
  [[nodiscard]] CommandOutput ask(const std::string& input);
  /// OpenSSH's client with our key, as whoever stole it would use it.
  [[nodiscard]] CommandOutput ssh(const std::vector<std::string>& options,
                                  const std::vector<std::string>& command);

  /// Ends an account, whosever it is.
  void sweep(const AccountRef& ref);

 private:
  UnixFixture machine_;
  system::PosixProcess process_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
};

/// An account of a test, gone with the object.
class RemoteAccount final {
 public:
  explicit RemoteAccount(RemoteHost& host) : host_(host), ref_(host.machine().new_ref()) {}
  RemoteAccount(const RemoteAccount&) = delete;
  RemoteAccount& operator=(const RemoteAccount&) = delete;
  RemoteAccount(RemoteAccount&&) = delete;
  RemoteAccount& operator=(RemoteAccount&&) = delete;
  ~RemoteAccount() { host_.sweep(ref_); }

  [[nodiscard]] const AccountRef& ref() const { return ref_; }
  [[nodiscard]] AccountSpec spec() const { return host_.machine().spec_of(ref_); }
  [[nodiscard]] std::string user() const { return ref_.user_name.str(); }
  /// Its line in /etc/passwd; empty if there is none.
  [[nodiscard]] std::string passwd() const;

 private:
  RemoteHost& host_;
  AccountRef ref_;
};

/// One line of the protocol about `ref`, with more members before its end.
[[nodiscard]] std::string request_line(const std::string& operation, const AccountRef& ref,
                                       const std::string& more = {});

/// The problems of a check, each with its remedy.
[[nodiscard]] std::string problems_of(TargetDriver& driver);

}  // namespace stagepass::tests
