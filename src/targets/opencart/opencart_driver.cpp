#include "targets/opencart/opencart_driver.hpp"

#include "targets/crypt_hash.hpp"
#include "targets/mail_mark.hpp"
#include "targets/mariadb/sql_text.hpp"
#include "targets/opencart/opencart_login.hpp"
#include "targets/sha1.hpp"
#include "targets/sql_shop/shop_driver.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kUser = "user";
constexpr const char* kGroup = "user_group";
constexpr const char* kSaltColumn = "salt";
constexpr std::size_t kSaltLength = 9;
constexpr std::size_t kSha1Digits = 40;
constexpr std::size_t kBcryptLength = 60;
constexpr CryptMethod kBcrypt = {"$2y$", 11, 72, "bcrypt"};

/// The years 1000 to 1899, in which nobody became a user of a shop. No form of OpenCart writes
/// date_added again, so that this mark stays when somebody renames himself throughout.
constexpr Timestamp kFirstDate{std::chrono::seconds(-30'610'224'000LL)};
constexpr long long kDates = 28'401'235'200LL;

std::vector<SettingInfo> setting_infos() {
  return shop_setting_infos("oc_",
                            {{"group", SettingInfo::Kind::optional, "10",
                              "number of the user group; 10 may do nothing, 1 is Administrator"}});
}

/// sha1(salt . sha1(salt . sha1(password))), each in hexadecimal digits.
Result<Secret> salted_sha1(const Secret& password, std::string_view salt) {
  const auto in_digits = [](const Secret& digest) {
    return Secret::make(2 * digest.size(), [&](MutableBytes out) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      std::size_t at = 0;
      for (const std::uint8_t byte : digest.reveal()) {
        out[at++] = static_cast<std::uint8_t>(kDigits[byte >> 4U]);
        out[at++] = static_cast<std::uint8_t>(kDigits[byte & 0xFU]);
      }
    });
  };
  SP_ASSIGN(const Secret first, sha1(password));
  Secret digits = in_digits(first);
  for (int i = 0; i < 2; ++i) {
    SP_ASSIGN(const Secret next, sha1(joined({salt, digits.reveal_text()})));
    digits = in_digits(next);
  }
  return digits;
}

std::string random_salt(Random& random) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789abcdefg";
  static_assert(kAlphabet.size() == 64);
  std::vector<std::uint8_t> bytes(kSaltLength);
  random.fill(bytes);
  std::string salt;
  for (const std::uint8_t byte : bytes) {
    salt += kAlphabet[byte % kAlphabet.size()];
  }
  return salt;
}

class OpenCart final : public ShopPlatform {
 public:
  explicit OpenCart(std::string group) : group_(std::move(group)) {}

  std::vector<std::string> tables() const override {
    return {kUser, kGroup, "user_login", "user_authorize", "user_token"};
  }
  UserTable users(const ShopDatabase& database) const override {
    return {kUser,    "user_id",  "username",
            "status", "password", is_version_3(database) ? kSha1Digits : kBcryptLength};
  }
  std::vector<SideTable> sides(const ShopDatabase& database) const override;
  std::vector<std::pair<std::string, std::string>> read_only() const override {
    return {{kGroup, "user_group_id, name"}};
  }

  Result<std::vector<ShopMark>> marks_of(const AccountRef& account) const override;
  std::string marked_columns() const override { return "username, email, image"; }
  std::string marked_condition() const override {
    return fmt::format("email LIKE {} OR image LIKE {}",
                       sql_string(fmt::format("%{}", kMailDomain)),
                       sql_string(fmt::format("{}%", kMarkerPrefix)));
  }
  std::vector<MarkedAccount> marked_by(const SqlRow& row) const override;

  Result<void> require_ready(ShopDatabase& database) const override;
  Result<std::vector<ShopColumn>> columns_of_new(ShopDatabase& database) const override;
  Result<Secret> password_assignment(const ShopDatabase& database, const Secret& password,
                                     Random& random) const override;
  std::vector<ShopColumn> shut_columns(const ShopDatabase& database) const override;
  Result<std::vector<Finding>> check(ShopDatabase& database) const override;

  Result<ShopLogin> try_login(const HttpClient& client, const UserName& user,
                              const Secret& password, const Deadline& deadline) const override {
    return try_opencart_login(client, user, password, deadline);
  }
  PageSession::IsLoggedOut logged_out() const override { return is_opencart_login_page; }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    return {{"user group", group_}};
  }

 private:
  /// Its column cannot hold a hash of today's PHP.
  static bool is_version_3(const ShopDatabase& database) {
    const std::size_t width = database.width(kUser, "password");
    return database.has(kUser, kSaltColumn) && width > 0 && width < kBcryptLength;
  }
  [[nodiscard]] Result<std::string> group_name(ShopDatabase& database) const;

  std::string group_;
};

