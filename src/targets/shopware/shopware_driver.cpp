#include "targets/shopware/shopware_driver.hpp"

#include "targets/shopware/back_office.hpp"
#include "targets/shopware/password_login.hpp"
#include "targets/shopware/shopware_check.hpp"
#include "targets/shopware/shopware_settings.hpp"
#include "targets/shopware/user_identity.hpp"
#include "targets/unknown_password.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLongestPassword = 72;  // what bcrypt heeds
constexpr long kNotFound = 404;

Failure untouched(const UserIdentity& who) {
  return fail(Errc::refused,
              fmt::format("{} in the shop was not made by us, so it was not touched", who.username),
              "somebody else made it: look at it in the back office");
}

class ShopwareDriver final : public TargetDriver {
 public:
  ShopwareDriver(ShopwareSettings settings, Random& random)
      : settings_(std::move(settings)),
        random_(random),
        office_(settings_),
        login_(office_.client()) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    return check_back_office(office_, settings_, Deadline(timeout));
  }
  Result<std::vector<std::string>> install(Timeout /*timeout*/) override {
    return std::vector<std::string>();
  }
  Result<std::vector<MarkedAccount>> list_marked(Timeout timeout) override;
  Result<Presence> probe(const AccountRef& account, Timeout timeout) override;
  Result<void> create(const AccountSpec& account, Timeout timeout) override;
  Result<void> set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) override;
  Result<void> disable(const AccountRef& account, Timeout timeout) override;
  Result<std::size_t> end_sessions(const AccountRef& account, Timeout timeout) override;
  Result<Erased> erase(const AccountRef& account, Timeout timeout) override;
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override;
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override {
    return login_.open_session(account.user_name, password, Deadline(timeout));
  }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    return {{"url", settings_.url.str() + "/admin"}, {"role", settings_.role}};
  }

 private:
  /// What the shop has of an account.
  struct Rows {
    std::vector<BackOfficeUser> ours;
    std::vector<BackOfficeUser> others;  ///< with its login name or its e-mail address
    bool has_foreign = false;            ///< one of the others has its login name
  };
  [[nodiscard]] Result<Rows> rows_of(const UserIdentity& who, const Deadline& deadline);
  [[nodiscard]] Result<std::vector<BackOfficeUser>> ours_or_none(const UserIdentity& who,
                                                                 const Deadline& deadline);
  [[nodiscard]] Result<void> write(const std::string& id, const UserIdentity& who,
                                   const Secret& password, const Deadline& deadline);
  [[nodiscard]] Result<void> require_made(const UserIdentity& who, const Deadline& deadline);
  [[nodiscard]] Result<void> lock_out(const BackOfficeUser& row, const UserIdentity& who,
                                      const Deadline& deadline);
  [[nodiscard]] Result<void> remove(const BackOfficeUser& row, const UserIdentity& who,
                                    const Deadline& deadline);
  [[nodiscard]] Result<std::vector<std::string>> residue_of(const UserIdentity& who,
                                                            const Rows& rows,
                                                            const Deadline& deadline);
  [[nodiscard]] Result<LoginCheck> check_login(const AccountRef& account, const Secret& password,
                                               const Deadline& deadline) const;

  ShopwareSettings settings_;
  Random& random_;
  BackOffice office_;
  PasswordLogin login_;
  /// Users that were shut by this object, and how many access keys that took.
  std::map<std::string, std::size_t> shut_;
  std::vector<std::string> erased_;  ///< asked for by id in verify_gone
};

// --- looking ------------------------------------------------------------------------------------

Result<ShopwareDriver::Rows> ShopwareDriver::rows_of(const UserIdentity& who,
                                                     const Deadline& deadline) {
  SP_ASSIGN(std::vector<BackOfficeUser> found, office_.matching(who, deadline));
  Rows rows;
  for (BackOfficeUser& each : found) {
    if (who.is_ours(each)) {
      rows.ours.push_back(std::move(each));
    } else {
      rows.has_foreign = rows.has_foreign || who.has_name_of(each);
      rows.others.push_back(std::move(each));
    }
  }
  return rows;
}

/// Errors: `refused` if somebody else has the login name.
Result<std::vector<BackOfficeUser>> ShopwareDriver::ours_or_none(const UserIdentity& who,
                                                                 const Deadline& deadline) {
  SP_ASSIGN(Rows rows, rows_of(who, deadline));
  return rows.has_foreign ? Result<std::vector<BackOfficeUser>>(untouched(who))
                          : std::move(rows.ours);
}

