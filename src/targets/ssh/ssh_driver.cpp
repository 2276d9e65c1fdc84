#include "targets/ssh/ssh_driver.hpp"

#include "targets/command/json_driver.hpp"
#include "targets/deadline.hpp"
#include "targets/ssh/host_key_scan.hpp"
#include "targets/ssh/identity_file.hpp"
#include "targets/ssh/ssh_settings.hpp"
#include "targets/ssh/ssh_transport.hpp"
#include "targets/ssh_login.hpp"

#include <fmt/core.h>

#include <poll.h>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

Finding good(std::string text) {
  return {Finding::Kind::good, std::move(text), {}};
}

Finding problem(std::string text, std::string remedy) {
  return {Finding::Kind::problem, std::move(text), std::move(remedy)};
}

Finding problem(const Error& error) {
  return problem(error.message, error.hint);
}

/// A server that was just told to read its configuration again does not listen for a moment: asked
/// once more before it counts as out of reach.
template <class Ask>
auto ask_patiently(const Deadline& deadline, const Ask& ask) {
  constexpr int kTries = 10;
  constexpr int kPauseMilliseconds = 200;
  auto answer = ask();
  for (int i = 1;
       i < kTries && !deadline.passed() && !answer && answer.error().code == Errc::unreachable;
       ++i) {
    ::poll(nullptr, 0, kPauseMilliseconds);
    answer = ask();
  }
  return answer;
}

class SshDriver final : public JsonDriver {
 public:
  SshDriver(SshSettings settings, std::shared_ptr<const SshTransport> transport, DriverTools tools)
      : JsonDriver(CommandProgram(transport, {{"access", settings.access}}, {}, tools.process)),
        settings_(std::move(settings)),
        transport_(std::move(transport)),
        process_(tools.process),
        login_(tools.process, std::move(tools.askpass_program)) {}

  Result<std::vector<Finding>> check(Timeout timeout) override;
  Result<std::vector<std::string>> install(Timeout timeout) override;
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override;
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override {
    return login_.open_session(login_as(account.user_name), password, Deadline(timeout));
  }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const override;

 private:
  [[nodiscard]] SshLoginRequest login_as(const UserName& user) const {
    return {settings_.server, user, settings_.use()};
  }
  [[nodiscard]] std::string first_steps(const SshPublicKey& our_key) const;
  [[nodiscard]] Result<Finding> is_key_tied(const Deadline& deadline) const;

  SshSettings settings_;
  std::shared_ptr<const SshTransport> transport_;
  Process& process_;
  SshLogin login_;
};

/// What a person does on the other host before we can do anything there: first trust is theirs.
std::string SshDriver::first_steps(const SshPublicKey& our_key) const {
  const bool is_root = settings_.user == "root";
  return fmt::format(
      "on {0}, as root, once (README says more):\n"
      "  install -m 755 stagepass-target /usr/local/sbin/     # of the same build as stagepass\n"
      "  echo access={1} > /etc/stagepass-target.conf && chmod 600 /etc/stagepass-target.conf\n"
      "and this line in ~{2}/.ssh/authorized_keys{3}:\n"
      "  restrict,command=\"{4}/usr/local/sbin/stagepass-target\" {5}",
      settings_.server.address, settings_.access, settings_.user,
      is_root ? ", with PermitRootLogin forced-commands-only in sshd_config" : "",
      is_root ? "" : "sudo -n ", our_key.str());
}

/// A key that opens a shell there is worth as much as root's password, to whoever copies it.
Result<Finding> SshDriver::is_key_tied(const Deadline& deadline) const {
  SP_ASSIGN(const Transport::Call call, transport_->call_of("true", deadline.remaining()));
  Command command;
  command.argv = call.argv;
  command.timeout = deadline.remaining();
  SP_ASSIGN(const CommandOutput output, process_.run(command));
  if (output.exit_status == 0 && output.standard_output.empty()) {
    return problem(fmt::format("the key {} opens a shell on {}, not stagepass-target only",
                               settings_.identity.string(), settings_.server.address),
                   R"(put restrict,command="/usr/local/sbin/stagepass-target" before it in )"
                   "authorized_keys");
  }
  if (output.exit_status != 0) {
    return transport_->failure(output);
  }
  return good("the key is tied to stagepass-target: it can run nothing else there");
}

