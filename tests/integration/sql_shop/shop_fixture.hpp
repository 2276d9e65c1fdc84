#pragma once

#include "private_back_office.hpp"

#include <stagepass/ports/target_driver.hpp>
#include <stagepass/system/posix_process.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/system_clock.hpp>

#include <integration/mariadb/private_mariadb.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {

inline constexpr Timeout kTimeout = std::chrono::seconds(20);
inline constexpr const char* kAdminPassword = "Admin-of-the-Tests.1";
inline constexpr const char* kSamplePassword = "Correct-Horse.9~battery";

/// A kind and version of shop: its tables, and how the tests ask about its users.
struct ShopKind {
  std::string name;
  std::string driver;
  std::string tables;       ///< file of data/
  std::string back_office;  ///< what back_office.php is told to be
  std::string users;        ///< "oc_user"
  std::string login;        ///< the column that a person logs in by
  std::string id;
  std::string active;
  std::string password;
  std::map<std::string, std::string> settings;
  /// Everything that the holder of an account can change of himself in the back office.
  std::string renamed;
  /// Takes every proof away and leaves the login name.
  std::string unmarked;
  /// A table that belongs to users, and a row of it for the user {}; empty: there is none.
  std::string side = {};
  std::string side_row = {};
  /// Magento's own key; the shop asks for a second factor then.
  std::string crypt_key = {};
};

extern const ShopKind opencart_3;
extern const ShopKind opencart_4_0;
extern const ShopKind opencart_4_1;
extern const ShopKind prestashop_1_7;
extern const ShopKind prestashop_8;
extern const ShopKind magento_2_4;
extern const ShopKind magento_with_second_factor;

[[nodiscard]] std::vector<ShopKind> all_shops();
/// Without those that differ from another one in no more than a table.
[[nodiscard]] std::vector<ShopKind> one_of_each();

/// The database `shop` with the tables of one kind of shop, an admin made by the statements of
/// README.md, and a back office. All of it is gone when the object is.
class ShopFixture final {
 public:
  using Settings = std::map<std::string, std::string>;

  explicit ShopFixture(ShopKind kind);
  ShopFixture(const ShopFixture&) = delete;
  ShopFixture& operator=(const ShopFixture&) = delete;
  ShopFixture(ShopFixture&&) = delete;
  ShopFixture& operator=(ShopFixture&&) = delete;
  ~ShopFixture();

  /// With a back office; an empty setting is left out.
  [[nodiscard]] std::unique_ptr<TargetDriver> driver(const Settings& more = {},
                                                     const char* password = kAdminPassword);
  /// With another key than the shop's.
  [[nodiscard]] std::unique_ptr<TargetDriver> driver_with_key(const std::string& crypt_key);
  [[nodiscard]] Result<std::unique_ptr<TargetDriver>> try_driver(
      const Settings& more, const char* password = kAdminPassword);

  [[nodiscard]] const ShopKind& kind() const { return kind_; }
  [[nodiscard]] PrivateMariadb& server() const { return server_; }
  [[nodiscard]] std::string url() const { return back_office_.url(); }
  /// In the shop's database.
  std::string root(const std::string& statements) const;
  [[nodiscard]] std::size_t count(const std::string& from_and_where) const;
  /// What the user logs in as: the name, or an address made of it.
  [[nodiscard]] std::string login_of(const std::string& user_name) const;
  [[nodiscard]] std::size_t count_of(const std::string& user_name) const;
  [[nodiscard]] std::string id_of(const AccountRef& ref) const;
  [[nodiscard]] std::string hash_of(const AccountRef& ref) const;
  /// "UPDATE oc_user SET … WHERE" the user.
  void edit(const AccountRef& ref, const std::string& assignments) const;
  void add_foreign(const std::string& user_name) const;

  [[nodiscard]] AccountRef new_ref();
  /// With `password()`, for an hour.
  [[nodiscard]] AccountSpec spec_of(const AccountRef& ref) const;
  [[nodiscard]] AccountRef make_account(TargetDriver& driver);
  [[nodiscard]] const Secret& password() const { return password_; }
  static void end(TargetDriver& driver, const AccountRef& ref);

 private:
  void make_admin() const;

  ShopKind kind_;
  PrivateMariadb& server_;
  PrivateBackOffice back_office_;
  system::PosixProcess process_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
  Secret password_ = Secret::copy_of(std::string_view(kSamplePassword));
};

/// The statements of README.md that make the admin of this driver, one a line.
[[nodiscard]] std::vector<std::string> admin_statements(const std::string& driver);

}  // namespace stagepass::tests
