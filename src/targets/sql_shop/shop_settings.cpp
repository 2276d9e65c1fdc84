#include "targets/sql_shop/shop_settings.hpp"

#include "targets/mariadb/server_settings.hpp"

#include <filesystem>
#include <iterator>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLongestUser = 80;
constexpr std::size_t kLongestDatabase = 64;
constexpr std::size_t kLongestPrefix = 32;
constexpr std::size_t kLongestNumber = 9;

Result<std::string> parse_url_ca(Settings& values) {
  const std::string& file = values["url_ca"];
  const bool is_usable = file.empty() || std::filesystem::path(file).is_absolute();
  return is_usable ? Result<std::string>(file)
                   : wrong_setting("url_ca", file, "the absolute path of a certificate (PEM)");
}

Result<std::optional<HttpUrl>> parse_url(Settings& values) {
  if (!values.contains("url")) {
    return std::optional<HttpUrl>();
  }
  SP_ASSIGN(HttpUrl url, parse_http_url(values["url"]));
  return std::optional(std::move(url));
}

}  // namespace

std::vector<SettingInfo> shop_setting_infos(const std::string& prefix,
                                            std::vector<SettingInfo> more) {
  using Kind = SettingInfo::Kind;
  std::vector<SettingInfo> infos = {
      {"host", Kind::optional, "", "the shop's database server; or socket"},
      {"port", Kind::optional, "3306", "its port"},
      {"socket", Kind::optional, "", "the path of its socket, for a server of this host"},
      {"user", Kind::required, "", "its account that may change the tables of the shop's users"},
      {"password", Kind::secret, "", "the password of that account; none for socket logins"},
      {"tls", Kind::optional, "", "verify; plain only for loopback addresses and sockets"},
      {"ca", Kind::optional, "", "file of the authority of the server's certificate"},
      {"database", Kind::required, "", "the shop's database"},
      {"prefix", Kind::optional, prefix, "what the names of the shop's tables begin with"},
      {"url", Kind::optional, "", "the back office, to see there that the old login is refused"},
      {"url_ca", Kind::optional, "", "the certificate (PEM) that the back office's is signed by"}};
  infos.insert(infos.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  return infos;
}

Result<ShopSettings> parse_shop_settings(Settings& values, const std::string& driver) {
  ShopSettings settings;
  SP_ASSIGN(settings.server, parse_sql_server(values, driver));
  settings.admin = values["user"];
  settings.database = values["database"];
  settings.prefix = values["prefix"];
  if (!consists_of(settings.admin, "_-.", kLongestUser)) {
    return wrong_setting("user", settings.admin, "letters, digits and _ - .");
  }
  if (!consists_of(settings.database, "_-$", kLongestDatabase)) {
    return wrong_setting("database", settings.database, "one name of letters, digits and _ - $");
  }
  if (!settings.prefix.empty() && !consists_of(settings.prefix, "_", kLongestPrefix)) {
    return wrong_setting("prefix", settings.prefix, "letters, digits and _, as the shop has it");
  }
  SP_ASSIGN(settings.url, parse_url(values));
  SP_ASSIGN(settings.url_ca, parse_url_ca(values));
  return settings;
}

Result<std::string> parse_shop_number(Settings& values, const std::string& key,
                                      std::string_view what) {
  const std::string& value = values[key];
  const bool is_number = !value.empty() && value.size() <= kLongestNumber && value.front() != '0' &&
                         value.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? Result<std::string>(value) : wrong_setting(key, value, what);
}

}  // namespace stagepass::targets
