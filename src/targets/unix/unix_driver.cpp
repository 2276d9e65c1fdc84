#include "targets/unix/unix_driver.hpp"

#include "targets/ssh_login.hpp"
#include "targets/unix/account_identities.hpp"
#include "targets/unix/host_check.hpp"
#include "targets/unix/host_files.hpp"
#include "targets/unix/host_install.hpp"
#include "targets/unix/processes.hpp"
#include "targets/unix/residue.hpp"
#include "targets/unix/sshd.hpp"
#include "targets/unix/unix_account.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr Timeout kTimeToAskSshd = std::chrono::seconds(5);
constexpr Timeout kTimeToAskLogind = std::chrono::seconds(5);

class UnixDriver final : public TargetDriver {
 public:
  UnixDriver(UnixSettings settings, DriverTools tools)
      : settings_(std::move(settings)),
        random_(tools.random),
        host_(tools.process),
        identities_(settings_.uid_ledger, settings_.uid_range),
        keys_(settings_.key_root),
        login_(tools.process, std::move(tools.askpass_program)) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    return check_host(host_, settings_, Deadline(timeout));
  }
  Result<std::vector<std::string>> install(Timeout timeout) override {
    return install_on_host(host_, settings_, Deadline(timeout));
  }
  Result<std::vector<MarkedAccount>> list_marked(Timeout /*timeout*/) override {
    return identities_.marked();
  }
  Result<Presence> probe(const AccountRef& account, Timeout timeout) override;
  Result<void> create(const AccountSpec& account, Timeout timeout) override;
  Result<void> set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) override;
  Result<void> disable(const AccountRef& account, Timeout timeout) override;
  Result<std::size_t> end_sessions(const AccountRef& account, Timeout timeout) override;
  Result<Erased> erase(const AccountRef& account, Timeout timeout) override;
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override;
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override;
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const override;

 private:
  [[nodiscard]] UnixAccount steps_for(const UserName& name, const Deadline& deadline) const {
    return {host_, settings_, name, deadline};
  }
  [[nodiscard]] Result<void> require_groups() const;
  [[nodiscard]] Result<void> prepare(const AccountSpec& account, const Deadline& deadline) const;
  [[nodiscard]] Result<void> require_rules(const UserName& name, const Deadline& deadline) const;
  void tidy_logind(TemporaryUid uid, const Deadline& deadline) const;
  [[nodiscard]] Result<Erased> take_away(const AccountRef& account, const Deadline& deadline) const;
  [[nodiscard]] Result<std::vector<std::string>> residue_of(const UserName& name,
                                                            const Deadline& deadline) const;
  [[nodiscard]] Result<SshLoginRequest> login_as(const UserName& name,
                                                 const Deadline& deadline) const;

  UnixSettings settings_;
  Random& random_;
  HostTools host_;
  AccountIdentities identities_;
  AuthorizedKeys keys_;
  SshLogin login_;
};

Result<Presence> UnixDriver::probe(const AccountRef& account, Timeout /*timeout*/) {
  return identities_.presence_of(account);
}

// --- making -------------------------------------------------------------------------------------

Result<void> UnixDriver::require_groups() const {
  std::vector<std::string> wanted = settings_.groups;
  wanted.push_back(settings_.match_group());
  for (const std::string& name : wanted) {
    SP_ASSIGN(const auto group, AccountFiles().find_group(name));
    if (!group) {
      return fail(Errc::policy, fmt::format("the group {} does not exist on this host", name),
                  "run `stagepass target test` to see what the host still needs");
    }
    if (group->gid == 0) {
      return fail(Errc::policy, fmt::format("the group {} is root's group", name));
    }
  }
  return {};
}

/// Everything but the opening of the door.
Result<void> UnixDriver::prepare(const AccountSpec& account, const Deadline& deadline) const {
  const UserName& name = account.ref.user_name;
  SP_ASSIGN(const Presence presence, identities_.ours_or_absent(account.ref));
  SP_ASSIGN(const TemporaryUid uid, identities_.assign_uid(name));
  const UnixAccount steps = steps_for(name, deadline);
  SP_TRY(presence == Presence::absent ? steps.add(uid, account.ref.marker) : steps.join_groups());
  SP_TRY(steps.make_folder(uid));
  if (account.public_key) {
    const Terminal terminal = settings_.access == UnixAccess::ssh ? Terminal::yes : Terminal::no;
    SP_TRY(
        keys_.write(name, authorized_key_line(*account.public_key, account.expires_at, terminal)));
  }
  if (account.password != nullptr) {
    SP_TRY(steps.set_password(*account.password, random_));
  }
  return {};
}

