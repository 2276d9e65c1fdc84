#include "targets/unix/sshd.hpp"

#include "targets/unix/host_files.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace stagepass::targets {
namespace {

struct Rule {
  const char* keyword;
  const char* value;
};

constexpr std::array kRulesForAll = {
    Rule{"allowtcpforwarding", "no"},     Rule{"allowstreamlocalforwarding", "no"},
    Rule{"allowagentforwarding", "no"},   Rule{"x11forwarding", "no"},
    Rule{"permittunnel", "no"},           Rule{"permituserrc", "no"},
    Rule{"passwordauthentication", "yes"}};

/// sshd prints a path with %u or with the name in its place, depending on the version.
bool is_path_of(std::string_view value, const std::filesystem::path& root, const UserName& user) {
  return value == (root / "%u").string() || value == (root / user.str()).string();
}

std::string shown(const std::string& value) {
  return value.empty() ? "not set" : escape_untrusted(value);
}

void check_jail(const SshdSettings& sshd, const UnixSettings& settings, const UserName& user,
                std::vector<std::string>& gaps) {
  const std::string jail = sshd.value("chrootdirectory");
  if (!is_path_of(jail, settings.sftp_root, user)) {
    gaps.push_back("chrootdirectory is " + shown(jail));
  }
  const std::string command = sshd.value("forcecommand");
  if (command != "internal-sftp" && !command.starts_with("internal-sftp ")) {
    gaps.push_back("forcecommand is " + shown(command));
  }
  if (sshd.value("permittty") != "no") {
    gaps.push_back("permittty is " + shown(sshd.value("permittty")));
  }
}

}  // namespace

SshdSettings SshdSettings::parse(std::string_view text) {
  SshdSettings settings;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos) {
      settings.values_.emplace(line.substr(0, blank), line.substr(blank + 1));
    }
  }
  return settings;
}

std::string SshdSettings::value(std::string_view keyword) const {
  const auto found = values_.lower_bound(keyword);
  return found != values_.end() && found->first == keyword ? found->second : std::string();
}

std::vector<std::string> SshdSettings::list(std::string_view keyword) const {
  std::vector<std::string> found;
  const auto [begin, end] = values_.equal_range(keyword);
  for (auto entry = begin; entry != end; ++entry) {
    for (const std::string_view word : words(entry->second)) {
      found.emplace_back(word);
    }
  }
  return found;
}

Result<SshdSettings> effective_settings(const HostTools& tools, const UnixSettings& settings,
                                        const std::optional<UserName>& user,
                                        const Deadline& deadline) {
  std::vector<std::string> argv = {"sshd", "-T", "-f", settings.sshd_config.string()};
  if (user) {
    argv.insert(argv.end(),
                {"-C", fmt::format("user={},host=localhost,addr=127.0.0.1", user->str())});
  }
  SP_ASSIGN(const CommandOutput output, tools.run(std::move(argv), deadline));
  if (output.exit_status != 0) {
    return fail(
        Errc::policy,
        "sshd does not accept its configuration: " + escape_untrusted(output.standard_error),
        fmt::format("correct it until `sshd -t -f {}` says nothing",
                    settings.sshd_config.string()));
  }
  return SshdSettings::parse(output.standard_output);
}

std::vector<std::string> gaps_in_rules(const SshdSettings& sshd, const UnixSettings& settings,
                                       const UserName& user) {
  std::vector<std::string> gaps;
  for (const Rule& rule : kRulesForAll) {
    if (sshd.value(rule.keyword) != rule.value) {
      gaps.push_back(fmt::format("{} is {}", rule.keyword, shown(sshd.value(rule.keyword))));
    }
  }
  if (!is_path_of(sshd.value("authorizedkeysfile"), settings.key_root, user)) {
    gaps.push_back("authorizedkeysfile is " + shown(sshd.value("authorizedkeysfile")));
  }
  if (settings.access == UnixAccess::sftp) {
    check_jail(sshd, settings, user, gaps);
  }
  return gaps;
}

Result<std::vector<SshPublicKey>> host_keys(const SshdSettings& sshd) {
  std::vector<SshPublicKey> keys;
  for (const std::string& private_half : sshd.list("hostkey")) {
    const auto text = read_text_file(private_half + ".pub");
    if (!text || !*text) {
      continue;
    }
    if (Result<SshPublicKey> key = SshPublicKey::parse(split(**text, '\n').front())) {
      keys.push_back(*std::move(key));
    }
  }
  if (keys.empty()) {
    return fail(Errc::unavailable, "no public host key of sshd can be read",
                "make them with `ssh-keygen -y -f HOSTKEY > HOSTKEY.pub` for each HostKey of sshd");
  }
  return keys;
}

}  // namespace stagepass::targets
