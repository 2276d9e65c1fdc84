#include "targets/wordpress/shop_check.hpp"

#include "targets/unknown_password.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kMostNamed = 5;

class ShopCheck final {
 public:
  ShopCheck(const ShopUsers& users, const WordPressSettings& settings, Random& random,
            const Deadline& deadline)
      : users_(users), settings_(settings), random_(random), deadline_(deadline) {}

  Result<std::vector<Finding>> run() {
    SP_ASSIGN(const bool is_ready, check_api());
    if (!is_ready) {
      return std::move(findings_);
    }
    const auto me = users_.admin(deadline_);
    if (!me) {
      SP_TRY(tell(me.error()));
    } else if (check_rights(*me)) {
      SP_TRY(check_role(*me));
      SP_TRY(check_heir(*me));
      SP_TRY(name_administrators(*me));
    }
    return std::move(findings_);
  }

 private:
  void good(std::string text) { findings_.push_back({Finding::Kind::good, std::move(text), ""}); }
  void problem(std::string text, std::string remedy) {
    findings_.push_back({Finding::Kind::problem, std::move(text), std::move(remedy)});
  }

  /// What the shop refused is a finding; that it did not answer is an error.
  Result<void> tell(const Error& error) {
    if (error.code != Errc::refused) {
      return fail(error);
    }
    problem(error.message, error.hint);
    return {};
  }

  Result<bool> check_api() {
    SP_ASSIGN(const RestAnswer index, users_.index(deadline_));
    if (index.is_error()) {
      SP_TRY(tell(index.failure().value()));
      return false;
    }
    SP_ASSIGN(const bool has_users, index.has_namespace("wp/v2"));
    if (!has_users) {
      problem(fmt::format("{} answers, but not with WordPress's REST API", settings_.url.str()),
              "is url the address of the shop itself? a security plugin may switch the API off");
      return false;
    }
    good(fmt::format("WordPress's REST API answers at {}", settings_.url.str()));
    SP_ASSIGN(const bool has_passwords, index.has_authentication("application-passwords"));
    if (!has_passwords) {
      problem("the shop offers no application passwords",
              "they need HTTPS as WordPress sees it (behind a proxy: $_SERVER['HTTPS'] = 'on' in "
              "wp-config.php), or define('WP_ENVIRONMENT_TYPE', 'local'), and no security plugin "
              "that switches them off");
    }
    return has_passwords;
  }

  bool check_rights(const ShopAdmin& me) {
    std::vector<std::string> missing;
    for (const char* right : {"list_users", "create_users", "edit_users", "delete_users"}) {
      if (!me.may(right)) {
        missing.emplace_back(right);
      }
    }
    if (missing.empty()) {
      good(fmt::format("{} may list, create, edit and delete users", escape_untrusted(me.login)));
      return true;
    }
    problem(fmt::format("{} lacks the right {}", escape_untrusted(me.login), join(missing, ", ")),
            fmt::format("give its role the rights: `wp cap add ROLE {}`", join(missing, " ")));
    return false;
  }

  Result<void> check_role(const ShopAdmin& me) {
    const Secret password = unknown_password(random_);
    SP_ASSIGN(const RestAnswer answer, users_.try_role(me.login, password, deadline_));
    const std::string& code = answer.code();
    if (code == "existing_user_login") {
      good(fmt::format("the role {} exists and may be given", settings_.role));
    } else if (code == "rest_user_invalid_role") {
      problem(fmt::format("accounts with the role {} cannot be made there", settings_.role),
              "choose a role that exists and that the admin may give: role=shop_manager needs "
              "WooCommerce; see `wp role list`");
    } else if (code == "rest_invalid_param") {
      problem(
          "this shop is part of a multisite network, where users cannot be deleted over the "
          "REST API",
          "add it as a command target that runs wp-cli on the shop's server");
    } else if (answer.is_error()) {
      return tell(answer.failure().value());
    } else {
      return fail(Errc::unreachable, "the shop took a login name that was taken");
    }
    return {};
  }

  Result<void> check_heir(const ShopAdmin& me) {
    if (!settings_.reassign || *settings_.reassign == me.id) {
      good(fmt::format("what a specialist writes goes to {}", escape_untrusted(me.login)));
      return {};
    }
    SP_ASSIGN(const bool is_unknown, users_.is_unknown(*settings_.reassign, deadline_));
    if (is_unknown) {
      problem(fmt::format("there is no user {} who could inherit", *settings_.reassign),
              "set reassign to the number of a user that stays, or leave it out");
    } else {
      good(fmt::format("what a specialist writes goes to user {}", *settings_.reassign));
    }
    return {};
  }

  /// Another administrator is the back door that a specialist could leave. Only the merchant knows
  /// which of them belong there, so they are named and not judged.
  Result<void> name_administrators(const ShopAdmin& me) {
    SP_ASSIGN(const std::vector<ShopUser> all, users_.administrators(deadline_));
    std::vector<std::string> named;
    std::size_t others = 0;
    for (const ShopUser& each : all) {
      if (each.id == me.id) {
        continue;
      }
      ++others;
      if (named.size() < kMostNamed) {
        constexpr std::size_t kDate = 10;
        named.push_back(fmt::format("{} (since {})", escape_untrusted(each.login),
                                    escape_untrusted(each.registered_date.substr(0, kDate))));
      }
    }
    if (others > 0) {
      good(fmt::format("{} other administrator(s), the newest: {}; look at any you do not know",
                       others, join(named, ", ")));
    }
    return {};
  }

  const ShopUsers& users_;
  const WordPressSettings& settings_;
  Random& random_;
  const Deadline& deadline_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> check_shop(const ShopUsers& users, const WordPressSettings& settings,
                                        Random& random, const Deadline& deadline) {
  return ShopCheck(users, settings, random, deadline).run();
}

}  // namespace stagepass::targets
