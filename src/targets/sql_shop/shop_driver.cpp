#include "targets/sql_shop/shop_driver.hpp"

#include "targets/only_secret.hpp"
#include "targets/sql_shop/shop_check.hpp"
#include "targets/sql_shop/shop_users.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

class ShopDriver final : public TargetDriver {
 public:
  ShopDriver(ShopSettings settings, std::unique_ptr<ShopPlatform> platform,
             std::optional<Secret> password, const DriverTools& tools)
      : settings_(std::move(settings)),
        platform_(std::move(platform)),
        password_(std::move(password)),
        process_(tools.process),
        random_(tools.random) {
    if (settings_.url) {
      back_office_.emplace(*settings_.url, settings_.url_ca);
    }
  }

  Result<std::vector<Finding>> check(Timeout timeout) override;
  /// There is nothing to prepare but the rights of the admin, and those it cannot give itself.
  Result<std::vector<std::string>> install(Timeout timeout) override;
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
                                                    Timeout timeout) override;
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const override;
  std::optional<Secret> second_factor(const Secret& password) const override {
    return platform_->second_factor(password);
  }

 private:
  [[nodiscard]] Result<ShopDatabase> connect(const Deadline& deadline) const;
  /// The same, alone with this account.
  [[nodiscard]] Result<SqlShopUsers> users_for(const AccountRef& account,
                                               const Deadline& deadline) const;
  [[nodiscard]] Result<LoginCheck> try_old_login(const UserName& user, const Secret& password,
                                                 const Deadline& deadline) const;

  ShopSettings settings_;
  std::unique_ptr<ShopPlatform> platform_;
  std::optional<Secret> password_;
  Process& process_;
  Random& random_;
  std::optional<HttpClient> back_office_;
  std::vector<std::string> erased_;  ///< asked for by number in verify_gone
};

Result<ShopDatabase> ShopDriver::connect(const Deadline& deadline) const {
  SP_ASSIGN(ShopDatabase database,
            ShopDatabase::open(process_, settings_, password_ ? &*password_ : nullptr, deadline));
  SP_TRY(database.look_at(platform_->tables()));
  return database;
}

Result<SqlShopUsers> ShopDriver::users_for(const AccountRef& account,
                                           const Deadline& deadline) const {
  SP_ASSIGN(ShopDatabase database, connect(deadline));
  return SqlShopUsers::of(*platform_, std::move(database), account);
}

// --- looking ------------------------------------------------------------------------------------

Result<std::vector<Finding>> ShopDriver::check(Timeout timeout) {
  SP_ASSIGN(ShopDatabase database, connect(Deadline(timeout)));
  return check_shop_database(database, *platform_, settings_);
}

Result<std::vector<std::string>> ShopDriver::install(Timeout timeout) {
  SP_TRY(connect(Deadline(timeout)));
  return std::vector<std::string>();
}

Result<std::vector<MarkedAccount>> ShopDriver::list_marked(Timeout timeout) {
  SP_ASSIGN(ShopDatabase database, connect(Deadline(timeout)));
  SP_ASSIGN(
      const auto rows,
      database.sql().query(fmt::format("SELECT {} FROM {} WHERE {}", platform_->marked_columns(),
                                       database.table(platform_->users(database).name),
                                       platform_->marked_condition()),
                           "list the marked users"));
  std::vector<MarkedAccount> marked;
  for (const SqlRow& row : rows) {
    for (MarkedAccount& each : platform_->marked_by(row)) {
      const bool listed = std::any_of(marked.begin(), marked.end(), [&](const MarkedAccount& seen) {
        return seen.user_name == each.user_name && seen.marker == each.marker;
      });
      if (!listed) {
        marked.push_back(std::move(each));
      }
    }
  }
  return marked;
}

Result<Presence> ShopDriver::probe(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlShopUsers users, users_for(account, Deadline(timeout)));
  SP_ASSIGN(const std::vector<SqlShopUser> found, users.found());
  if (found.empty()) {
    return Presence::absent;
  }
  return only_ours(found).size() == found.size() ? Presence::ours : Presence::foreign;
}

// --- making -------------------------------------------------------------------------------------

Result<void> ShopDriver::create(const AccountSpec& account, Timeout timeout) {
  if (account.password == nullptr) {
    return fail(Errc::invalid_argument, "a user of a shop needs a password",
                "leave out --no-password");
  }
  SP_ASSIGN(SqlShopUsers users, users_for(account.ref, Deadline(timeout)));
  SP_TRY(platform_->require_ready(users.database()));
  SP_ASSIGN(const std::vector<SqlShopUser> there, users.ours_or_none());
  SP_ASSIGN(const std::string id, users.prepare(there));
  SP_TRY(platform_->set_end(users.database(), id, account.expires_at));
  SP_TRY(users.set_password(id, *account.password, random_));
  SP_TRY(platform_->give_second_factor(users.database(), id, *account.password, random_));
  return users.open_door(id);
}

Result<void> ShopDriver::set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) {
  SP_ASSIGN(SqlShopUsers users, users_for(account, Deadline(timeout)));
  SP_ASSIGN(const std::vector<SqlShopUser> rows, users.ours_or_none());
  if (rows.empty()) {
    return fail(Errc::not_found,
                fmt::format("there is no {} in the shop", account.user_name.str()));
  }
  for (const SqlShopUser& each : rows) {
    SP_TRY(platform_->set_end(users.database(), each.id, expires_at));
  }
  return {};
}

// --- ending -------------------------------------------------------------------------------------