/// 4.0.2 brought the two; 4.1 replaced the column `code` by a table of tokens. One that is there
/// though the version should not have it (after an upgrade) is looked after as well.
std::vector<SideTable> OpenCart::sides(const ShopDatabase& database) const {
  const bool is_version_3_shop = is_version_3(database);
  std::vector<SideTable> all;
  const auto add = [&](bool is_due, SideTable side) {
    if (is_due || database.has(side.name)) {
      all.push_back(std::move(side));
    }
  };
  add(!is_version_3_shop, {"user_login", "user_id", "", "a login", "", ""});
  add(!is_version_3_shop, {"user_authorize", "user_id", "", "a trusted browser", "1 = 1", ""});
  add(!is_version_3_shop && !database.has(kUser, "code"),
      {"user_token", "user_id", "", "a token", "1 = 1", ""});
  return all;
}

Result<std::vector<ShopMark>> OpenCart::marks_of(const AccountRef& account) const {
  SP_ASSIGN(const std::string proof, proof_of(account));
  const Timestamp date = kFirstDate + std::chrono::seconds(seconds_from(account.marker, kDates));
  return std::vector<ShopMark>{{"username", account.user_name.str(), false},
                               {"email", mail_mark(account.user_name, proof), true},
                               {"image", account.marker, true},
                               {"date_added", sql_date(date), true}};
}

std::vector<MarkedAccount> OpenCart::marked_by(const SqlRow& row) const {
  std::vector<MarkedAccount> marked;
  if (row.size() != 3) {
    return marked;
  }
  if (auto marker = marker_in_email(row[1])) {
    marked.push_back({row[0], *std::move(marker)});
  }
  if (row[2].starts_with(kMarkerPrefix)) {
    marked.push_back({row[0], row[2]});
  }
  return marked;
}

// --- making and ending --------------------------------------------------------------------------

Result<std::string> OpenCart::group_name(ShopDatabase& database) const {
  SP_ASSIGN(const auto rows,
            database.sql().query(fmt::format("SELECT name FROM {} WHERE user_group_id = {}",
                                             database.table(kGroup), group_),
                                 "look up the user group"));
  if (rows.empty()) {
    return fail(Errc::policy, fmt::format("the shop has no user group {}", group_),
                "group is the number in the address of System, Users, User Groups, Edit");
  }
  return escape_untrusted(rows.front().front());
}

Result<void> OpenCart::require_ready(ShopDatabase& database) const {
  SP_TRY(group_name(database));
  return {};
}

Result<std::vector<ShopColumn>> OpenCart::columns_of_new(ShopDatabase& database) const {
  std::vector<ShopColumn> columns = {{"user_group_id", group_},
                                     {"firstname", "'Temporary'"},
                                     {"lastname", "'access'"},
                                     {"ip", "''"}};
  for (const char* each : {"code", kSaltColumn}) {
    if (database.has(kUser, each)) {
      columns.push_back({each, "''"});
    }
  }
  return columns;
}

/// OpenCart hashes some passwords as they are and some as HTML; those without & < > " ' are both.
Result<Secret> OpenCart::password_assignment(const ShopDatabase& database, const Secret& password,
                                             Random& random) const {
  const std::string_view text = password.reveal_text();
  if (text.find_first_of("&<>\"'") != std::string_view::npos || text.starts_with(' ') ||
      text.ends_with(' ')) {
    return fail(Errc::invalid_argument,
                "OpenCart takes no password with & < > \" ' or a blank at an end",
                "choose another password policy for this target");
  }
  if (!is_version_3(database)) {
    SP_ASSIGN(const Secret hash, crypt_hash(password, kBcrypt, random));
    return assignment("password", hash);
  }
  const std::string salt = random_salt(random);
  SP_ASSIGN(const Secret hash, salted_sha1(password, salt));
  const Secret set = assignment("password", hash);
  return joined({set.reveal_text(), ", `salt` = '", salt, "'"});
}

std::vector<ShopColumn> OpenCart::shut_columns(const ShopDatabase& database) const {
  std::vector<ShopColumn> columns = {{"password", "'*'"}};
  if (database.has(kUser, "code")) {
    columns.push_back({"code", "''"});
  }
  return columns;
}

Result<std::vector<Finding>> OpenCart::check(ShopDatabase& database) const {
  std::vector<Finding> findings = {
      {Finding::Kind::good,
       fmt::format("the users are those of OpenCart {}", is_version_3(database) ? "3" : "4"), ""}};
  const auto name = group_name(database);
  if (name) {
    findings.push_back(
        {Finding::Kind::good, fmt::format("accounts are of the user group {}", *name), ""});
  } else if (name.error().code == Errc::policy) {
    findings.push_back({Finding::Kind::problem, name.error().message, name.error().hint});
  } else {
    return fail(name.error());
  }
  return findings;
}

}  // namespace

DriverInfo opencart_driver_info() {
  return {"opencart", "the back office of an OpenCart shop, by its database", setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_opencart_driver(const Target& target,
                                                           SecretSettings secrets,
                                                           const DriverTools& tools) {
  SP_ASSIGN(Settings values, complete_settings(target, setting_infos()));
  SP_ASSIGN(ShopSettings settings, parse_shop_settings(values, target.driver));
  SP_ASSIGN(std::string group,
            parse_shop_number(values, "group", "the number of a user group, e.g. 11"));
  SP_ASSIGN(auto password, take_shop_password(secrets, settings, target));
  return make_shop_driver(std::move(settings), std::make_unique<OpenCart>(std::move(group)),
                          std::move(password), tools);
}

}  // namespace stagepass::targets
