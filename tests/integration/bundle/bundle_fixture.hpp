#pragma once

#include "integration/mariadb/mariadb_fixture.hpp"
#include "integration/unix/unix_fixture.hpp"
#include "integration/wordpress/shop_fixture.hpp"

#include <cli/program_run.hpp>

#include <map>
#include <string>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

/// What a specialist gets for one target.
struct Credential {
  std::string user;
  std::string password;
};

/// A merchant's host with a vault and three targets: "files" on a private sshd, "shop" in a
/// WordPress, "db" on a MariaDB. Nothing is left of their accounts at the end.
class BundleFixture {
 public:
  BundleFixture();
  BundleFixture(const BundleFixture&) = delete;
  BundleFixture& operator=(const BundleFixture&) = delete;
  BundleFixture(BundleFixture&&) = delete;
  BundleFixture& operator=(BundleFixture&&) = delete;
  ~BundleFixture();

  /// Runs the program; fails the test unless it exits with `status`.
  ProgramOutcome stagepass(const std::vector<std::string>& arguments, int status = 0);
  /// Grants all three; the grant's id.
  [[nodiscard]] std::string grant_all();
  /// By target.
  [[nodiscard]] std::map<std::string, Credential> retrieve(const std::string& grant);

  /// Puts a file over SFTP with OpenSSH's own client; its exit status.
  [[nodiscard]] int put_a_file(const Credential& credential);
  /// MariaDB's own client; what it said.
  [[nodiscard]] CommandOutput run_sql(const Credential& credential,
                                      const std::string& statements) const;
  /// A browser that is logged in to the back office. Null if the login was refused.
  [[nodiscard]] std::unique_ptr<LiveSession> log_in_to_shop(const Credential& credential);

  /// Accounts named as ours are: in /etc/passwd, among the shop's users and the database's.
  [[nodiscard]] std::size_t accounts_on_targets();

  [[nodiscard]] MariadbFixture& database() { return database_; }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }

 private:
  void add_targets();
  ProgramOutcome run_stagepass(const std::vector<std::string>& arguments) const;
  [[nodiscard]] std::string secret_file(const std::string& name, const std::string& text) const;

  UnixFixture host_{"sftp"};
  ShopFixture shop_;
  MariadbFixture database_;
  TempDir folder_{"/var/tmp"};
};

}  // namespace stagepass::tests
