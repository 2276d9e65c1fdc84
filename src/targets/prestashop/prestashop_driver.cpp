#include "targets/prestashop/prestashop_driver.hpp"

#include "targets/crypt_hash.hpp"
#include "targets/mail_mark.hpp"
#include "targets/mariadb/sql_text.hpp"
#include "targets/prestashop/prestashop_login.hpp"
#include "targets/sql_shop/shop_driver.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kEmployee = "employee";
constexpr const char* kShop = "employee_shop";
constexpr const char* kSession = "employee_session";
constexpr const char* kProfile = "profile";
constexpr std::size_t kBcryptLength = 60;
constexpr std::size_t kShortestPassword = 8;
constexpr CryptMethod kBcrypt = {"$2y$", 11, 72, "bcrypt"};

/// No form of the back office writes it since 1.7, and it may be letters, digits and dashes.
constexpr const char* kMarkColumn = "bo_color";

std::vector<SettingInfo> setting_infos() {
  using Kind = SettingInfo::Kind;
  return shop_setting_infos(
      "ps_", {{"profile", Kind::optional, "4",
               "number of the profile; 4 is Salesman, 1 is SuperAdmin and may do everything"},
              {"shop", Kind::optional, "1", "numbers of the shops to work in, with commas"}});
}

/// "1,3", each a number.
Result<std::vector<std::string>> parse_shops(Settings& values) {
  constexpr std::string_view kAllowed = "numbers of shops, with commas: 1 or 1,3";
  const std::string list = values["shop"];
  std::vector<std::string> shops;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    Settings one = {{"shop", list.substr(at, end - at)}};
    const auto number = parse_shop_number(one, "shop", kAllowed);
    if (!number || std::find(shops.begin(), shops.end(), *number) != shops.end()) {
      return wrong_setting("shop", list, kAllowed);
    }
    shops.push_back(*number);
    at = end + 1;
  }
  return shops;
}

class PrestaShop final : public ShopPlatform {
 public:
  PrestaShop(std::string profile, std::vector<std::string> shops)
      : profile_(std::move(profile)), shops_(std::move(shops)) {}

  std::vector<std::string> tables() const override {
    return {kEmployee, kShop, kSession, kProfile};
  }
  UserTable users(const ShopDatabase& /*database*/) const override {
    return {kEmployee, "id_employee", "email", "active", "passwd", kBcryptLength};
  }
  std::vector<SideTable> sides(const ShopDatabase& database) const override;
  std::vector<std::pair<std::string, std::string>> read_only() const override {
    return {{kProfile, "id_profile"}};
  }

  Result<std::vector<ShopMark>> marks_of(const AccountRef& account) const override;
  std::string marked_columns() const override { return fmt::format("email, {}", kMarkColumn); }
  std::string marked_condition() const override {
    return fmt::format("{} LIKE '__________-%'", kMarkColumn);
  }
  std::vector<MarkedAccount> marked_by(const SqlRow& row) const override;

  Result<void> require_ready(ShopDatabase& database) const override;
  Result<std::vector<ShopColumn>> columns_of_new(ShopDatabase& database) const override;
  Result<Secret> password_assignment(const ShopDatabase& database, const Secret& password,
                                     Random& random) const override;
  std::vector<ShopColumn> shut_columns(const ShopDatabase& database) const override;
  Result<void> give_role(ShopDatabase& database, const std::string& id) const override;
  Result<std::vector<Finding>> check(ShopDatabase& database) const override;

  Result<ShopLogin> try_login(const HttpClient& client, const UserName& user,
                              const Secret& password, const Deadline& deadline) const override {
    return try_prestashop_login(client, address_of(user), password, deadline);
  }
  PageSession::IsLoggedOut logged_out() const override { return is_prestashop_logged_out; }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const override {
    return {{"e-mail address to log in with", address_of(user)}, {"profile", profile_}};
  }

 private:
  /// By it an employee logs in, so that it cannot hold the proof.
  static std::string address_of(const UserName& user) {
    return fmt::format("{}{}", user.str(), kMailDomain);
  }
  /// "No new password by mail", in those columns that this version has.
  static std::vector<ShopColumn> without_reset(const ShopDatabase& database);

  std::string profile_;
  std::vector<std::string> shops_;
};

/// Sessions have a table since 1.7.6.6. The version before cannot be told from one whose table we
/// may not see; from 1.7.8 on, a column tells.
std::vector<SideTable> PrestaShop::sides(const ShopDatabase& database) const {
  std::vector<SideTable> all = {
      {kShop, "id_employee", "", "a shop", "", "", {"id_employee", "id_shop"}}};
  if (database.has(kSession) || database.has(kEmployee, "has_enabled_gravatar")) {
    all.push_back({kSession, "id_employee", "", "a session", "1 = 1", ""});
  }
  return all;
}

Result<std::vector<ShopMark>> PrestaShop::marks_of(const AccountRef& account) const {
  SP_ASSIGN(const std::string proof, proof_of(account));
  return std::vector<ShopMark>{{"email", address_of(account.user_name), false},
                               {kMarkColumn, fmt::format("{}-{}", account.id.body(), proof), true}};
}

std::vector<MarkedAccount> PrestaShop::marked_by(const SqlRow& row) const {
  constexpr std::size_t kIdLength = 10;
  if (row.size() != 2 || row[1].size() <= kIdLength + 1) {
    return {};
  }
  const std::string marker = fmt::format("{}a-{}.{}", kMarkerPrefix, row[1].substr(0, kIdLength),
                                         row[1].substr(kIdLength + 1));
  if (!account_in_marker(marker)) {
    return {};
  }
  const std::string& address = row[0];
  const bool is_ours = address.ends_with(kMailDomain);
  return {{is_ours ? address.substr(0, address.size() - kMailDomain.size()) : address, marker}};
}

