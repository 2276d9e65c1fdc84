#include "targets/ssh/ssh_transport.hpp"

#include "targets/known_hosts.hpp"
#include "targets/ssh/identity_file.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

namespace stagepass::targets {
namespace {

constexpr const char* kSshProgram = "/usr/bin/ssh";
constexpr int kSshFailed = 255;
constexpr int kNoSuchProgram = 127;

/// Nothing of whoever runs us, one key, one try, nobody to ask, and no way but this one.
constexpr std::array kFixedOptions = {"BatchMode=yes",
                                      "IdentitiesOnly=yes",
                                      "IdentityAgent=none",
                                      "PreferredAuthentications=publickey",
                                      "StrictHostKeyChecking=yes",
                                      "GlobalKnownHostsFile=none",
                                      "UpdateHostKeys=no",
                                      "ControlMaster=no",
                                      "ControlPath=none",
                                      "ClearAllForwardings=yes",
                                      "PermitLocalCommand=no",
                                      "ServerAliveInterval=5",
                                      "ServerAliveCountMax=2",
                                      "LogLevel=ERROR"};

std::int64_t seconds_of(Timeout timeout) {
  return std::max<std::int64_t>(1,
                                std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
}

bool says(std::string_view text, std::string_view phrase) {
  return text.find(phrase) != std::string_view::npos;
}

/// ssh ends its lines as for a terminal in raw mode.
std::string_view without_line_end(std::string_view said) {
  return said.substr(0, said.find_last_not_of("\r\n") + 1);
}

/// The first "SHA256:…" that ssh names: the key that the other side showed.
std::string shown_fingerprint(std::string_view said) {
  constexpr std::string_view kBegins = "SHA256:";
  constexpr std::string_view kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = said.find(kBegins);
  if (at == std::string_view::npos) {
    return "a key of another type";
  }
  const std::size_t end = said.find_first_not_of(kBase64, at + kBegins.size());
  return escape_untrusted(said.substr(at, std::min(end, said.size()) - at));
}

}  // namespace

std::string fingerprints_of(const std::vector<SshPublicKey>& keys) {
  std::vector<std::string> fingerprints;
  fingerprints.reserve(keys.size());
  for (const SshPublicKey& key : keys) {
    fingerprints.push_back(key.fingerprint());
  }
  return join(fingerprints, " or ");
}

SshTransport::SshTransport(SshSettings settings)
    : settings_(std::move(settings)),
      name_(fmt::format("stagepass-target on {}", settings_.server.address)) {}

Result<Transport::Call> SshTransport::call_of(std::string command, Timeout timeout) const {
  if (settings_.server.host_keys.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("no host key of {} was confirmed", settings_.server.address),
                "`stagepass target add` without host_key shows what the host offers");
  }
  SP_TRY(check_identity_file(settings_.identity));
  SP_ASSIGN(KnownHosts hosts, KnownHosts::write(settings_.server.host_keys));
  auto kept = std::make_shared<const KnownHosts>(std::move(hosts));
  std::vector<std::string> argv = {kSshProgram, "-F", "none", "-T", "-x", "-a", "-k"};
  argv.insert(argv.end(), {"-i", settings_.identity.string()});
  argv.insert(argv.end(), {"-p", fmt::format("{}", settings_.server.port)});
  for (const char* option : kFixedOptions) {
    argv.insert(argv.end(), {"-o", option});
  }
  for (std::string& option : std::vector<std::string>{
           fmt::format("HostKeyAlias={}", KnownHosts::kAlias),
           fmt::format("UserKnownHostsFile={}", kept->path()),
           fmt::format("ConnectTimeout={}", seconds_of(timeout)),
       }) {
    argv.insert(argv.end(), {"-o", std::move(option)});
  }
  // The command says what we want where no forced command stands: there the shell would read our
  // request, and run it.
  argv.insert(argv.end(), {"--", fmt::format("{}@{}", settings_.user, settings_.server.address),
                           std::move(command)});
  return Call{std::move(argv), kept};
}

Failure SshTransport::another_host_key(std::string_view said) const {
  return fail(
      Errc::refused,
      fmt::format("{} port {} shows another host key than the pinned one: it shows {}, pinned is "
                  "{}; nothing was sent to it",
                  settings_.server.address, settings_.server.port, shown_fingerprint(said),
                  fingerprints_of(settings_.server.host_keys)),
      "somebody may be in between. If the key was renewed on purpose: give the host its old one "
      "back "
      "until no account is open there, then `stagepass target remove` and `target add` with the "
      "new "
      "one; several can be pinned at a time");
}

Failure SshTransport::failure(const CommandOutput& output) const {
  const std::string_view said = output.standard_error;
  const std::string where =
      fmt::format("{} port {}", settings_.server.address, settings_.server.port);
  if (output.exit_status == kNoSuchProgram) {
    return fail(Errc::refused, fmt::format("there is no stagepass-target on {}", where),
                kNotPrepared);
  }
  if (output.exit_status != kSshFailed) {
    return fail(Errc::unreachable,
                fmt::format("{} failed with exit status {}: {}", name_, output.exit_status,
                            escape_untrusted(without_line_end(said))));
  }
  if (says(said, "Host key verification failed")) {
    return another_host_key(said);
  }
  if (says(said, "Permission denied (")) {
    return fail(Errc::refused,
                fmt::format("{} does not let the key {} in as {}", where,
                            settings_.identity.string(), settings_.user),
                kNotPrepared);
  }
  return fail(Errc::unreachable,
              fmt::format("the conversation with {} broke off: {}", where,
                          escape_untrusted(without_line_end(said))),
              "what was asked may have been done or not; it is asked again");
}

}  // namespace stagepass::targets
