#include "targets/unix/host_check.hpp"

#include "targets/unix/account_files.hpp"
#include "targets/unix/host_files.hpp"
#include "targets/unix/sshd.hpp"
#include "targets/unix/sshd_fragment.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace stagepass::targets {
namespace {

/// Any account's name looks like this to sshd's lists.
constexpr const char* kSampleName = "sp0123456789";
constexpr const char* kInstall =
    "give `stagepass target add` the option --install, or run as root: ";

class HostCheck final {
 public:
  HostCheck(const HostTools& tools, const UnixSettings& settings, const Deadline& deadline)
      : tools_(tools), settings_(settings), deadline_(deadline) {}

  Result<std::vector<Finding>> run() {
    check_rights();
    check_programs();
    SP_TRY(check_groups());
    const Result<SshdSettings> sshd = effective_settings(tools_, settings_, {}, deadline_);
    if (!sshd) {
      problem(sshd.error().message, sshd.error().hint);
      return std::move(findings_);
    }
    good("sshd accepts its configuration");
    SP_TRY(check_fragment());
    check_lists(*sshd);
    check_ways_in(*sshd);
    check_running_server(*sshd);
    return std::move(findings_);
  }

 private:
  void good(std::string text) { findings_.push_back({Finding::Kind::good, std::move(text), {}}); }
  void problem(std::string text, std::string remedy) {
    findings_.push_back({Finding::Kind::problem, std::move(text), std::move(remedy)});
  }

  void check_rights() {
    if (::geteuid() == 0) {
      good("running as root");
    } else {
      problem("not running as root: accounts of this host can only be made by root",
              "run the command again with sudo");
    }
  }

  void check_programs() {
    constexpr std::array kAccountPrograms = {"useradd",  "usermod",  "userdel",
                                             "groupadd", "groupdel", "chpasswd"};
    constexpr std::array kSshPrograms = {"sshd", "ssh", "ssh-keyscan"};
    const auto missing = [](const char* program) { return !HostTools::find(program); };
    const bool accounts = std::none_of(kAccountPrograms.begin(), kAccountPrograms.end(), missing);
    const bool ssh = std::none_of(kSshPrograms.begin(), kSshPrograms.end(), missing);
    if (accounts && ssh) {
      good("all programs needed are installed");
    }
    if (!accounts) {
      problem("the programs for accounts (useradd, usermod, userdel, chpasswd …) are missing",
              "apt-get install passwd");
    }
    if (!ssh) {
      problem("OpenSSH's server or client is missing",
              "apt-get install openssh-server openssh-client");
    }
  }

  Result<void> check_groups() {
    std::vector<std::string> wanted = {kSshGroup, kSftpGroup};
    wanted.insert(wanted.end(), settings_.groups.begin(), settings_.groups.end());
    for (const std::string& name : wanted) {
      SP_ASSIGN(const auto group, AccountFiles().find_group(name));
      if (group) {
        good(fmt::format("the group {} exists", name));
      } else {
        problem(fmt::format("the group {} does not exist", name),
                fmt::format("{}groupadd --system {}", kInstall, name));
      }
    }
    return {};
  }

  Result<void> check_fragment() {
    SP_ASSIGN(const FragmentState state, state_of_fragment(settings_));
    if (state == FragmentState::current) {
      good("sshd's configuration holds the rules for temporary accounts");
      return {};
    }
    SP_ASSIGN(const auto text, read_text_file(settings_.sshd_config));
    const auto place = place_of_fragment(settings_.sshd_config, text.value_or(""));
    problem(state == FragmentState::missing
                ? "sshd's configuration has no rules for temporary accounts"
                : "sshd's configuration holds other rules for temporary accounts than this target",
            fmt::format("give `stagepass target add` the option --install, or put these lines at "
                        "the end of {} and "
                        "reload sshd:\n{}",
                        place.string(), sshd_fragment(settings_)));
    return {};
  }

