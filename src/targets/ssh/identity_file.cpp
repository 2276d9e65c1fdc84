#include "targets/ssh/identity_file.hpp"

#include <fmt/core.h>

#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace stagepass::targets {
namespace {

constexpr const char* kKeygenProgram = "/usr/bin/ssh-keygen";
constexpr const char* kVaultFile = "vault.db";

bool is_private(const struct stat& status) {
  return (status.st_uid == ::geteuid() || status.st_uid == 0) &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

bool is_below_a_vault(const std::filesystem::path& identity) {
  std::filesystem::path folder = identity.parent_path();
  std::error_code ignored;
  while (!std::filesystem::exists(folder / kVaultFile, ignored)) {
    if (folder == folder.parent_path()) {
      return false;
    }
    folder = folder.parent_path();
  }
  return true;
}

}  // namespace

Result<void> check_identity_file(const std::filesystem::path& identity) {
  const std::string name = identity.string();
  struct stat status {};
  if (::stat(name.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(Errc::invalid_argument, fmt::format("there is no private key {}", name),
                fmt::format("ssh-keygen -q -t ed25519 -N '' -C stagepass -f {}", name));
  }
  if (!is_private(status)) {
    return fail(
        Errc::permission_denied, fmt::format("others can read or change the private key {}", name),
        fmt::format("chmod 600 {}; and if others were on this host meanwhile, make a new one",
                    name));
  }
  if (is_below_a_vault(identity)) {
    return fail(
        Errc::permission_denied,
        fmt::format("the private key {} lies in the home of a vault", name),
        "move it elsewhere, e.g. to /etc/stagepass: a backup of the vault must not hold it");
  }
  return {};
}

Result<SshPublicKey> public_half_of(Process& process, const std::filesystem::path& identity,
                                    const Deadline& deadline) {
  Command command;
  constexpr const char* kNoPassphrase = "";
  command.argv = {kKeygenProgram, "-y", "-P", kNoPassphrase, "-f", identity.string()};
  command.timeout = deadline.remaining();
  SP_ASSIGN(const CommandOutput output, process.run(command));
  if (output.exit_status != 0) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not a private key without a passphrase", identity.string()),
                "nobody is there to type one when an account must be ended: make a key of its own "
                "with ssh-keygen -t ed25519 -N ''");
  }
  return SshPublicKey::parse(output.standard_output);
}

}  // namespace stagepass::targets