Result<Presence> ShopwareDriver::probe(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account));
  SP_ASSIGN(const Rows rows, rows_of(who, Deadline(timeout)));
  if (rows.has_foreign) {
    return Presence::foreign;
  }
  return rows.ours.empty() ? Presence::absent : Presence::ours;
}

Result<std::vector<MarkedAccount>> ShopwareDriver::list_marked(Timeout timeout) {
  SP_ASSIGN(const std::vector<BackOfficeUser> users, office_.all(Deadline(timeout)));
  std::vector<MarkedAccount> marked;
  for (const BackOfficeUser& each : users) {
    for (MarkedAccount& mark : marks_on(each)) {
      marked.push_back(std::move(mark));
    }
  }
  return marked;
}

// --- making -------------------------------------------------------------------------------------

Result<void> ShopwareDriver::write(const std::string& id, const UserIdentity& who,
                                   const Secret& password, const Deadline& deadline) {
  SP_ASSIGN(const ApiAnswer answer, office_.write(id, who, password, deadline));
  if (answer.says_taken()) {
    SP_TRY(ours_or_none(who, deadline));
    return fail(Errc::refused, answer.failure().value().message);
  }
  return answer.require_success();
}

Result<void> ShopwareDriver::require_made(const UserIdentity& who, const Deadline& deadline) {
  SP_ASSIGN(const std::vector<BackOfficeUser> rows, ours_or_none(who, deadline));
  const bool is_as_asked = rows.size() == 1 && who.has_name_of(rows.front()) &&
                           rows.front().marker == who.marker && rows.front().is_active &&
                           rows.front().is_admin == settings_.is_admin();
  return is_as_asked
             ? Result<void>()
             : fail(Errc::unreachable,
                    fmt::format("the shop made {}, but not as it was asked to", who.username),
                    "an extension there may change new users");
}

Result<void> ShopwareDriver::create(const AccountSpec& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account.ref));
  if (account.password == nullptr) {
    return fail(Errc::invalid_argument, "an account of a Shopware shop needs a password");
  }
  if (account.password->size() > kLongestPassword) {
    return fail(Errc::invalid_argument, "Shopware heeds no more than 72 bytes of a password",
                "choose another password policy for this target");
  }
  shut_.clear();
  SP_ASSIGN(const std::vector<BackOfficeUser> rows, ours_or_none(who, deadline));
  SP_TRY(write(rows.empty() ? who.id : rows.front().id, who, *account.password, deadline));
  return require_made(who, deadline);
}

/// Shopware knows no end of an account: purge is what ends it.
Result<void> ShopwareDriver::set_end(const AccountRef& account, Timestamp /*expires_at*/,
                                     Timeout timeout) {
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account));
  SP_ASSIGN(const std::vector<BackOfficeUser> rows, ours_or_none(who, Deadline(timeout)));
  return rows.empty() ? Result<void>(fail(Errc::not_found,
                                          fmt::format("there is no {} in the shop", who.username)))
                      : Result<void>();
}

// --- ending -------------------------------------------------------------------------------------

/// The e-mail address becomes ours again: to another one the shop would send a new password. If
/// somebody else has taken ours, one that nobody has will do.
Result<void> ShopwareDriver::lock_out(const BackOfficeUser& row, const UserIdentity& who,
                                      const Deadline& deadline) {
  const Secret password = unknown_password(random_);
  SP_ASSIGN(const ApiAnswer answer, office_.shut(row.id, who.email, password, deadline));
  if (!answer.says_taken()) {
    return answer.require_success();
  }
  const std::string unused = fmt::format("{}.{}", row.id, who.email);
  SP_ASSIGN(const ApiAnswer second, office_.shut(row.id, unused, password, deadline));
  return second.require_success();
}

/// Both steps are tried, whatever becomes of the first: a door half shut is better than open.
Result<void> ShopwareDriver::disable(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account));
  SP_ASSIGN(const std::vector<BackOfficeUser> rows, ours_or_none(who, deadline));
  for (const BackOfficeUser& each : rows) {
    const auto locked_out = lock_out(each, who, deadline);
    const auto keys = office_.remove_access_keys(each.id, deadline);
    SP_TRY(locked_out);
    SP_TRY(keys);
    shut_[each.id] += *keys;
  }
  return {};
}

