#include "targets/ssh_login.hpp"

#include "targets/askpass.hpp"
#include "targets/known_hosts.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kSshProgram = "/usr/bin/ssh";
constexpr int kSshFailed = 255;
constexpr std::string_view kHello = "stagepass: logged in";
constexpr Timeout kLongestSession = std::chrono::minutes(10);

/// What ssh reads: the line that askpass hands to it.
Secret line_of(const Secret& password) {
  return Secret::make(password.size() + 1, [&](MutableBytes out) {
    *std::copy(password.reveal().begin(), password.reveal().end(), out.begin()) = '\n';
  });
}

std::vector<std::string> ssh_arguments(const SshLoginRequest& request, const KnownHosts& hosts,
                                       Timeout patience) {
  const auto seconds =
      std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(patience).count());
  return {kSshProgram, "-F", "none", "-T", "-x", "-a", "-k", "-o", "BatchMode=no", "-o",
          "NumberOfPasswordPrompts=1",
          // Only "password": with keyboard-interactive beside it a refused password is tried twice.
          "-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no", "-o",
          "KbdInteractiveAuthentication=no", "-o", "StrictHostKeyChecking=yes", "-o",
          fmt::format("HostKeyAlias={}", KnownHosts::kAlias), "-o",
          fmt::format("UserKnownHostsFile={}", hosts.path()), "-o", "GlobalKnownHostsFile=none",
          "-o", "UpdateHostKeys=no", "-o", "ControlMaster=no", "-o", "ControlPath=none", "-o",
          "ClearAllForwardings=yes", "-o", fmt::format("ConnectTimeout={}", seconds), "-o",
          "ServerAliveInterval=5", "-o", "ServerAliveCountMax=2", "-o", "LogLevel=ERROR", "-p",
          fmt::format("{}", request.server.port)};
}

Command ssh_command(std::vector<std::string> argv, const std::string& askpass_program,
                    const Secret& input) {
  Command command;
  command.argv = std::move(argv);
  command.environment = {
      {"SSH_ASKPASS", askpass_program}, {"SSH_ASKPASS_REQUIRE", "force"}, {kAskpassVariable, "1"}};
  command.input = &input;
  return command;
}

std::string destination(const SshLoginRequest& request) {
  return fmt::format("{}@{}", request.user.str(), request.server.address);
}

/// This line and nothing else. Before any key is agreed on, whoever stands in between can send a
/// reason to disconnect, and ssh repeats it: there a refusal can be written by anybody.
bool is_refusal(const SshLoginRequest& request, const CommandOutput& output) {
  const std::string_view said = output.standard_error;
  return output.exit_status == kSshFailed &&
         said.starts_with(fmt::format("{}: Permission denied (", destination(request))) &&
         said.find('\n') == said.size() - 1;
}

/// Neither yes nor no.
Failure untold(const SshLoginRequest& request, const CommandOutput& output) {
  const std::string where = fmt::format("{} port {}", request.server.address, request.server.port);
  if (output.standard_error.find("Host key verification failed") != std::string::npos) {
    return fail(Errc::unreachable,
                fmt::format("the server on {} does not have the host key expected", where),
                "another SSH server answers there, or sshd's host keys were renewed without a "
                "restart");
  }
  return fail(Errc::unreachable,
              fmt::format("the login as {} could be neither confirmed nor refused: {}",
                          destination(request), escape_untrusted(output.standard_error)),
              fmt::format("is sshd running on {}?", where));
}

/// A session that was really opened; the known hosts stay as long as ssh may look at them.
class SshSession final : public LiveSession {
 public:
  SshSession(KnownHosts hosts, std::unique_ptr<RunningCommand> ssh)
      : hosts_(std::move(hosts)), ssh_(std::move(ssh)) {}
  [[nodiscard]] bool ended_within(Timeout patience) override {
    return ssh_->ended_within(patience);
  }

 private:
  KnownHosts hosts_;
  std::unique_ptr<RunningCommand> ssh_;
};

}  // namespace

Result<LoginOutcome> SshLogin::try_login(const SshLoginRequest& request, const Secret& password,
                                         const Deadline& deadline) const {
  SP_ASSIGN(const KnownHosts hosts, KnownHosts::write(request.server.host_keys));
  std::vector<std::string> argv = ssh_arguments(request, hosts, deadline.remaining());
  if (request.use == SshUse::shell) {
    argv.insert(argv.end(), {"--", destination(request), "true"});
  } else {  // the server of SFTP says good-bye at once, since our input is at its end
    argv.insert(argv.end(), {"-s", "--", destination(request), "sftp"});
  }
  const Secret input = line_of(password);
  Command command = ssh_command(std::move(argv), askpass_program_, input);
  command.timeout = deadline.remaining();
  SP_ASSIGN(const CommandOutput output, process_.run(command));
  if (output.exit_status == 0) {
    return LoginOutcome::accepted;
  }
  if (is_refusal(request, output)) {
    return LoginOutcome::refused;
  }
  return untold(request, output);
}

Result<std::unique_ptr<LiveSession>> SshLogin::open_session(const SshLoginRequest& request,
                                                            const Secret& password,
                                                            const Deadline& deadline) const {
  // Tried first, because a running ssh cannot be asked why it was refused.
  SP_ASSIGN(const LoginOutcome outcome, try_login(request, password, deadline));
  if (outcome == LoginOutcome::refused) {
    return fail(Errc::refused, fmt::format("the login as {} was refused", destination(request)));
  }
  SP_ASSIGN(KnownHosts hosts, KnownHosts::write(request.server.host_keys));
  std::vector<std::string> argv = ssh_arguments(request, hosts, deadline.remaining());
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(kLongestSession);
  if (request.use == SshUse::shell) {
    argv.insert(argv.end(), {"--", destination(request),
                             fmt::format("echo '{}'; exec sleep {}", kHello, life.count())});
  } else {
    // The end of our input would end an SFTP conversation; a login without one stays.
    argv.insert(argv.end(),
                {"-N", "-o", "PermitLocalCommand=yes", "-o",
                 fmt::format("LocalCommand=echo '{}'", kHello), "--", destination(request)});
  }
  const Secret input = line_of(password);
  Command command = ssh_command(std::move(argv), askpass_program_, input);
  command.timeout = kLongestSession;
  SP_ASSIGN(std::unique_ptr<RunningCommand> ssh, process_.start(command));
  SP_TRY(ssh->wait_for_output(kHello, deadline.remaining()));
  return std::make_unique<SshSession>(std::move(hosts), std::move(ssh));
}

}  // namespace stagepass::targets