Result<void> UnixDriver::require_rules(const UserName& name, const Deadline& deadline) const {
  SP_ASSIGN(const SshdSettings sshd, effective_settings(host_, settings_, name, deadline));
  const std::vector<std::string> gaps = gaps_in_rules(sshd, settings_, name);
  if (!gaps.empty()) {
    return fail(
        Errc::policy,
        fmt::format("sshd would not apply the rules for temporary accounts: {}", join(gaps, ", ")),
        "run `stagepass target test` to see what the host still needs");
  }
  return {};
}

Result<void> UnixDriver::create(const AccountSpec& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_TRY(require_groups());
  SP_TRY(prepare(account, deadline));
  const Result<void> ruled = require_rules(account.ref.user_name, deadline);
  if (!ruled) {
    SP_TRY(take_away(account.ref, deadline));
    return fail(ruled.error());
  }
  return steps_for(account.ref.user_name, deadline).expire_after(account.expires_at);
}

Result<void> UnixDriver::set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const Presence presence, identities_.ours_or_absent(account));
  if (presence == Presence::absent) {
    return fail(Errc::not_found,
                fmt::format("there is no account {} on this host", account.user_name.str()));
  }
  SP_TRY(keys_.set_end(account.user_name, expires_at));
  return steps_for(account.user_name, deadline).expire_after(expires_at);
}

// --- ending -------------------------------------------------------------------------------------

Result<void> UnixDriver::disable(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const Presence presence, identities_.ours_or_absent(account));
  if (presence == Presence::absent) {
    return keys_.remove(account.user_name);
  }
  return steps_for(account.user_name, deadline).close();
}

/// Lets logind forget the sessions whose processes are dead. Whatever it answers ("no such user" is
/// usual), and if it does not answer at all: that nothing runs any more is known without it.
void UnixDriver::tidy_logind(TemporaryUid uid, const Deadline& deadline) const {
  std::error_code error;
  if (std::filesystem::exists("/run/systemd/system", error) && HostTools::find("loginctl")) {
    const Deadline short_one(std::min(kTimeToAskLogind, deadline.remaining()));
    static_cast<void>(
        host_.run({"loginctl", "terminate-user", std::to_string(uid.value())}, short_one));
  }
}

Result<std::size_t> UnixDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  const Deadline deadline(timeout);
  SP_TRY(identities_.ours_or_absent(account));
  SP_ASSIGN(const std::optional<TemporaryUid> uid, identities_.uid_of(account.user_name));
  SP_TRY(remove_jobs({account.user_name, uid}, deadline));
  if (!uid) {
    return std::size_t{0};
  }
  SP_ASSIGN(const std::size_t ended, end_processes(*uid, account.user_name, deadline));
  tidy_logind(*uid, deadline);
  return ended;
}

Result<TargetDriver::Erased> UnixDriver::take_away(const AccountRef& account,
                                                   const Deadline& deadline) const {
  const UserName& name = account.user_name;
  SP_ASSIGN(const Presence presence, identities_.ours_or_absent(account));
  SP_ASSIGN(const std::optional<TemporaryUid> uid, identities_.uid_of(name));
  // Jobs first: they would start processes; processes next: they would make files.
  SP_TRY(remove_jobs({name, uid}, deadline));
  if (uid) {
    SP_ASSIGN([[maybe_unused]] const std::size_t ended, end_processes(*uid, name, deadline));
  }
  SP_TRY(remove_leftovers({name, uid}, deadline));
  SP_TRY(keys_.remove(name));
  const UnixAccount steps = steps_for(name, deadline);
  SP_TRY(steps.remove(uid));
  SP_TRY(steps.remove_folder());
  return presence == Presence::absent ? Erased::already_absent : Erased::removed;
}

Result<TargetDriver::Erased> UnixDriver::erase(const AccountRef& account, Timeout timeout) {
  return take_away(account, Deadline(timeout));
}

