#include "targets/shopware/shopware_check.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kMostNamed = 5;
/// A user that nobody has: asked for it, the shop shows which rights we have.
constexpr const char* kNobody = "00000000000000000000000000000000";
constexpr const char* kRights =
    "give the integration's role these rights (Settings, System, Users & permissions): user:read, "
    "user:create, user:update, user:delete, user_access_key:read, user_access_key:delete, "
    "acl_user_role:create, acl_role:read, locale:read";

/// From 6.6 on an integration may make users.
bool is_new_enough(std::string_view version) {
  constexpr int kMajor = 6;
  constexpr int kMinor = 6;
  int major = 0;
  int minor = 0;
  const char* end = version.data() + version.size();
  const auto [dot, error] = std::from_chars(version.data(), end, major);
  if (error != std::errc() || dot == end || *dot != '.') {
    return false;
  }
  const auto [rest, minor_error] = std::from_chars(dot + 1, end, minor);
  return minor_error == std::errc() && (major > kMajor || (major == kMajor && minor >= kMinor));
}

class BackOfficeCheck final {
 public:
  BackOfficeCheck(BackOffice& office, const ShopwareSettings& settings, const Deadline& deadline)
      : office_(office), settings_(settings), deadline_(deadline) {}

  Result<std::vector<Finding>> run() {
    SP_ASSIGN(const bool is_in, check_version());
    if (is_in) {
      SP_TRY(check_users());
      SP_TRY(check_deleting());
      SP_TRY(check_access_keys());
      SP_TRY(check_role());
    }
    return std::move(findings_);
  }

 private:
  void good(std::string text) { findings_.push_back({Finding::Kind::good, std::move(text), ""}); }
  void problem(std::string text, std::string remedy) {
    findings_.push_back({Finding::Kind::problem, std::move(text), std::move(remedy)});
  }

  /// What the shop refused is a finding; that it did not answer is an error.
  Result<void> tell(const Error& error, const char* remedy = nullptr) {
    if (error.code != Errc::refused && error.code != Errc::policy) {
      return fail(error);
    }
    problem(error.message, remedy != nullptr ? remedy : error.hint);
    return {};
  }

  Result<bool> check_version() {
    const auto version = office_.version(deadline_);
    if (!version) {
      SP_TRY(tell(version.error()));
      return false;
    }
    if (!is_new_enough(*version)) {
      problem(fmt::format("this is Shopware {}", escape_untrusted(*version)),
              "an integration may make users from 6.6 on");
      return false;
    }
    good(fmt::format("Shopware {} lets the integration {} in", escape_untrusted(*version),
                     settings_.client_id));
    return true;
  }

  /// Another administrator is the back door that a specialist could leave. Only the merchant knows
  /// which of them belong there, so they are named and not judged.
  Result<void> check_users() {
    const auto users = office_.all(deadline_);
    if (!users) {
      return tell(users.error(), kRights);
    }
    std::vector<std::string> named;
    std::size_t admins = 0;
    for (const BackOfficeUser& each : *users) {
      admins += each.is_admin ? 1 : 0;
      if (each.is_admin && named.size() < kMostNamed) {
        named.push_back(escape_untrusted(each.username));
      }
    }
    good(fmt::format("{} user(s), {} of them with all rights: {}; look at any you do not know",
                     users->size(), admins, join(named, ", ")));
    return {};
  }

  Result<void> check_deleting() {
    SP_ASSIGN(const ApiAnswer answer, office_.remove(kNobody, deadline_));
    constexpr long kNotFound = 404;
    if (answer.is_error() && answer.status() != kNotFound) {
      return tell(answer.failure().value(), kRights);
    }
    good("the integration may delete users; whether it may make them a rehearsal shows");
    return {};
  }

  Result<void> check_access_keys() {
    const auto removed = office_.remove_access_keys(kNobody, deadline_);
    return removed ? Result<void>() : tell(removed.error(), kRights);
  }

  Result<void> check_role() {
    if (const auto locale = office_.locale_id(deadline_); !locale) {
      SP_TRY(tell(locale.error()));
    }
    if (settings_.is_admin()) {
      good("specialists get all rights, which only an integration that has them all can give");
      return {};
    }
    const auto role = office_.role_id(deadline_);
    if (!role) {
      return tell(role.error());
    }
    good(fmt::format("specialists get the role {}", stagepass::quoted(settings_.role)));
    return {};
  }

  BackOffice& office_;
  const ShopwareSettings& settings_;
  const Deadline& deadline_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> check_back_office(BackOffice& office, const ShopwareSettings& settings,
                                               const Deadline& deadline) {
  return BackOfficeCheck(office, settings, deadline).run();
}

}  // namespace stagepass::targets
