#pragma once

#include "private_sshd.hpp"
#include "targets/unix/unix_driver.hpp"

#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/system_clock.hpp>

#include <map>
#include <memory>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/patience.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {

/// This host as a target, with a private sshd: real accounts, all gone at the end of the test.
class UnixFixture final {
 public:
  enum class Install { yes, no };

  explicit UnixFixture(std::string access, Install install = Install::yes,
                       PrivateSshd::Includes includes = PrivateSshd::Includes::folder);
  UnixFixture(const UnixFixture&) = delete;
  UnixFixture& operator=(const UnixFixture&) = delete;
  UnixFixture(UnixFixture&&) = delete;
  UnixFixture& operator=(UnixFixture&&) = delete;
  ~UnixFixture();

  [[nodiscard]] std::unique_ptr<TargetDriver> make_driver(
      const std::map<std::string, std::string>& more_settings = {});
  TargetDriver& driver() { return *driver_; }
  PrivateSshd& sshd() { return sshd_; }

  /// An account of its own name; removed at the end whatever happens.
  [[nodiscard]] AccountRef new_ref();
  /// The same for an account that somebody else named.
  void remove_at_end(const AccountRef& ref) { accounts_.push_back(ref); }
  /// With `password()`, for an hour.
  [[nodiscard]] AccountSpec spec_of(const AccountRef& ref) const;
  [[nodiscard]] AccountRef make_account();
  [[nodiscard]] const Secret& password() const { return password_; }
  [[nodiscard]] Timestamp now() const { return clock_.now(); }

  /// Disable, end the sessions, erase.
  void end(const AccountRef& ref);

  /// What the specialist does, with OpenSSH's own programs: `program` is ssh or sftp, `arguments`
  /// come before the destination, `rest` behind it.
  CommandOutput as_specialist(const std::string& program, const AccountRef& ref,
                              const std::vector<std::string>& arguments,
                              const std::vector<std::string>& rest = {});
  /// Runs a line in the specialist's shell over SSH.
  CommandOutput in_shell_of(const AccountRef& ref, const std::string& line) {
    return as_specialist("ssh", ref, {}, {line});
  }
  /// A private key file of a new pair.
  [[nodiscard]] std::filesystem::path new_key_pair(const std::string& name);

  [[nodiscard]] std::string uid_of(const AccountRef& ref) const;

 private:
  PrivateSshd sshd_;
  std::vector<std::string> made_groups_;
  system::PosixProcess process_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
  std::string access_;
  Secret password_ = Secret::copy_of("Correct-Horse.9~battery");
  std::unique_ptr<TargetDriver> driver_;
  std::vector<AccountRef> accounts_;
};

}  // namespace stagepass::tests
