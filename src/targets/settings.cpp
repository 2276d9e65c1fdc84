#include "targets/settings.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace stagepass::targets {
namespace {

bool knows(const std::vector<SettingInfo>& known, std::string_view key) {
  return std::any_of(known.begin(), known.end(), [&](const SettingInfo& info) {
    return info.key == key || info.key == kAnyOtherSetting;
  });
}

std::string names_of(const std::vector<SettingInfo>& known) {
  std::vector<std::string> names;
  names.reserve(known.size());
  for (const SettingInfo& info : known) {
    names.push_back(info.key);
  }
  return join(names, ", ");
}

bool is_plain_ftp(std::string_view value) {
  constexpr std::string_view kScheme = "ftp://";
  return value.size() >= kScheme.size() &&
         std::equal(kScheme.begin(), kScheme.end(), value.begin(), [](char expected, char given) {
           return expected == std::tolower(static_cast<unsigned char>(given));
         });
}

Result<void> check_given(const std::string& key, const std::string& value) {
  if (value.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("the setting {} is empty", stagepass::quoted(key)),
                "give it a value or leave it out");
  }
  if (is_plain_ftp(value)) {
    return fail(Errc::policy,
                fmt::format("the setting {} names plain FTP, which sends passwords unencrypted",
                            stagepass::quoted(key)),
                "use SFTP, e.g. sftp://shop.example");
  }
  return {};
}

}  // namespace

Result<Settings> complete_settings(const Target& target, const std::vector<SettingInfo>& known) {
  Settings complete;
  for (const auto& [key, value] : target.settings) {
    if (key == kPasswordPolicySetting || key == kConnectionsSetting) {
      continue;
    }
    if (!knows(known, key)) {
      return fail(
          Errc::invalid_argument,
          fmt::format("a {} target has no setting {}", target.driver, stagepass::quoted(key)),
          fmt::format("it has: {}", names_of(known)));
    }
    SP_TRY(check_given(key, value));
    complete.emplace(key, value);
  }
  for (const SettingInfo& info : known) {
    if (complete.contains(info.key)) {
      continue;
    }
    if (info.kind == SettingInfo::Kind::required) {
      return fail(Errc::invalid_argument,
                  fmt::format("a {} target needs the setting {}", target.driver, info.key),
                  fmt::format("{}=…: {}", info.key, info.help));
    }
    if (!info.standard.empty()) {
      complete.emplace(info.key, info.standard);
    }
  }
  return complete;
}

Failure wrong_setting(std::string_view key, std::string_view value, std::string_view allowed) {
  return fail(Errc::invalid_argument,
              fmt::format("the setting {}={} cannot be used", key, escape_untrusted(value)),
              fmt::format("{} must be {}", key, allowed));
}

}  // namespace stagepass::targets
