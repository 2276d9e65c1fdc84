#include "targets/wordpress/wordpress_settings.hpp"

#include "targets/only_secret.hpp"
#include "targets/settings.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kAppPassword = "app_password";
constexpr std::size_t kLongestRole = 64;
constexpr std::size_t kLongestAdmin = 100;
constexpr std::size_t kLongestAppPassword = 100;

bool is_printable(char each) {
  return each >= ' ' && each <= '~';
}

Result<std::string> parse_admin(const std::string& value) {
  const bool plain = value.size() <= kLongestAdmin && value.find(':') == std::string::npos &&
                     std::all_of(value.begin(), value.end(), is_printable);
  return plain ? Result<std::string>(value)
               : wrong_setting("admin", value, "a user name of the shop, without a colon");
}

Result<std::string> parse_role(const std::string& value) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  const bool plain =
      value.size() <= kLongestRole && value.find_first_not_of(kAllowed) == std::string::npos;
  return plain ? Result<std::string>(value)
               : wrong_setting("role", value,
                               "one role of the shop by its short name: shop_manager, "
                               "administrator, editor …");
}

Result<std::optional<std::int64_t>> parse_reassign(const Settings& values) {
  const auto given = values.find("reassign");
  if (given == values.end()) {
    return std::optional<std::int64_t>();
  }
  const std::string& value = given->second;
  std::int64_t id = 0;
  const char* end = value.data() + value.size();
  const auto [stopped_at, error] = std::from_chars(value.data(), end, id);
  if (error != std::errc() || stopped_at != end || id <= 0) {
    return wrong_setting("reassign", value, "the number of a user of the shop, e.g. 1");
  }
  return std::optional(id);
}

Result<std::string> parse_ca_file(const Settings& values) {
  const auto given = values.find("ca_file");
  if (given == values.end()) {
    return std::string();
  }
  if (!std::filesystem::path(given->second).is_absolute()) {
    return wrong_setting("ca_file", given->second, "an absolute path");
  }
  return given->second;
}

Result<Secret> take_app_password(SecretSettings secrets, const Target& target) {
  SP_ASSIGN(auto given, take_only_secret(secrets, kAppPassword, target));
  if (!given) {
    return fail(Errc::invalid_argument, "a wordpress target needs the secret app_password",
                "make an application password in the shop (Users, Profile, Application Passwords) "
                "and add: --secret app_password");
  }
  Secret& password = *given;
  const std::string_view text = password.reveal_text();
  if (text.empty() || text.size() > kLongestAppPassword ||
      !std::all_of(text.begin(), text.end(), is_printable)) {
    return fail(Errc::invalid_argument, "the app_password cannot be an application password",
                "WordPress shows it once when it is made: 24 letters and digits, with or without "
                "blanks");
  }
  return std::move(password);
}

}  // namespace

std::vector<SettingInfo> wordpress_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"url", Kind::required, "", "the shop's address, e.g. https://staging.shop.example"},
      {"admin", Kind::required, "", "the shop's user whom stagepass acts as"},
      {kAppPassword, Kind::secret, "", "an application password of that user"},
      {"role", Kind::optional, "shop_manager",
       "what the specialist may do: an existing role; administrator for plugins and files"},
      {"reassign", Kind::optional, "",
       "number of the user who inherits what the specialist wrote; the admin if not given"},
      {"ca_file", Kind::optional, "",
       "the certificate (PEM) that the shop's must be signed by, instead of the system's"},
  };
}

Result<WordPressSettings> parse_wordpress_settings(const Target& target, SecretSettings secrets) {
  if (target.settings.contains(kAppPassword)) {
    return fail(Errc::invalid_argument, "app_password is a secret and not a setting",
                "use --secret app_password");
  }
  SP_ASSIGN(Settings values, complete_settings(target, wordpress_setting_infos()));
  SP_ASSIGN(HttpUrl url, parse_http_url(values["url"]));
  SP_ASSIGN(std::string admin, parse_admin(values["admin"]));
  SP_ASSIGN(std::string role, parse_role(values["role"]));
  SP_ASSIGN(const std::optional<std::int64_t> reassign, parse_reassign(values));
  SP_ASSIGN(std::string ca_file, parse_ca_file(values));
  SP_ASSIGN(Secret app_password, take_app_password(std::move(secrets), target));
  return WordPressSettings{std::move(url),          std::move(ca_file), std::move(admin),
                           std::move(app_password), std::move(role),    reassign};
}

}  // namespace stagepass::targets
