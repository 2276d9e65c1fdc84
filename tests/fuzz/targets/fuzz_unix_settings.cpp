// Settings of a unix target: they become arguments of useradd and lines of sshd's configuration.

#include "targets/unix/unix_settings.hpp"

#include <stagepass/core/endpoint.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

using targets::UnixSettings;

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

void require_plain_path(const std::filesystem::path& path) {
  const std::string text = path.string();
  require(text.starts_with('/') && text.size() > 1 && !text.ends_with('/') &&
              text.find_first_not_of(std::string(kPlain) + "/") == std::string::npos &&
              text.find("/../") == std::string::npos && !text.ends_with("/.."),
          "a path is absolute and plain");
}

bool is_of_this_host(const std::string& address) {
  in_addr ipv4{};
  const bool is_ipv4 = ::inet_pton(AF_INET, address.c_str(), &ipv4) == 1;
  constexpr unsigned kLoopbackNet = 127;
  return address == "localhost" || address == "::1" ||
         (is_ipv4 && (ntohl(ipv4.s_addr) >> 24U) == kLoopbackNet);
}

void require_guest(const UnixSettings& settings) {
  for (const std::string& group : settings.groups) {
    require(!group.empty() && group.front() != '-' &&
                group.find_first_not_of(kPlain) == std::string::npos,
            "a group is a plain name");
    require(group != "root" && group != "sudo" && group != "docker" && group != "shadow" &&
                group != targets::kSshGroup && group != targets::kSftpGroup,
            "a group gives no power");
  }
  require(settings.uid_range.first() > 65535 && settings.uid_range.last() < 100000 &&
              settings.uid_range.first() <= settings.uid_range.last(),
          "a uid is free for us");
}

/// Lines of key=value, as on the command line of `target add`.
Target target_from(std::string_view input) {
  Target target{.name = TargetName::parse("shop").value(), .driver = "unix"};
  while (!input.empty()) {
    std::string_view line = take_until(input, '\n');
    const std::string key(take_until(line, '='));
    target.settings.emplace(key, line);
  }
  return target;
}

void try_settings(std::string_view input) {
  const Target target = target_from(input);
  if (const auto connections = connections_of(target)) {
    require(*connections >= 1 && *connections <= 16, "connections are within their bounds");
  } else {
    require_safe(connections.error());
  }
  const Result<UnixSettings> settings = targets::parse_unix_settings(target);
  if (!settings) {
    const Errc code = settings.error().code;
    require(code == Errc::invalid_argument || code == Errc::policy, "a wrong setting is refused");
    require_safe(settings.error());
    return;
  }
  require_guest(*settings);
  for (const auto& path :
       {settings->sshd_config, settings->home_root, settings->sftp_root, settings->key_root,
        settings->uid_ledger, std::filesystem::path(settings->shell)}) {
    require_plain_path(path);
  }
  require(is_of_this_host(settings->address) || settings->address == settings->host,
          "the login proof goes to this host");
  const auto given = target.settings.find("host");
  require(given == target.settings.end() || parse_host(settings->host).has_value(),
          "the host is one");
}

const Registration registration({"unix_settings", try_settings});

}  // namespace
}  // namespace stagepass::fuzz
