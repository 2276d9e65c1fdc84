#include "targets/manual/manual_settings.hpp"

#include "targets/settings.hpp"
#include "targets/ssh/ssh_settings.hpp"

#include <stagepass/core/endpoint.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kLongestUrl = 200;
constexpr std::size_t kLongestNote = 500;
constexpr std::string_view kSsh = "ssh://";
constexpr const char* kSshPort = "22";

bool is_visible(char each) {
  return each > ' ' && each <= '~';
}

Result<std::string> parse_url(std::string value) {
  constexpr std::array<std::string_view, 3> kSchemes = {"https://", "sftp://", kSsh};
  const auto* const scheme =
      std::find_if(kSchemes.begin(), kSchemes.end(),
                   [&](std::string_view each) { return value.starts_with(each); });
  if (value.find('@') != std::string::npos) {  // not repeated: it may hold a password
    return fail(Errc::invalid_argument, "an address must not contain a user name or a password",
                "give the address alone; if that was a real password, change it");
  }
  const bool is_plain =
      value.size() <= kLongestUrl && std::all_of(value.begin(), value.end(), is_visible);
  if (scheme == kSchemes.end() || value.size() == scheme->size() || !is_plain) {
    return wrong_setting("url", value, "an address that begins with https://, sftp:// or ssh://");
  }
  return value;
}

Result<std::string> parse_note(const Settings& values) {
  const auto given = values.find("note");
  if (given == values.end()) {
    return std::string();
  }
  if (given->second.size() > kLongestNote) {
    return wrong_setting("note", given->second, "at most 500 bytes");
  }
  return given->second;
}

/// "host", "host:port", "[::1]:port"
Result<SshServer> parse_server(std::string_view text, const Settings& values) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos &&
      (bracket == std::string_view::npos ? text.find(':') == colon : colon > bracket);
  SshServer server;
  SP_ASSIGN(server.address, parse_host(has_port ? text.substr(0, colon) : text));
  SP_ASSIGN(server.port, parse_port(has_port ? text.substr(colon + 1) : kSshPort));
  const auto keys = values.find("host_key");
  SP_ASSIGN(server.host_keys, parse_host_keys(keys == values.end() ? "" : keys->second));
  return server;
}

Result<ManualLogin> parse_login(const Settings& values) {
  const auto given = values.find("login");
  const auto ca_file = values.find("ca_file");
  const bool is_ssh = given != values.end() && given->second.starts_with(kSsh);
  const bool is_page = given != values.end() && !is_ssh;
  if (values.contains("host_key") && !is_ssh) {
    return wrong_setting("host_key", values.at("host_key"),
                         "left out unless login=ssh://HOST is given");
  }
  if (ca_file != values.end() &&
      (!is_page || !std::filesystem::path(ca_file->second).is_absolute())) {
    return wrong_setting("ca_file", ca_file->second,
                         "an absolute path, and only with login=https://…");
  }
  if (is_ssh) {
    SP_ASSIGN(SshServer server,
              parse_server(std::string_view(given->second).substr(kSsh.size()), values));
    return ManualLogin(std::move(server));
  }
  if (is_page) {
    SP_ASSIGN(HttpUrl url, parse_http_url(given->second));
    return ManualLogin(
        LoginPageAddress{std::move(url), ca_file == values.end() ? "" : ca_file->second});
  }
  return ManualLogin();
}

}  // namespace

std::vector<SettingInfo> manual_setting_infos() {
  using Kind = SettingInfo::Kind;
  return {
      {"url", Kind::required, "", "where the specialist logs in: https://…, sftp://… or ssh://…"},
      {"note", Kind::optional, "",
       "what whoever makes the account must know: the menu, the role, whom to ask"},
      {"login", Kind::optional, "",
       "where a login can be tried, to be refused in the end: ssh://HOST[:PORT], or the address "
       "of a WordPress shop"},
      {"host_key", Kind::optional, "",
       "with login=ssh://…: the host's public key, or several with commas; without it what the "
       "host offers is shown, to be confirmed"},
      {"ca_file", Kind::optional, "",
       "with login=https://…: the certificate (PEM) that the shop's must be signed by, instead of "
       "the system's"},
  };
}

Result<ManualSettings> parse_manual_settings(const Target& target) {
  SP_ASSIGN(Settings values, complete_settings(target, manual_setting_infos()));
  SP_ASSIGN(std::string url, parse_url(values["url"]));
  SP_ASSIGN(std::string note, parse_note(values));
  SP_ASSIGN(ManualLogin login, parse_login(values));
  return ManualSettings{std::move(url), std::move(note), std::move(login)};
}

}  // namespace stagepass::targets
