#include "targets/wordpress/wordpress_driver.hpp"

#include "targets/unknown_password.hpp"
#include "targets/wordpress/login_page.hpp"
#include "targets/wordpress/shop_check.hpp"
#include "targets/wordpress/shop_users.hpp"
#include "targets/wordpress/user_mark.hpp"
#include "targets/wordpress/wordpress_settings.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

namespace stagepass::targets {
namespace {

Failure untouched(const UserMark& mark) {
  return fail(
      Errc::refused,
      fmt::format("{} in the shop carries none of our marks, so it was not touched", mark.login),
      "somebody else made it, or whoever holds it has changed its e-mail address, its "
      "website and its description: look at it in the shop, and delete it there by hand");
}

class WordPressDriver final : public TargetDriver {
 public:
  WordPressDriver(WordPressSettings settings, Random& random)
      : settings_(std::move(settings)),
        random_(random),
        users_(settings_),
        client_(settings_.url, settings_.ca_file),
        login_(client_) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    return check_shop(users_, settings_, random_, Deadline(timeout));
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
      const UserName& user) const override;

 private:
  /// Which of the users of this login name are ours.
  struct Rows {
    std::vector<ShopUser> ours;
    bool has_foreign = false;
  };
  [[nodiscard]] Result<Rows> rows_of(const UserMark& mark, const Deadline& deadline) const;
  [[nodiscard]] Result<std::vector<ShopUser>> ours_or_none(const UserMark& mark,
                                                           const Deadline& deadline) const;
  using Restored = ShopUsers::Restored;
  [[nodiscard]] Result<Restored> restore_all(const std::vector<ShopUser>& rows,
                                             const AccountSpec& account, const UserMark& mark,
                                             const Deadline& deadline) const;
  [[nodiscard]] Result<void> replace_all(const std::vector<ShopUser>& rows,
                                         const AccountSpec& account, const UserMark& mark,
                                         const Deadline& deadline) const;
  [[nodiscard]] Result<void> make(const AccountSpec& account, const UserMark& mark,
                                  const Deadline& deadline) const;
  [[nodiscard]] Result<void> close(const ShopUser& row, const UserMark& mark,
                                   const Deadline& deadline);
  [[nodiscard]] Result<void> lock_out(const ShopUser& row, const UserMark& mark,
                                      const Deadline& deadline) const;
  [[nodiscard]] Result<std::int64_t> heir(const Deadline& deadline) const;
  [[nodiscard]] Result<std::vector<std::string>> residue_of(const UserMark& mark,
                                                            const Deadline& deadline) const;