  /// The words of sshd's list that apply to `name`; "user@host" applies to "user".
  static bool lists(const SshdSettings& sshd, std::string_view keyword, const std::string& name) {
    const std::vector<std::string> patterns = sshd.list(keyword);
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return ::fnmatch(pattern.substr(0, pattern.find('@')).c_str(), name.c_str(), 0) == 0;
    });
  }

  void check_lists(const SshdSettings& sshd) {
    const std::string group = settings_.match_group();
    const std::string config = settings_.sshd_config.string();
    if (!sshd.list("allowgroups").empty() && !lists(sshd, "allowgroups", group)) {
      problem(fmt::format("AllowGroups keeps the group {} out", group),
              fmt::format("add {} to the AllowGroups line of {}", group, config));
    }
    if (!sshd.list("allowusers").empty() && !lists(sshd, "allowusers", kSampleName)) {
      problem("AllowUsers keeps temporary accounts out",
              fmt::format("add sp?????????? to the AllowUsers line of {}", config));
    }
    if (lists(sshd, "denygroups", group)) {
      problem(fmt::format("DenyGroups keeps the group {} out", group),
              fmt::format("take the pattern out of the DenyGroups line of {}", config));
    }
    if (lists(sshd, "denyusers", kSampleName)) {
      problem("DenyUsers keeps temporary accounts out",
              fmt::format("take the pattern out of the DenyUsers line of {}", config));
    }
  }

  void check_ways_in(const SshdSettings& sshd) {
    const std::string methods = sshd.value("authenticationmethods");
    if (!methods.empty() && methods != "any" && methods.find("password") == std::string::npos) {
      problem("AuthenticationMethods asks for more than a password: " + escape_untrusted(methods),
              "let it apply to your own people only: put it into a Match block of their group");
    }
    if (settings_.access == UnixAccess::sftp && sshd.list("subsystem").empty()) {
      problem("sshd offers no SFTP",
              fmt::format("add this line to {}: Subsystem sftp internal-sftp",
                          settings_.sshd_config.string()));
    }
  }

  /// A server that is just reloading does not listen for a moment: asked again before it counts as
  /// absent.
  std::string offered_host_keys() {
    constexpr int kTries = 5;
    constexpr int kPauseMilliseconds = 200;
    for (int i = 0; i < kTries; ++i) {
      const Result<CommandOutput> seen = tools_.run(
          {"ssh-keyscan", "-T", "5", "-p", std::to_string(settings_.port), settings_.address},
          deadline_);
      if (seen && !seen->standard_output.empty()) {
        return seen->standard_output;
      }
      ::poll(nullptr, 0, kPauseMilliseconds);
    }
    return {};
  }

  void check_running_server(const SshdSettings& sshd) {
    const std::string where = fmt::format("{} port {}", settings_.address, settings_.port);
    const Result<std::vector<SshPublicKey>> keys = host_keys(sshd);
    if (!keys) {
      problem(keys.error().message, keys.error().hint);
      return;
    }
    const std::string seen = offered_host_keys();
    if (seen.empty()) {
      problem(fmt::format("no SSH server answers on {}", where),
              "start it (`systemctl start ssh`), or give the settings port and address");
      return;
    }
    const bool known = std::any_of(keys->begin(), keys->end(), [&](const SshPublicKey& key) {
      return seen.find(key.str()) != std::string::npos;
    });
    if (known) {
      good(fmt::format("sshd answers on {} with a host key of its configuration", where));
    } else {
      problem(fmt::format("another SSH server than the configured one answers on {}", where),
              "give the settings sshd_config, port and address of one and the same sshd");
    }
  }

  const HostTools& tools_;
  const UnixSettings& settings_;
  const Deadline& deadline_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> check_host(const HostTools& tools, const UnixSettings& settings,
                                        const Deadline& deadline) {
  return HostCheck(tools, settings, deadline).run();
}

}  // namespace stagepass::targets