/// Here and in the next two steps a stranger of the same name, whom nothing hinders in most shops,
/// does not protect our own: what is ours is ended, and then it is told.
Result<void> ShopDriver::disable(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlShopUsers users, users_for(account, Deadline(timeout)));
  SP_ASSIGN(const std::vector<SqlShopUser> found, users.found());
  for (const SqlShopUser& each : only_ours(found)) {
    SP_TRY(users.shut(each.id));
  }
  return users.require_no_stranger(found);
}

Result<std::size_t> ShopDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlShopUsers users, users_for(account, Deadline(timeout)));
  SP_ASSIGN(const std::vector<SqlShopUser> found, users.found());
  std::size_t ended = 0;
  for (const SqlShopUser& each : only_ours(found)) {
    SP_TRY(users.shut(each.id));
    SP_ASSIGN(const std::size_t of_this, users.end_access(each.id));
    ended += of_this;
  }
  SP_TRY(users.require_no_stranger(found));
  return ended;
}

Result<TargetDriver::Erased> ShopDriver::erase(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(SqlShopUsers users, users_for(account, Deadline(timeout)));
  SP_ASSIGN(const std::vector<SqlShopUser> found, users.found());
  const std::vector<SqlShopUser> ours = only_ours(found);
  SP_TRY(users.erase(ours));
  for (const SqlShopUser& each : ours) {
    erased_.push_back(each.id);
  }
  SP_ASSIGN(const std::vector<SqlShopUser> left, users.found());
  if (!only_ours(left).empty()) {
    return fail(Errc::pending, fmt::format("{} is still there", account.user_name.str()));
  }
  SP_TRY(users.require_no_stranger(left));
  return ours.empty() ? Erased::already_absent : Erased::removed;
}

Result<LoginCheck> ShopDriver::try_old_login(const UserName& user, const Secret& password,
                                             const Deadline& deadline) const {
  if (!back_office_) {
    return LoginCheck::not_tried;
  }
  SP_ASSIGN(const ShopLogin login, platform_->try_login(*back_office_, user, password, deadline));
  switch (login.trial.outcome) {
    case LoginTrial::Outcome::refused:
      return LoginCheck::refused;
    case LoginTrial::Outcome::untold:
      return LoginCheck::not_tried;
    case LoginTrial::Outcome::accepted:
      break;
  }
  return fail(Errc::pending, fmt::format("the login as {} still works", user.str()),
              "is the setting url the back office of this database?");
}

Result<GoneProof> ShopDriver::verify_gone(const AccountRef& account, const Secret* password,
                                          Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(SqlShopUsers users, users_for(account, deadline));
  SP_ASSIGN(const std::vector<SqlShopUser> rows, users.ours_or_none());
  if (!rows.empty()) {
    return fail(Errc::pending, fmt::format("{} is still there", account.user_name.str()));
  }
  GoneProof proof;
  for (const std::string& id : erased_) {
    SP_ASSIGN(const std::vector<std::string> residue, users.residue_of(id));
    proof.residue.insert(proof.residue.end(), residue.begin(), residue.end());
  }
  if (password != nullptr) {
    SP_ASSIGN(proof.login, try_old_login(account.user_name, *password, deadline));
  }
  return proof;
}

// --- logging in ---------------------------------------------------------------------------------

Result<std::unique_ptr<LiveSession>> ShopDriver::open_session(const AccountRef& account,
                                                              const Secret& password,
                                                              Timeout timeout) {
  if (!back_office_) {
    return fail(Errc::invalid_argument, "no login can be tried without the setting url",
                "url=https://shop.example/admin: the address of the back office");
  }
  SP_ASSIGN(ShopLogin login,
            platform_->try_login(*back_office_, account.user_name, password, Deadline(timeout)));
  if (!login.missing.empty()) {
    return fail(Errc::refused, fmt::format("the shop takes the password of {}, but {}",
                                           account.user_name.str(), login.missing));
  }
  switch (login.trial.outcome) {
    case LoginTrial::Outcome::accepted:
      return std::make_unique<PageSession>(*back_office_, *std::move(login.trial.cookies),
                                           std::move(login.page), platform_->logged_out());
    case LoginTrial::Outcome::refused:
      return fail(Errc::refused,
                  fmt::format("the login as {} was refused", account.user_name.str()));
    case LoginTrial::Outcome::untold:
      break;
  }
  return fail(Errc::invalid_argument, fmt::format("no login could be tried: {}", login.trial.said),
              "a moved or protected login page: log in by hand to see that it works");
}

std::vector<std::pair<std::string, std::string>> ShopDriver::access_details(
    const UserName& user) const {
  std::vector<std::pair<std::string, std::string>> details;
  if (settings_.url) {
    details.emplace_back("url", settings_.url->str() + "/");
  }
  for (auto& each : platform_->access_details(user)) {
    details.push_back(std::move(each));
  }
  return details;
}

}  // namespace

Result<std::unique_ptr<TargetDriver>> make_shop_driver(ShopSettings settings,
                                                       std::unique_ptr<ShopPlatform> platform,
                                                       std::optional<Secret> password,
                                                       const DriverTools& tools) {
  return std::make_unique<ShopDriver>(std::move(settings), std::move(platform), std::move(password),
                                      tools);
}

Result<std::optional<Secret>> take_shop_password(SecretSettings& secrets,
                                                 const ShopSettings& settings,
                                                 const Target& target) {
  SP_ASSIGN(auto password, take_only_secret(secrets, "password", target));
  if (!password && !settings.server.host.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("a {} target needs the secret password", target.driver),
                "--secret password asks for it; --secret-file password=FILE reads it");
  }
  return password;
}

}  // namespace stagepass::targets
