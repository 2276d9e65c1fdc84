#pragma once

#include "private_postgres.hpp"
#include "targets/postgresql/connection.hpp"
#include "targets/postgresql/postgresql_driver.hpp"

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

/// A shop on the server of this program: the databases "shop" and "blog", the role "shop_owner",
/// and stagepass's admin with what README.md grants to it. New for each test.
class PostgresFixture final {
 public:
  using Settings = std::map<std::string, std::string>;

  PostgresFixture();
  PostgresFixture(const PostgresFixture&) = delete;
  PostgresFixture& operator=(const PostgresFixture&) = delete;
  PostgresFixture(PostgresFixture&&) = delete;
  PostgresFixture& operator=(PostgresFixture&&) = delete;
  ~PostgresFixture();

  [[nodiscard]] std::unique_ptr<TargetDriver> make_driver(
      const Settings& more_settings = {}, const std::string& password = kAdminPassword);
  TargetDriver& driver() { return *driver_; }

  [[nodiscard]] static AccountRef new_ref();
  [[nodiscard]] AccountSpec spec_of(const AccountRef& ref) const;
  [[nodiscard]] AccountRef make_account();
  [[nodiscard]] const Secret& password() const { return password_; }
  void end(const AccountRef& ref);
  [[nodiscard]] GoneProof prove(const AccountRef& ref) {
    return must(driver_->verify_gone(ref, &password_, kTimeout));
  }

  /// As the superuser, in "shop" or elsewhere: the statements, and the rows of the last one.
  targets::PgRows ask(const std::string& statement, const std::string& database = "shop");
  void tell(const std::string& script, const std::string& database = "shop");
  /// The one value that the statement gives.
  std::string value(const std::string& statement, const std::string& database = "shop");

  /// A connection of the specialist; the test fails if he is not let in.
  [[nodiscard]] targets::PgConnection specialist(const AccountRef& ref,
                                                 const std::string& database = "shop");
  /// What PostgreSQL's own client says: "" if all went well.
  std::string psql(const AccountRef& ref, const std::string& statement);

  static constexpr const char* kAdminPassword = "Admin-Secret.1~role";

 private:
  targets::PgConnection& superuser(const std::string& database);
  void clear();

  std::map<std::string, targets::PgConnection> superusers_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
  Secret password_ = Secret::copy_of("Correct-Horse.9~battery");
  std::unique_ptr<TargetDriver> driver_;
};

/// The state of the error that a script of somebody must end with; "" if there was none.
std::string error_text(targets::PgConnection& connection, const std::string& script);

}  // namespace stagepass::tests
