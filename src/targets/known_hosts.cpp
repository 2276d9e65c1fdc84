#include "targets/known_hosts.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkostemp is POSIX
#include <system_error>
#include <unistd.h>

namespace stagepass::targets {

Result<KnownHosts> KnownHosts::write(const std::vector<SshPublicKey>& keys) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  std::string path = ((error ? "/tmp" : folder) / "stagepass-known-hosts-XXXXXX").string();
  const system::FileDescriptor fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!fd) {
    return fail(Errc::unavailable,
                "cannot write a temporary file: " + system::describe_errno(errno));
  }
  KnownHosts file(std::move(path));
  std::string text;
  for (const SshPublicKey& key : keys) {
    text += fmt::format("{} {}\n", kAlias, key.str());
  }
  SP_TRY(system::write_all(fd.get(),
                           Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  return file;
}

KnownHosts::~KnownHosts() {
  if (!path_.empty()) {
    ::unlink(path_.c_str());
  }
}

}  // namespace stagepass::targets