  WordPressSettings settings_;
  Random& random_;
  ShopUsers users_;
  HttpClient client_;
  LoginPage login_;
  /// Rows that were shut by this object, and how many application passwords that took: nobody can
  /// have got in again, and every change of a password makes the shop send a mail.
  std::map<std::int64_t, std::size_t> shut_;
  std::vector<std::int64_t> erased_;  ///< asked for by number in verify_gone
};

// --- looking ------------------------------------------------------------------------------------

Result<WordPressDriver::Rows> WordPressDriver::rows_of(const UserMark& mark,
                                                       const Deadline& deadline) const {
  SP_ASSIGN(std::vector<ShopUser> found, users_.search(mark.login, deadline));
  Rows rows;
  for (ShopUser& each : found) {
    if (!mark.names(each)) {
      continue;
    }
    if (mark.is_on(each)) {
      rows.ours.push_back(std::move(each));
    } else {
      rows.has_foreign = true;
    }
  }
  return rows;
}

/// Errors: `refused` if one of them is not ours.
Result<std::vector<ShopUser>> WordPressDriver::ours_or_none(const UserMark& mark,
                                                            const Deadline& deadline) const {
  SP_ASSIGN(Rows rows, rows_of(mark, deadline));
  return rows.has_foreign ? Result<std::vector<ShopUser>>(untouched(mark)) : std::move(rows.ours);
}

Result<Presence> WordPressDriver::probe(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(const UserMark mark, UserMark::of(account));
  SP_ASSIGN(const Rows rows, rows_of(mark, Deadline(timeout)));
  if (rows.has_foreign) {
    return Presence::foreign;
  }
  return rows.ours.empty() ? Presence::absent : Presence::ours;
}

/// A mark that somebody has altered is listed beside those that are left: which of them is genuine
/// only the vault can tell.
Result<std::vector<MarkedAccount>> WordPressDriver::list_marked(Timeout timeout) {
  SP_ASSIGN(const std::vector<ShopUser> found, users_.search(kSearchForMarks, Deadline(timeout)));
  std::vector<MarkedAccount> marked;
  for (const ShopUser& each : found) {
    for (std::string& marker : markers_on(each)) {
      const bool listed = std::any_of(marked.begin(), marked.end(), [&](const MarkedAccount& seen) {
        return seen.user_name == each.login && seen.marker == marker;
      });
      if (!listed) {  // of two rows with one name
        marked.push_back({each.login, std::move(marker)});
      }
    }
  }
  return marked;
}

// --- making -------------------------------------------------------------------------------------

Result<WordPressDriver::Restored> WordPressDriver::restore_all(const std::vector<ShopUser>& rows,
                                                               const AccountSpec& account,
                                                               const UserMark& mark,
                                                               const Deadline& deadline) const {
  for (const ShopUser& each : rows) {
    SP_ASSIGN(const Restored restored, users_.restore(each, mark, *account.password, deadline));
    if (restored == Restored::not_allowed) {
      return restored;
    }
  }
  return Restored::yes;
}

/// What was written under the old number goes to whom it goes at the end of an account.
Result<void> WordPressDriver::replace_all(const std::vector<ShopUser>& rows,
                                          const AccountSpec& account, const UserMark& mark,
                                          const Deadline& deadline) const {
  SP_ASSIGN(const std::int64_t inherits, heir(deadline));
  for (const ShopUser& each : rows) {
    SP_TRY(users_.remove(each.id, inherits, deadline));
  }
  return make(account, mark, deadline);
}

/// One request, sent once: WordPress has no unique key on login names, and two at a time make two
/// users.
Result<void> WordPressDriver::make(const AccountSpec& account, const UserMark& mark,
                                   const Deadline& deadline) const {
  SP_ASSIGN(const RestAnswer answer, users_.create(mark, *account.password, deadline));
  const bool exists = answer.code() == "existing_user_login" ||
                      answer.code() == "existing_user_email" ||
                      answer.code() == "rest_invalid_param";
  if (exists) {  // made by a request of ours that was still on its way, or by somebody else
    SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, deadline));
    SP_ASSIGN(const Restored restored, restore_all(rows, account, mark, deadline));
    return !rows.empty() && restored == Restored::yes
               ? Result<void>()
               : fail(Errc::refused, answer.failure().value().message);
  }
  if (answer.code() == "rest_user_invalid_role") {
    return fail(Errc::policy, answer.failure().value().message,
                "choose a role that the shop has: role=shop_manager needs WooCommerce");
  }
  SP_ASSIGN(const ShopUser made, answer.user());
  if (!mark.names(made) || !mark.is_on(made) || !made.has_role(settings_.role)) {
    return fail(Errc::unreachable,
                fmt::format("the shop made {}, but not as it was asked to", mark.login),
                "a plugin there may change new users");
  }
  return {};
}

Result<void> WordPressDriver::create(const AccountSpec& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserMark mark, UserMark::of(account.ref));
  if (account.password == nullptr) {
    return fail(Errc::invalid_argument, "an account of a WordPress shop needs a password");
  }
  if (account.password->reveal_text().find('\\') != std::string_view::npos) {
    return fail(Errc::invalid_argument, "WordPress takes no password with a backslash",
                "choose another password policy for this target");
  }
  shut_.clear();
  SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, deadline));
  if (rows.empty()) {
    return make(account, mark, deadline);
  }
  SP_ASSIGN(const Restored restored, restore_all(rows, account, mark, deadline));
  return restored == Restored::yes ? Result<void>() : replace_all(rows, account, mark, deadline);
}

/// WordPress knows no end of an account: purge is what ends it.
Result<void> WordPressDriver::set_end(const AccountRef& account, Timestamp /*expires_at*/,
                                      Timeout timeout) {
  SP_ASSIGN(const UserMark mark, UserMark::of(account));
  SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, Deadline(timeout)));
  return rows.empty() ? Result<void>(fail(Errc::not_found,
                                          fmt::format("there is no {} in the shop", mark.login)))
                      : Result<void>();
}

// --- ending -------------------------------------------------------------------------------------

/// The e-mail address becomes ours again: to another one the shop would send a new password. If
/// somebody else has taken ours, one that nobody has will do.
Result<void> WordPressDriver::lock_out(const ShopUser& row, const UserMark& mark,
                                       const Deadline& deadline) const {
  const Secret password = unknown_password(random_);
  auto changed = users_.change_password(row.id, mark.email, password, deadline);
  if (changed || changed.error().code != Errc::refused) {
    return changed;
  }
  const std::string unused = fmt::format("{}.{}", row.id, mark.email);
  return users_.change_password(row.id, unused, password, deadline);
}

