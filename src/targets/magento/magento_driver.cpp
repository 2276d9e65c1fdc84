#include "targets/magento/magento_driver.hpp"

#include "targets/magento/magento_hash.hpp"
#include "targets/magento/magento_login.hpp"
#include "targets/magento/second_factor.hpp"
#include "targets/mail_mark.hpp"
#include "targets/mariadb/sql_text.hpp"
#include "targets/sql_shop/shop_driver.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/targets/one_time_code.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <mysqld_error.h>
#include <optional>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kUser = "admin_user";
constexpr const char* kRole = "authorization_role";
constexpr const char* kExpiration = "admin_user_expiration";
constexpr const char* kSecondFactor = "tfa_user_config";
constexpr std::size_t kHashLength = 99;
constexpr const char* kFactorHint =
    "two_factor=google with the secret crypt_key gives each user a second factor; in a staging "
    "shop "
    "without one (bin/magento module:disable Magento_TwoFactorAuth) two_factor=off says so";

/// The years 1970 to 1999, when there was no Magento. Nothing writes `created` again, so that this
/// mark stays when somebody renames himself throughout.
constexpr Timestamp kFirstDate{std::chrono::seconds(2 * 86'400)};
constexpr long long kDates = 946'500'000LL;
/// What a TIMESTAMP holds.
constexpr Timestamp kLastDate{std::chrono::seconds(2'147'483'647LL)};

std::vector<SettingInfo> setting_infos() {
  using Kind = SettingInfo::Kind;
  return shop_setting_infos(
      "", {{"role", Kind::required, "", "number of the user role; 1 is Administrators"},
           {"two_factor", Kind::optional, "refuse",
            "google: every user gets a second factor for authenticator apps; off says that the "
            "shop asks for none"},
           {"crypt_key", Kind::secret, "", "for two_factor=google: crypt/key of app/etc/env.php"}});
}

/// What is said of the shop's second factor.
struct TwoFactor {
  enum class Mode {
    refuse,  ///< the shop may have one, and then nothing is made
    off,     ///< it asks for none
    google,  ///< stagepass gives each user one, sealed with `crypt`
  };
  Mode mode = Mode::refuse;
  std::optional<MagentoCrypt> crypt;
};

class Magento final : public ShopPlatform {
 public:
  Magento(std::string role, TwoFactor two_factor, Clock& clock)
      : role_(std::move(role)), two_factor_(std::move(two_factor)), clock_(clock) {}

  std::vector<std::string> tables() const override {
    return {kUser, "admin_user_session", "oauth_token", kExpiration, "admin_passwords",
            kRole, kSecondFactor};
  }
  UserTable users(const ShopDatabase& /*database*/) const override {
    return {kUser, "user_id", "username", "is_active", "password", kHashLength};
  }
  std::vector<SideTable> sides(const ShopDatabase& database) const override;
  std::vector<std::pair<std::string, std::string>> read_only() const override { return {}; }

  Result<std::vector<ShopMark>> marks_of(const AccountRef& account) const override;
  std::string marked_columns() const override { return "username, email"; }
  std::string marked_condition() const override {
    return fmt::format("email LIKE {}", sql_string(fmt::format("%{}", kMailDomain)));
  }
  std::vector<MarkedAccount> marked_by(const SqlRow& row) const override;

  Result<void> require_ready(ShopDatabase& database) const override;
  Result<std::vector<ShopColumn>> columns_of_new(ShopDatabase& database) const override;
  Result<Secret> password_assignment(const ShopDatabase& database, const Secret& password,
                                     Random& random) const override;
  std::vector<ShopColumn> shut_columns(const ShopDatabase& database) const override;
  Result<void> give_role(ShopDatabase& database, const std::string& id) const override;
  Result<void> give_second_factor(ShopDatabase& database, const std::string& id,
                                  const Secret& password, Random& random) const override;
  std::optional<Secret> second_factor(const Secret& password) const override;
  Result<void> set_end(ShopDatabase& database, const std::string& id, Timestamp at) const override;
  Result<std::vector<Finding>> check(ShopDatabase& database) const override;

  Result<ShopLogin> try_login(const HttpClient& client, const UserName& user,
                              const Secret& password, const Deadline& deadline) const override;
  PageSession::IsLoggedOut logged_out() const override { return is_magento_login_page; }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    return {{"role", role_}};
  }

 private:
  /// Errors: `policy` if the shop and what is said of its second factor do not go together, or if that cannot be seen.
  [[nodiscard]] Result<void> require_second_factor_as_said(ShopDatabase& database) const;
  [[nodiscard]] Result<std::string> role_name(ShopDatabase& database) const;
  [[nodiscard]] std::vector<std::string> written_factor() const;

  std::string role_;
  TwoFactor two_factor_;
  Clock& clock_;
};

std::vector<std::string> Magento::written_factor() const {
  return two_factor_.crypt ? std::vector<std::string>{"user_id", "encoded_providers",
                                                      "encoded_config", "default_provider"}
                           : std::vector<std::string>();
}

/// Most of them the database would delete by itself, if nobody has taken its foreign keys away.
std::vector<SideTable> Magento::sides(const ShopDatabase& database) const {
  std::vector<SideTable> all = {
      {"admin_user_session", "user_id", "", "a session", "status = 1", "status = 0"},
      {"oauth_token", "admin_id", "", "an access token", "1 = 1", ""},
      {kExpiration, "user_id", "", "an expiry", "", "", {"user_id", "expires_at"}, true},
      {"admin_passwords", "user_id", "", "an old password", "", ""},
      {kRole,
       "user_id",
       " AND user_type = '2'",
       "a role",
       "",
       "",
       {"role_id", "parent_id", "tree_level", "sort_order", "role_type", "user_id", "user_type",
        "role_name"}}};
  if (database.has(kSecondFactor)) {
    all.push_back({kSecondFactor, "user_id", "", "a second factor", "", "", written_factor()});
  }
  return all;
}

Result<std::vector<ShopMark>> Magento::marks_of(const AccountRef& account) const {
  SP_ASSIGN(const std::string proof, proof_of(account));
  const Timestamp date = kFirstDate + std::chrono::seconds(seconds_from(account.marker, kDates));
  return std::vector<ShopMark>{{"username", account.user_name.str(), false},
                               {"email", mail_mark(account.user_name, proof), true},
                               {"created", sql_date(date), true}};
}

std::vector<MarkedAccount> Magento::marked_by(const SqlRow& row) const {
  auto marker = row.size() == 2 ? marker_in_email(row[1]) : std::nullopt;
  return marker ? std::vector<MarkedAccount>{{row[0], *std::move(marker)}}
                : std::vector<MarkedAccount>();
}

// --- making and ending --------------------------------------------------------------------------

/// Without one of ours a new user would have to set his second factor up by mail, and his address does not exist.
Result<void> Magento::require_second_factor_as_said(ShopDatabase& database) const {
  if (two_factor_.mode == TwoFactor::Mode::off) {
    return {};
  }
  const bool gives_one = two_factor_.mode == TwoFactor::Mode::google;
  const auto seen = database.sql().query(
      fmt::format("SELECT 1 FROM {} WHERE 1 = 0", database.table(kSecondFactor)), "look");
  if (seen) {
    return gives_one ? Result<void>()
                     : fail(Errc::policy, "this shop has two-factor authentication", kFactorHint);
  }
  if (seen.error().code == Errc::unreachable) {
    return fail(seen.error());
  }
  if (database.sql().last_error().number == ER_NO_SUCH_TABLE) {
    return gives_one ? fail(Errc::policy, "this shop has no two-factor authentication",
                            "say two_factor=off with stagepass target set")
                     : Result<void>();
  }
  return fail(Errc::policy,
              fmt::format("whether this shop has two-factor authentication cannot be seen: the "
                          "admin may not read {}",
                          database.shown(kSecondFactor)),
              kFactorHint);
}

Result<std::string> Magento::role_name(ShopDatabase& database) const {
  SP_ASSIGN(const auto rows,
            database.sql().query(fmt::format("SELECT role_name FROM {} WHERE role_id = {} AND "
                                             "role_type = 'G'",
                                             database.table(kRole), role_),
                                 "look up the role"));
  if (rows.empty()) {
    return fail(Errc::policy, fmt::format("the shop has no user role {}", role_),
                "role is the number in the address of System, Permissions, User Roles, Edit");
  }
  return escape_untrusted(rows.front().front());
}

Result<void> Magento::require_ready(ShopDatabase& database) const {
  SP_TRY(require_second_factor_as_said(database));
  SP_TRY(role_name(database));
  return {};
}

Result<std::vector<ShopColumn>> Magento::columns_of_new(ShopDatabase& /*database*/) const {
  return std::vector<ShopColumn>{
      {"firstname", "'Temporary'"},    {"lastname", "'Access'"},        {"rp_token", "NULL"},
      {"rp_token_created_at", "NULL"}, {"interface_locale", "'en_US'"}, {"failures_num", "0"},
      {"first_failure", "NULL"},       {"lock_expires", "NULL"}};
}

Result<Secret> Magento::password_assignment(const ShopDatabase& /*database*/,
                                            const Secret& password, Random& random) const {
  SP_ASSIGN(const Secret hash, magento_hash(password, random));
  return assignment("password", hash);
}

std::vector<ShopColumn> Magento::shut_columns(const ShopDatabase& /*database*/) const {
  return {{"password", "'*'"}, {"rp_token", "NULL"}, {"rp_token_created_at", "NULL"}};
}

Result<void> Magento::give_role(ShopDatabase& database, const std::string& id) const {
  SP_ASSIGN(
      const std::size_t given,
      database.change(
          fmt::format("INSERT INTO {0} (parent_id, tree_level, sort_order, role_type, user_id, "
                      "user_type, role_name) SELECT role_id, tree_level + 1, 0, 'U', {1}, "
                      "'2', 'Temporary' FROM {0} WHERE role_id = {2} AND role_type = 'G'",
                      database.table(kRole), id, role_),
          "give the user a role"));
  return given == 1 ? Result<void>()
                    : fail(Errc::policy, fmt::format("the shop has no user role {}", role_));
}

/// A user's own rows have been deleted before, so that there is one of them at most.
Result<void> Magento::give_second_factor(ShopDatabase& database, const std::string& id,
                                         const Secret& password, Random& random) const {
  if (!two_factor_.crypt) {
    return {};
  }
  const std::string config =
      second_factor_config(*two_factor_.crypt, second_factor_key(password), random);
  return database.sql().execute(
      fmt::format("INSERT INTO {} (user_id, encoded_providers, encoded_config, default_provider) "
                  "VALUES ({}, '[]', {}, 'google')",
                  database.table(kSecondFactor), id, sql_string(config)),
      "give the user a second factor");
}

std::optional<Secret> Magento::second_factor(const Secret& password) const {
  return two_factor_.crypt ? std::optional(to_base32(second_factor_key(password))) : std::nullopt;
}

Result<ShopLogin> Magento::try_login(const HttpClient& client, const UserName& user,
                                     const Secret& password, const Deadline& deadline) const {
  std::optional<Secret> code;
  if (two_factor_.crypt) {
    SP_ASSIGN(code, one_time_code(second_factor_key(password), clock_.now()));
  }
  return try_magento_login(client, {user, password, code ? &*code : nullptr}, deadline);
}

Result<void> Magento::set_end(ShopDatabase& database, const std::string& id, Timestamp at) const {
  const std::string end = sql_string(sql_date(std::min(at, kLastDate)));
  return database.sql().execute(
      fmt::format("INSERT INTO {} (user_id, expires_at) VALUES ({}, {}) ON DUPLICATE KEY UPDATE "
                  "expires_at = {}",
                  database.table(kExpiration), id, end, end),
      "set the user's end");
}

Result<std::vector<Finding>> Magento::check(ShopDatabase& database) const {
  std::vector<Finding> findings;
  const auto name = role_name(database);
  const auto second_factor = require_second_factor_as_said(database);
  if (name) {
    findings.push_back(
        {Finding::Kind::good, fmt::format("accounts have the user role {}", *name), ""});
  }
  for (const Error* each :
       {name ? nullptr : &name.error(), second_factor ? nullptr : &second_factor.error()}) {
    if (each == nullptr) {
      continue;
    }
    if (each->code != Errc::policy) {
      return fail(*each);
    }
    findings.push_back({Finding::Kind::problem, each->message, each->hint});
  }
  return findings;
}

Result<TwoFactor> take_two_factor(Settings& values, SecretSettings& secrets) {
  using Mode = TwoFactor::Mode;
  const std::map<std::string, Mode> modes = {
      {"refuse", Mode::refuse}, {"off", Mode::off}, {"google", Mode::google}};
  const std::string& value = values["two_factor"];
  const auto mode = modes.find(value);
  if (mode == modes.end()) {
    return wrong_setting("two_factor", value,
                         "google, off, or refuse for a shop that may ask for one");
  }
  TwoFactor two_factor{mode->second, std::nullopt};
  const auto key = secrets.extract("crypt_key");
  if ((two_factor.mode == Mode::google) != static_cast<bool>(key)) {
    return fail(Errc::invalid_argument, "two_factor=google and the secret crypt_key go together",
                "--secret-file crypt_key=FILE: crypt/key of app/etc/env.php");
  }
  if (key) {
    SP_ASSIGN(two_factor.crypt, MagentoCrypt::parse(key.mapped()));
  }
  return two_factor;
}

}  // namespace

DriverInfo magento_driver_info() {
  return {"magento", "the back office of a Magento or Adobe Commerce shop, by its database",
          setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_magento_driver(const Target& target,
                                                          SecretSettings secrets,
                                                          const DriverTools& tools) {
  SP_ASSIGN(Settings values, complete_settings(target, setting_infos()));
  SP_ASSIGN(ShopSettings settings, parse_shop_settings(values, target.driver));
  SP_ASSIGN(std::string role, parse_shop_number(values, "role", "the number of a user role"));
  SP_ASSIGN(TwoFactor two_factor, take_two_factor(values, secrets));
  SP_ASSIGN(auto password, take_shop_password(secrets, settings, target));
  return make_shop_driver(
      std::move(settings),
      std::make_unique<Magento>(std::move(role), std::move(two_factor), tools.clock),
      std::move(password), tools);
}

}  // namespace stagepass::targets
