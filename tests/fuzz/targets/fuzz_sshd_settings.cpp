// What `sshd -T` prints: a door is opened only if every rule of ours stands there.

#include "targets/unix/sshd.hpp"

#include <algorithm>
#include <array>
#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

using targets::SshdSettings;
using targets::UnixSettings;

struct Stage {
  UserName user = UserName::parse("sp7f3k9q2m5x").value();
  UnixSettings ssh = settings_for("ssh");
  UnixSettings sftp = settings_for("sftp");

  static UnixSettings settings_for(const char* access) {
    const Target target{.name = TargetName::parse("shop").value(),
                        .driver = "unix",
                        .settings = {{"access", access}}};
    return targets::parse_unix_settings(target).value();
  }
};

/// Looked for in another way than the parser does it: the first line of a keyword counts.
bool says(std::string_view text, std::string_view keyword, std::string_view value_begins) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (line.find(' ') != std::string_view::npos && take_until(line, ' ') == keyword) {
      return line.starts_with(value_begins);
    }
  }
  return false;
}

void require_locked_in(std::string_view text) {
  constexpr std::array<std::string_view, 6> kForbidden = {
      "allowtcpforwarding",   "allowstreamlocalforwarding",
      "allowagentforwarding", "x11forwarding",
      "permittunnel",         "permituserrc"};
  require(std::all_of(kForbidden.begin(), kForbidden.end(),
                      [&](std::string_view keyword) { return says(text, keyword, "no"); }),
          "without a gap there is no way around");
}

void try_sshd(std::string_view input) {
  static const Stage stage;
  const SshdSettings sshd = SshdSettings::parse(input);
  const auto shell_gaps = targets::gaps_in_rules(sshd, stage.ssh, stage.user);
  const auto jail_gaps = targets::gaps_in_rules(sshd, stage.sftp, stage.user);
  require(shell_gaps.size() <= jail_gaps.size(), "a jail has every rule of a shell, and more");
  for (const std::string& gap : jail_gaps) {
    require_safe(gap);
  }
  if (shell_gaps.empty()) {
    require_locked_in(input);
  }
  if (jail_gaps.empty()) {
    require(says(input, "chrootdirectory", "/srv/stagepass/") &&
                says(input, "forcecommand", "internal-sftp") && says(input, "permittty", "no"),
            "without a gap a jail is one");
  }
  for (const std::string& key : sshd.list("hostkey")) {
    require(key.find_first_of(" \t\r\n") == std::string::npos, "a word is a word");
  }
}

const Registration registration({"sshd_settings", try_sshd});

}  // namespace
}  // namespace stagepass::fuzz
