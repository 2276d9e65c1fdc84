#include "targets/ssh/host_key_scan.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace stagepass::targets {
namespace {

constexpr const char* kKeyscanProgram = "/usr/bin/ssh-keyscan";
constexpr std::string_view kBestType = "ssh-ed25519 ";
constexpr std::int64_t kLongestScan = 10;

std::string seconds_for_scan(const Deadline& deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline.remaining()).count();
  return std::to_string(std::clamp<std::int64_t>(left, 1, kLongestScan));
}

std::string_view type_of(const SshPublicKey& key) {
  const std::string_view text = key.str();
  return text.substr(0, text.find(' '));
}

}  // namespace

std::vector<SshPublicKey> keys_in_scan(std::string_view text) {
  std::vector<SshPublicKey> keys;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t blank = line.find(' ');  // behind the host's name
    if (line.starts_with('#') || blank == std::string_view::npos) {
      continue;
    }
    if (auto key = SshPublicKey::parse(line.substr(blank + 1)); key) {
      keys.push_back(*std::move(key));
    }
  }
  // The one that is proposed comes first.
  std::stable_partition(keys.begin(), keys.end(),
                        [](const SshPublicKey& key) { return key.str().starts_with(kBestType); });
  return keys;
}

Result<Finding> unconfirmed_host_key(Process& process, const SshServer& server,
                                     const Deadline& deadline) {
  Command command;
  command.argv = {
      kKeyscanProgram, "-T", seconds_for_scan(deadline), "-p", std::to_string(server.port), "--",
      server.address};
  command.timeout = deadline.remaining();
  SP_ASSIGN(const CommandOutput output, process.run(command));
  const std::vector<SshPublicKey> keys = keys_in_scan(output.standard_output);
  if (keys.empty()) {
    return fail(Errc::unreachable,
                fmt::format("no SSH server answers on {} port {}", server.address, server.port),
                "is the host up, and does its firewall let this machine in?");
  }
  std::string remedy = "somebody in between could answer instead of it; what answers now shows:\n";
  std::vector<std::string> lines;
  for (const SshPublicKey& key : keys) {
    lines.push_back(key.str());
    remedy += fmt::format("  {} ({})\n", key.fingerprint(), type_of(key));
  }
  remedy += fmt::format(
      "compare with what the host itself says, at its console or by a way you trust:\n"
      "  for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done\n"
      "and if they are the same, give the setting (of several keys one may be renewed later)\n"
      "  host_key='{}'",
      join(lines, ","));
  return Finding{
      Finding::Kind::problem,
      fmt::format("the host key of {} port {} is not confirmed", server.address, server.port),
      std::move(remedy)};
}

}  // namespace stagepass::targets