Result<std::size_t> ShopwareDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account));
  SP_ASSIGN(const std::vector<BackOfficeUser> rows, ours_or_none(who, deadline));
  std::size_t ended = 0;
  for (const BackOfficeUser& each : rows) {
    if (!shut_.contains(each.id)) {
      SP_TRY(lock_out(each, who, deadline));
    }
    SP_ASSIGN(const std::size_t keys, office_.remove_access_keys(each.id, deadline));
    ended += keys + std::exchange(shut_[each.id], 0);
  }
  return ended;
}

Result<void> ShopwareDriver::remove(const BackOfficeUser& row, const UserIdentity& who,
                                    const Deadline& deadline) {
  SP_ASSIGN(const ApiAnswer answer, office_.remove(row.id, deadline));
  if (answer.says_in_use()) {
    return fail(Errc::refused,
                fmt::format("the shop does not delete {}, because orders, customers or other "
                            "records there point to it: {}; it was disabled and lets nobody in",
                            who.username, answer.failure().value().message),
                "delete in the shop what points to it, or the user on its database; stagepass goes "
                "on trying");
  }
  if (answer.status() != kNotFound) {
    SP_TRY(answer.require_success());
  }
  erased_.push_back(row.id);
  return {};
}

Result<TargetDriver::Erased> ShopwareDriver::erase(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account));
  SP_ASSIGN(const std::vector<BackOfficeUser> rows, ours_or_none(who, deadline));
  for (const BackOfficeUser& each : rows) {
    SP_TRY(remove(each, who, deadline));
  }
  return rows.empty() ? Erased::already_absent : Erased::removed;
}

/// Asked for by id as well: that is another way through the shop than the search.
Result<std::vector<std::string>> ShopwareDriver::residue_of(const UserIdentity& who,
                                                            const Rows& rows,
                                                            const Deadline& deadline) {
  std::vector<std::string> residue;
  for (const BackOfficeUser& each : rows.others) {
    residue.push_back(fmt::format("the e-mail address of {} on the user {}", who.username,
                                  escape_untrusted(each.username)));
  }
  std::vector<std::string> ids = erased_;
  ids.push_back(who.id);
  for (const std::string& id : ids) {
    SP_ASSIGN(const bool is_unknown, office_.is_unknown(id, deadline));
    if (!is_unknown) {
      residue.push_back(fmt::format("the user {}, which {} was", id, who.username));
    }
  }
  return residue;
}

Result<LoginCheck> ShopwareDriver::check_login(const AccountRef& account, const Secret& password,
                                               const Deadline& deadline) const {
  SP_ASSIGN(const BackOfficeLogin login, login_.try_login(account.user_name, password, deadline));
  switch (login.outcome) {
    case BackOfficeLogin::Outcome::accepted:
      return fail(Errc::pending,
                  fmt::format("the login as {} still works", account.user_name.str()),
                  "an extension of the shop may know the name from elsewhere");
    case BackOfficeLogin::Outcome::refused:
      return LoginCheck::refused;
    case BackOfficeLogin::Outcome::untold:
      break;
  }
  return LoginCheck::not_tried;
}

Result<GoneProof> ShopwareDriver::verify_gone(const AccountRef& account, const Secret* password,
                                              Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserIdentity who, UserIdentity::of(account));
  SP_ASSIGN(const Rows rows, rows_of(who, deadline));
  if (rows.has_foreign) {
    return untouched(who);
  }
  if (!rows.ours.empty()) {
    return fail(Errc::pending, fmt::format("{} is still there", who.username));
  }
  GoneProof proof;
  SP_ASSIGN(proof.residue, residue_of(who, rows, deadline));
  if (password != nullptr) {
    SP_ASSIGN(proof.login, check_login(account, *password, deadline));
  }
  return proof;
}

}  // namespace

DriverInfo shopware_driver_info() {
  return {"shopware", "the back office of a Shopware 6 shop", shopware_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_shopware_driver(const Target& target,
                                                           SecretSettings secrets,
                                                           DriverTools tools) {
  SP_ASSIGN(ShopwareSettings settings, parse_shopware_settings(target, std::move(secrets)));
  return std::make_unique<ShopwareDriver>(std::move(settings), tools.random);
}

}  // namespace stagepass::targets
