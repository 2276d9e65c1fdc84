#include "targets/unix/host_install.hpp"

#include "targets/unix/account_files.hpp"
#include "targets/unix/host_files.hpp"
#include "targets/unix/sshd_fragment.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace stagepass::targets {
namespace {

constexpr mode_t kPublicFolder = 0755;

}  // namespace

Result<std::vector<std::string>> install_on_host(const HostTools& tools,
                                                 const UnixSettings& settings,
                                                 const Deadline& deadline) {
  std::vector<std::string> done;
  for (const char* name : {kSshGroup, kSftpGroup}) {
    SP_ASSIGN(const auto group, AccountFiles().find_group(name));
    if (!group) {
      SP_TRY(tools.must_run({"groupadd", "-r", name}, deadline));
      done.push_back(fmt::format("made the group {}", name));
    }
  }
  for (const std::filesystem::path& folder : {settings.key_root, settings.sftp_root}) {
    if (!std::filesystem::exists(folder)) {
      SP_TRY(make_root_folder(folder, kPublicFolder));
      done.push_back(fmt::format("made the folder {}", folder.string()));
    }
  }
  SP_ASSIGN(const FragmentState before, state_of_fragment(settings));
  if (before != FragmentState::current) {
    SP_ASSIGN(const std::filesystem::path file, install_fragment(tools, settings, deadline));
    done.push_back(fmt::format("wrote the rules for temporary accounts to {}", file.string()));
  }
  // Also when the rules were there: whoever wrote them may not have come as far as this.
  SP_ASSIGN(const Reloaded reloaded, reload_sshd(tools, settings, deadline));
  if (reloaded == Reloaded::not_running) {
    done.emplace_back(
        "no sshd was found by its PidFile: if one is running, have it reload its configuration");
  } else if (!done.empty()) {
    done.emplace_back("had sshd reload its configuration");
  }
  return done;
}

}  // namespace stagepass::targets