/// All three steps are tried, whatever becomes of the first: a door half shut is better than open.
Result<void> WordPressDriver::close(const ShopUser& row, const UserMark& mark,
                                    const Deadline& deadline) {
  const auto powerless = users_.take_roles(row.id, deadline);
  const auto locked_out = lock_out(row, mark, deadline);
  const auto passwords = users_.delete_application_passwords(row.id, deadline);
  SP_TRY(powerless);
  SP_TRY(locked_out);
  SP_TRY(passwords);
  shut_[row.id] += *passwords;
  return {};
}

Result<void> WordPressDriver::disable(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserMark mark, UserMark::of(account));
  SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, deadline));
  for (const ShopUser& each : rows) {
    SP_TRY(close(each, mark, deadline));
  }
  return {};
}

Result<std::size_t> WordPressDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserMark mark, UserMark::of(account));
  SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, deadline));
  std::size_t ended = 0;
  for (const ShopUser& each : rows) {
    if (!shut_.contains(each.id)) {
      SP_TRY(lock_out(each, mark, deadline));
    }
    SP_ASSIGN(const std::size_t passwords, users_.delete_application_passwords(each.id, deadline));
    ended += passwords + std::exchange(shut_[each.id], 0);
  }
  return ended;
}

Result<std::int64_t> WordPressDriver::heir(const Deadline& deadline) const {
  if (settings_.reassign) {
    return *settings_.reassign;
  }
  SP_ASSIGN(const ShopAdmin me, users_.admin(deadline));
  return me.id;
}

Result<TargetDriver::Erased> WordPressDriver::erase(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserMark mark, UserMark::of(account));
  SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, deadline));
  if (rows.empty()) {
    return Erased::already_absent;
  }
  SP_ASSIGN(const std::int64_t inherits, heir(deadline));
  for (const ShopUser& each : rows) {
    SP_TRY(users_.remove(each.id, inherits, deadline));
    erased_.push_back(each.id);
  }
  return Erased::removed;
}

/// Found in three ways, because a plugin may hide users from one of them.
Result<std::vector<std::string>> WordPressDriver::residue_of(const UserMark& mark,
                                                             const Deadline& deadline) const {
  std::vector<std::string> residue;
  SP_ASSIGN(const std::vector<ShopUser> with_email, users_.search(mark.email, deadline));
  residue.reserve(with_email.size());
  for (const ShopUser& each : with_email) {
    residue.push_back(fmt::format("the e-mail address of {} on the user {}", mark.login,
                                  escape_untrusted(each.login)));
  }
  SP_ASSIGN(const std::vector<ShopUser> with_slug, users_.with_slug(mark.slug, deadline));
  for (const ShopUser& each : with_slug) {
    residue.push_back(
        fmt::format("the slug of {} on the user {}", mark.login, escape_untrusted(each.login)));
  }
  for (const std::int64_t id : erased_) {
    SP_ASSIGN(const bool is_unknown, users_.is_unknown(id, deadline));
    if (!is_unknown) {
      residue.push_back(fmt::format("the user number {}, which {} had", id, mark.login));
    }
  }
  return residue;
}

Result<GoneProof> WordPressDriver::verify_gone(const AccountRef& account, const Secret* password,
                                               Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const UserMark mark, UserMark::of(account));
  SP_ASSIGN(const std::vector<ShopUser> rows, ours_or_none(mark, deadline));
  if (!rows.empty()) {
    return fail(Errc::pending, fmt::format("{} is still there", mark.login));
  }
  GoneProof proof;
  SP_ASSIGN(proof.residue, residue_of(mark, deadline));
  if (password == nullptr) {
    return proof;
  }
  SP_ASSIGN(const LoginTrial trial, login_.try_login(account.user_name, *password, deadline));
  if (trial.outcome == LoginTrial::Outcome::accepted) {
    return fail(Errc::pending, fmt::format("the login as {} still works", mark.login),
                "a plugin of the shop may know the name from elsewhere");
  }
  if (trial.outcome == LoginTrial::Outcome::refused) {
    proof.login = LoginCheck::refused;
  }
  return proof;
}

std::vector<std::pair<std::string, std::string>> WordPressDriver::access_details(
    const UserName& /*user*/) const {
  const std::string url = settings_.url.str();
  return {
      {"url", url + "/wp-admin/"}, {"login page", url + "/wp-login.php"}, {"role", settings_.role}};
}

}  // namespace

DriverInfo wordpress_driver_info() {
  return {"wordpress", "the back office of a WordPress or WooCommerce shop",
          wordpress_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_wordpress_driver(const Target& target,
                                                            SecretSettings secrets,
                                                            DriverTools tools) {
  SP_ASSIGN(WordPressSettings settings, parse_wordpress_settings(target, std::move(secrets)));
  return std::make_unique<WordPressDriver>(std::move(settings), tools.random);
}

}  // namespace stagepass::targets
