#pragma once

#include "private_mariadb.hpp"

#include <stagepass/ports/target_driver.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/system_clock.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/patience.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {

inline constexpr const char* kAdminPassword = "Admin-of-the-Tests.1";
inline constexpr const char* kSamplePassword = "Correct-Horse.9~battery";

/// A shop's database, and an admin made by the statements of README.md. Every account, role and
/// object that a test makes is gone at its end.
class MariadbFixture final {
 public:
  using Settings = std::map<std::string, std::string>;

  MariadbFixture();
  MariadbFixture(const MariadbFixture&) = delete;
  MariadbFixture& operator=(const MariadbFixture&) = delete;
  MariadbFixture(MariadbFixture&&) = delete;
  MariadbFixture& operator=(MariadbFixture&&) = delete;
  ~MariadbFixture();

  /// Over 127.0.0.1 to the database shop, other settings as given; an empty one is left out.
  [[nodiscard]] std::unique_ptr<TargetDriver> driver(const Settings& more = {},
                                                     const char* password = kAdminPassword);
  [[nodiscard]] Result<std::unique_ptr<TargetDriver>> try_driver(
      const Settings& more, const char* password = kAdminPassword);

  void make_admin(const std::string& host) const;
  [[nodiscard]] PrivateMariadb& server() const { return server_; }
  std::string root(const std::string& statements) const { return server_.root(statements); }
  /// The hosts of the accounts of this name, one a line.
  [[nodiscard]] std::string hosts_of(const AccountRef& ref) const;
  [[nodiscard]] std::size_t count(const std::string& from_and_where) const;

  [[nodiscard]] AccountRef new_ref();
  /// With `password()`, for an hour.
  [[nodiscard]] AccountSpec spec_of(const AccountRef& ref) const;
  [[nodiscard]] AccountRef make_account(TargetDriver& driver);
  [[nodiscard]] const Secret& password() const { return password_; }
  /// Disable, end the sessions, erase.
  static void end(TargetDriver& driver, const AccountRef& ref);

  /// What the specialist does, with MariaDB's own client.
  [[nodiscard]] CommandOutput as_specialist(const AccountRef& ref, const std::string& statements,
                                            const std::vector<std::string>& options = {}) const;

 private:
  PrivateMariadb& server_;
  system::PosixProcess process_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
  Secret password_ = Secret::copy_of(std::string_view(kSamplePassword));
};

/// How often a text stands on the heap of this process.
[[nodiscard]] std::size_t in_own_heap(std::string_view text);

/// The statements of README.md that make the admin, one a line.
[[nodiscard]] std::string admin_statements();

}  // namespace stagepass::tests