Result<std::vector<std::string>> UnixDriver::residue_of(const UserName& name,
                                                        const Deadline& deadline) const {
  SP_ASSIGN(const std::optional<TemporaryUid> uid, identities_.uid_of(name));
  SP_ASSIGN(std::vector<std::string> found, find_residue({name, uid}, deadline));
  SP_ASSIGN(const std::vector<std::string> files, AccountFiles().files_naming(name));
  for (const std::string& file : files) {
    found.push_back(fmt::format("{} in {}", name.str(), file));
  }
  for (const std::filesystem::path& path : {settings_.folder_of(name), keys_.file_of(name)}) {
    if (!is_absent(path)) {
      found.push_back(path.string());
    }
  }
  if (uid) {
    SP_ASSIGN(const AccountProcesses processes, processes_of(*uid, name));
    const std::size_t count = processes.own.size() + processes.sshd_parents.size();
    if (count > 0) {
      found.push_back(fmt::format(
          "{} of {}", count == 1 ? "a process" : fmt::format("{} processes", count), name.str()));
    }
  }
  return found;
}

Result<GoneProof> UnixDriver::verify_gone(const AccountRef& account, const Secret* password,
                                          Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const Presence presence, identities_.ours_or_absent(account));
  if (presence == Presence::ours) {
    return fail(Errc::pending, fmt::format("{} is still there", account.user_name.str()));
  }
  GoneProof proof;
  SP_ASSIGN(proof.residue, residue_of(account.user_name, deadline));
  if (password == nullptr) {
    return proof;
  }
  SP_ASSIGN(const SshLoginRequest request, login_as(account.user_name, deadline));
  SP_ASSIGN(const LoginOutcome outcome, login_.try_login(request, *password, deadline));
  if (outcome == LoginOutcome::accepted) {
    return fail(Errc::pending, fmt::format("the login as {} still works", account.user_name.str()),
                "another source of accounts on this host may know the name (nsswitch.conf)");
  }
  proof.login = LoginCheck::refused;
  return proof;
}

// --- logging in ---------------------------------------------------------------------------------

Result<SshLoginRequest> UnixDriver::login_as(const UserName& name, const Deadline& deadline) const {
  SP_ASSIGN(const SshdSettings sshd, effective_settings(host_, settings_, {}, deadline));
  SP_ASSIGN(std::vector<SshPublicKey> keys, host_keys(sshd));
  return SshLoginRequest{{settings_.address, settings_.port, std::move(keys)},
                         name,
                         settings_.access == UnixAccess::ssh ? SshUse::shell : SshUse::sftp_only};
}

Result<std::unique_ptr<LiveSession>> UnixDriver::open_session(const AccountRef& account,
                                                              const Secret& password,
                                                              Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const SshLoginRequest request, login_as(account.user_name, deadline));
  return login_.open_session(request, password, deadline);
}

std::vector<std::pair<std::string, std::string>> UnixDriver::access_details(
    const UserName& user) const {
  std::vector<std::pair<std::string, std::string>> details = {
      {"host", settings_.host}, {"port", std::to_string(settings_.port)}};
  const auto sshd = effective_settings(host_, settings_, {}, Deadline(kTimeToAskSshd));
  const auto keys = sshd ? host_keys(*sshd) : Result<std::vector<SshPublicKey>>();
  if (keys) {
    for (const SshPublicKey& key : *keys) {
      details.emplace_back("host key", key.fingerprint());
    }
  }
  const bool shell = settings_.access == UnixAccess::ssh;
  details.emplace_back("command", fmt::format("{} {} {}@{}", shell ? "ssh -p" : "sftp -P",
                                              settings_.port, user.str(), settings_.host));
  return details;
}

}  // namespace

DriverInfo unix_driver_info() {
  return {"unix", "accounts on this host for SSH or for SFTP only", unix_setting_infos()};
}

Result<std::unique_ptr<TargetDriver>> make_unix_driver(const Target& target, DriverTools tools) {
  SP_ASSIGN(UnixSettings settings, parse_unix_settings(target));
  return std::make_unique<UnixDriver>(std::move(settings), std::move(tools));
}

}  // namespace stagepass::targets