// --- making and ending --------------------------------------------------------------------------

Result<void> PrestaShop::require_ready(ShopDatabase& database) const {
  SP_ASSIGN(
      const std::size_t found,
      database.count(fmt::format("{} WHERE id_profile = {}", database.table(kProfile), profile_)));
  if (found == 0) {
    return fail(Errc::policy, fmt::format("the shop has no profile {}", profile_),
                "profile is the number in the list Advanced Parameters, Team, Profiles");
  }
  return {};
}

std::vector<ShopColumn> PrestaShop::without_reset(const ShopDatabase& database) {
  std::vector<ShopColumn> columns;
  for (const char* each : {"reset_password_token", "reset_password_validity"}) {
    if (database.has(kEmployee, each)) {
      columns.push_back({each, "NULL"});
    }
  }
  return columns;
}

/// Language and first page as the shop's first employee has them.
Result<std::vector<ShopColumn>> PrestaShop::columns_of_new(ShopDatabase& database) const {
  std::string language = "1";
  std::string tab = "0";
  SP_ASSIGN(const auto rows,
            database.sql().query(
                fmt::format("SELECT id_lang, default_tab FROM {} WHERE active = 1 AND email NOT "
                            "LIKE {} ORDER BY id_employee LIMIT 1",
                            database.table(kEmployee), sql_string(fmt::format("%{}", kMailDomain))),
                "look up the shop's language"));
  if (!rows.empty()) {
    SP_ASSIGN(language, as_number(rows.front()[0]));
    SP_ASSIGN(tab, as_number(rows.front()[1]));
  }
  std::vector<ShopColumn> columns = {{"id_profile", profile_},     {"id_lang", language},
                                     {"firstname", "'Temporary'"}, {"lastname", "'Access'"},
                                     {"default_tab", tab},         {"last_passwd_gen", "NOW()"}};
  const std::vector<ShopColumn> if_there = {{"stats_date_from", "CURDATE()"},
                                            {"stats_date_to", "CURDATE()"},
                                            {"bo_theme", "'default'"},
                                            {"bo_css", "'theme.css'"},
                                            {"optin", "0"}};
  for (const ShopColumn& each : if_there) {
    if (database.has(kEmployee, each.name)) {
      columns.push_back(each);
    }
  }
  for (ShopColumn& each : without_reset(database)) {
    columns.push_back(std::move(each));
  }
  return columns;
}

/// The login page takes backslashes and blanks at the ends away.
Result<Secret> PrestaShop::password_assignment(const ShopDatabase& /*database*/,
                                               const Secret& password, Random& random) const {
  const std::string_view text = password.reveal_text();
  if (text.size() < kShortestPassword || text.find('\\') != std::string_view::npos ||
      text.starts_with(' ') || text.ends_with(' ')) {
    return fail(Errc::invalid_argument,
                "PrestaShop takes passwords of 8 to 72 characters, without a backslash or a blank "
                "at an end",
                "choose another password policy for this target");
  }
  SP_ASSIGN(const Secret hash, crypt_hash(password, kBcrypt, random));
  return assignment("passwd", hash);
}

std::vector<ShopColumn> PrestaShop::shut_columns(const ShopDatabase& database) const {
  std::vector<ShopColumn> columns = without_reset(database);
  columns.push_back({"passwd", "'*'"});
  return columns;
}

/// Without a shop an employee who is no SuperAdmin is sent away after his login.
Result<void> PrestaShop::give_role(ShopDatabase& database, const std::string& id) const {
  for (const std::string& shop : shops_) {
    SP_TRY(
        database.sql().execute(fmt::format("INSERT INTO {} (id_employee, id_shop) VALUES ({}, {})",
                                           database.table(kShop), id, shop),
                               "give the employee a shop"));
  }
  return {};
}

Result<std::vector<Finding>> PrestaShop::check(ShopDatabase& database) const {
  std::vector<Finding> findings;
  const auto ready = require_ready(database);
  if (ready) {
    findings.push_back(
        {Finding::Kind::good,
         fmt::format("accounts are of the profile {}, for shop {}", profile_, join(shops_, ", ")),
         ""});
  } else if (ready.error().code == Errc::policy) {
    findings.push_back({Finding::Kind::problem, ready.error().message, ready.error().hint});
  } else {
    return fail(ready.error());
  }
  if (!database.has(kSession)) {
    findings.push_back({Finding::Kind::good,
                        "this version keeps no table of sessions: they end when the employee is "
                        "disabled",
                        ""});
  }
  return findings;
}

}  // namespace

DriverInfo prestashop_driver_info() {
  return {"prestashop", "the back office of a PrestaShop shop, by its database", setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_prestashop_driver(const Target& target,
                                                             SecretSettings secrets,
                                                             const DriverTools& tools) {
  SP_ASSIGN(Settings values, complete_settings(target, setting_infos()));
  SP_ASSIGN(ShopSettings settings, parse_shop_settings(values, target.driver));
  SP_ASSIGN(std::string profile,
            parse_shop_number(values, "profile", "the number of a profile, e.g. 4"));
  SP_ASSIGN(std::vector<std::string> shops, parse_shops(values));
  SP_ASSIGN(auto password, take_shop_password(secrets, settings, target));
  return make_shop_driver(std::move(settings),
                          std::make_unique<PrestaShop>(std::move(profile), std::move(shops)),
                          std::move(password), tools);
}

}  // namespace stagepass::targets
