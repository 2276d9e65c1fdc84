#include "targets/shopware/shopware_settings.hpp"

#include "targets/command/json_request.hpp"
#include "targets/only_secret.hpp"
#include "targets/settings.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kClientSecret = "client_secret";
constexpr std::size_t kLongestKey = 100;
constexpr std::size_t kLongestRole = 255;
constexpr std::size_t kLongestLocale = 20;
constexpr std::string_view kLettersAndDigits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool is_printable(char each) {
  return each > ' ' && each <= '~';
}

bool is_control(char each) {
  return static_cast<unsigned char>(each) < ' ' || each == '\x7f';
}

Result<std::string> parse_client_id(std::string value) {
  const bool is_key = value.size() <= kLongestKey &&
                      value.find_first_not_of(kLettersAndDigits) == std::string::npos;
  return is_key ? Result<std::string>(std::move(value))
                : wrong_setting("client_id", value,
                                "the access key ID of an integration: SWIA and letters and digits");
}

Result<std::string> parse_role(std::string value) {
  const bool is_name = value.size() <= kLongestRole && is_utf8(value) &&
                       std::none_of(value.begin(), value.end(), is_control);
  return is_name ? Result<std::string>(std::move(value))
                 : wrong_setting("role", value, "a role of the shop by its name or id, or admin");
}

Result<std::string> parse_locale(std::string value) {
  const bool is_code =
      value.size() <= kLongestLocale &&
      value.find_first_not_of(std::string(kLettersAndDigits) + "-") == std::string::npos;
  return is_code ? Result<std::string>(std::move(value))
                 : wrong_setting("locale", value, "a locale of the shop such as en-GB");
}

Result<std::string> parse_ca_file(const Settings& values) {
  const auto given = values.find("ca_file");
  if (given == values.end()) {
    return std::string();
  }
  return std::filesystem::path(given->second).is_absolute()
             ? Result<std::string>(given->second)
             : wrong_setting("ca_file", given->second, "an absolute path");
}

Result<Secret> take_client_secret(SecretSettings secrets, const Target& target) {
  SP_ASSIGN(auto given, take_only_secret(secrets, kClientSecret, target));
  if (!given) {
    return fail(Errc::invalid_argument, "a shopware target needs the secret client_secret",
                "make an integration in the shop (Settings, System, Integrations), which shows its "
                "secret access key once, and add: --secret client_secret");
  }
  const std::string_view text = given->reveal_text();
  if (text.empty() || text.size() > kLongestKey ||
      !std::all_of(text.begin(), text.end(), is_printable)) {
    return fail(Errc::invalid_argument, "the client_secret cannot be a secret access key",
                "Shopware shows it once when the integration is made: letters and digits");
  }
  return *std::move(given);
}

}  // namespace

std::vector<SettingInfo> shopware_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"url", Kind::required, "", "the shop's address, e.g. https://staging.shop.example"},
      {"client_id", Kind::required, "", "the access key ID of stagepass's integration: SWIA…"},
      {kClientSecret, Kind::secret, "", "the secret access key of that integration"},
      {"role", Kind::required, "",
       "what the specialist may do: a role of the shop by its name or id; or admin, for "
       "everything"},
      {"locale", Kind::optional, "en-GB", "the language of the back office"},
      {"ca_file", Kind::optional, "",
       "the certificate (PEM) that the shop's must be signed by, instead of the system's"},
  };
}

Result<ShopwareSettings> parse_shopware_settings(const Target& target, SecretSettings secrets) {
  if (target.settings.contains(kClientSecret)) {
    return fail(Errc::invalid_argument, "client_secret is a secret and not a setting",
                "use --secret client_secret");
  }
  SP_ASSIGN(Settings values, complete_settings(target, shopware_setting_infos()));
  SP_ASSIGN(HttpUrl url, parse_http_url(values["url"]));
  SP_ASSIGN(std::string client_id, parse_client_id(values["client_id"]));
  SP_ASSIGN(std::string role, parse_role(values["role"]));
  SP_ASSIGN(std::string locale, parse_locale(values["locale"]));
  SP_ASSIGN(std::string ca_file, parse_ca_file(values));
  SP_ASSIGN(Secret client_secret, take_client_secret(std::move(secrets), target));
  return ShopwareSettings{std::move(url),           std::move(ca_file), std::move(client_id),
                          std::move(client_secret), std::move(role),    std::move(locale)};
}

}  // namespace stagepass::targets