Result<std::vector<Finding>> SshDriver::check(Timeout timeout) {
  const Deadline deadline(timeout);
  if (const auto safe = check_identity_file(settings_.identity); !safe) {
    return std::vector<Finding>{problem(safe.error())};
  }
  const auto our_key = public_half_of(process_, settings_.identity, deadline);
  if (!our_key) {
    return std::vector<Finding>{problem(our_key.error())};
  }
  if (settings_.server.host_keys.empty()) {
    SP_ASSIGN(Finding finding, unconfirmed_host_key(process_, settings_.server, deadline));
    return std::vector<Finding>{std::move(finding)};
  }
  const auto reply =
      ask_patiently(deadline, [&] { return demand({.operation = "check"}, deadline.remaining()); });
  if (!reply && reply.error().code == Errc::refused) {
    const bool unprepared = reply.error().hint == kNotPrepared;
    return std::vector<Finding>{unprepared ? problem(reply.error().message, first_steps(*our_key))
                                           : problem(reply.error())};
  }
  if (!reply) {
    return fail(reply.error());
  }
  SP_ASSIGN(std::vector<Finding> findings, reply->findings());
  SP_ASSIGN(Finding tied, ask_patiently(deadline, [&] { return is_key_tied(deadline); }));
  findings.insert(findings.begin(), std::move(tied));
  return findings;
}

Result<std::vector<std::string>> SshDriver::install(Timeout timeout) {
  // As long as the host or we are not known to each other, `check` says what a person has to do.
  if (settings_.server.host_keys.empty() || !check_identity_file(settings_.identity)) {
    return std::vector<std::string>();
  }
  const auto reply = demand({.operation = "install"}, timeout);
  if (!reply && reply.error().code == Errc::refused) {
    return std::vector<std::string>();
  }
  if (!reply) {
    return fail(reply.error());
  }
  return reply->done();
}

Result<GoneProof> SshDriver::verify_gone(const AccountRef& account, const Secret* password,
                                         Timeout timeout) {
  const Deadline deadline(timeout);
  // The old password is tried from here: that host need not see it again.
  SP_ASSIGN(GoneProof proof, JsonDriver::verify_gone(account, nullptr, deadline.remaining()));
  if (password == nullptr) {
    return proof;
  }
  SP_ASSIGN(const LoginOutcome outcome,
            login_.try_login(login_as(account.user_name), *password, deadline));
  if (outcome == LoginOutcome::accepted) {
    return fail(Errc::pending, fmt::format("the login as {} still works", account.user_name.str()),
                fmt::format("another source of accounts on {} may know the name (nsswitch.conf)",
                            settings_.server.address));
  }
  proof.login = LoginCheck::refused;
  return proof;
}

std::vector<std::pair<std::string, std::string>> SshDriver::access_details(
    const UserName& user) const {
  const SshServer& server = settings_.server;
  std::vector<std::pair<std::string, std::string>> details = {
      {"host", server.address}, {"port", std::to_string(server.port)}};
  for (const SshPublicKey& key : server.host_keys) {
    details.emplace_back("host key", key.fingerprint());
  }
  const bool shell = settings_.use() == SshUse::shell;
  details.emplace_back("command", fmt::format("{} {} {}@{}", shell ? "ssh -p" : "sftp -P",
                                              server.port, user.str(), server.address));
  return details;
}

}  // namespace

DriverInfo ssh_driver_info() {
  return {"ssh", "accounts on another host for SSH or for SFTP only", ssh_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_ssh_driver(const Target& target, DriverTools tools) {
  SP_ASSIGN(SshSettings settings, parse_ssh_settings(target));
  auto transport = std::make_shared<const SshTransport>(settings);
  return std::make_unique<SshDriver>(std::move(settings), std::move(transport), std::move(tools));
}

}  // namespace stagepass::targets
