#include "unix_fixture.hpp"

#include <fmt/core.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace stagepass::tests {
namespace {

constexpr std::array kGroups = {"stagepass-ssh", "stagepass-sftp"};

bool group_exists(const std::string& name) {
  return run_program({"/usr/bin/getent", "-s", "files", "group", name}).exit_status == 0;
}

}  // namespace

UnixFixture::UnixFixture(std::string access, Install install, PrivateSshd::Includes includes)
    : sshd_(includes), access_(std::move(access)) {
  if (::geteuid() != 0) {
    throw std::runtime_error("these tests make real accounts: run them as root");
  }
  for (const char* group : kGroups) {
    if (!group_exists(group)) {
      made_groups_.emplace_back(group);
    }
  }
  driver_ = make_driver();
  sshd_.start();
  if (install == Install::yes) {
    must(driver_->install(kTimeout));
    sshd_.wait_until_reloaded();
  }
}

UnixFixture::~UnixFixture() {
  run_shell(fmt::format("umount {}/jails/*/* 2>/dev/null", sshd_.path("").string()));
  for (const AccountRef& ref : accounts_) {
    static_cast<void>(driver_->disable(ref, kTimeout));
    static_cast<void>(driver_->end_sessions(ref, kTimeout));
    static_cast<void>(driver_->erase(ref, kTimeout));
    run_program({"/usr/sbin/userdel", ref.user_name.str()});  // where a test made a foreign one
  }
  sshd_.stop();
  for (const std::string& group : made_groups_) {
    // Not while somebody else's account is in it.
    run_shell(fmt::format("getent group {0} | grep -q ':$' && groupdel {0}", group));
  }
}

std::unique_ptr<TargetDriver> UnixFixture::make_driver(
    const std::map<std::string, std::string>& more_settings) {
  Target target{must(TargetName::parse("shop")), "unix", Environment::staging, {}, {}, {}, {}, 1};
  target.settings = {{"access", access_},
                     {"host", "shop.example"},
                     {"port", std::to_string(sshd_.port())},
                     {"sshd_config", sshd_.config()},
                     {"sftp_root", sshd_.path("jails")},
                     {"key_root", sshd_.path("keys")},
                     {"uid_range", "90000-99999"},
                     {"uid_ledger", sshd_.path("uids/ledger")}};
  for (const auto& [key, value] : more_settings) {
    target.settings[key] = value;
  }
  return must(
      targets::make_unix_driver(target, {process_, clock_, random_, STAGEPASS_ASKPASS_PROGRAM}));
}

AccountRef UnixFixture::new_ref() {
  IdSeed seed{};
  random_.fill(seed);
  const AccountId id = AccountId::from_seed(seed);
  AccountRef ref{id, user_name_for(id), fmt::format("stagepass/test.{}", id.str())};
  accounts_.push_back(ref);
  return ref;
}

AccountSpec UnixFixture::spec_of(const AccountRef& ref) const {
  return {ref, now() + std::chrono::hours(1), &password_, {}};
}

AccountRef UnixFixture::make_account() {
  AccountRef ref = new_ref();
  must(driver_->create(spec_of(ref), kTimeout));
  return ref;
}

void UnixFixture::end(const AccountRef& ref) {
  must(driver_->disable(ref, kTimeout));
  must(driver_->end_sessions(ref, kTimeout));
  must(driver_->erase(ref, kTimeout));
}

CommandOutput UnixFixture::as_specialist(const std::string& program, const AccountRef& ref,
                                         const std::vector<std::string>& arguments,
                                         const std::vector<std::string>& rest) {
  write_text(sshd_.path("password"), std::string(password_.reveal_text()) + "\n");
  std::filesystem::permissions(sshd_.path("password"), std::filesystem::perms(0600));
  write_text(sshd_.path("known_hosts"),
             fmt::format("[127.0.0.1]:{} {}", sshd_.port(), content_of(sshd_.path("key.pub"))));
  std::vector<std::string> argv = {"/usr/bin/sshpass",    "-f", sshd_.path("password"),
                                   "/usr/bin/" + program, "-F", "none"};
  for (const std::string& option :
       {std::string("BatchMode=no"), std::string("NumberOfPasswordPrompts=1"),
        std::string("StrictHostKeyChecking=yes"), std::string("GlobalKnownHostsFile=none"),
        "UserKnownHostsFile=" + sshd_.path("known_hosts").string(),
        "Port=" + std::to_string(sshd_.port())}) {
    argv.insert(argv.end(), {"-o", option});
  }
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.push_back(ref.user_name.str() + "@127.0.0.1");
  argv.insert(argv.end(), rest.begin(), rest.end());
  return run_program(argv);
}

std::filesystem::path UnixFixture::new_key_pair(const std::string& name) {
  run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", sshd_.path(name)});
  return sshd_.path(name);
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): asked of a host, as the rest is
std::string UnixFixture::uid_of(const AccountRef& ref) const {
  std::string uid = run_program({"/usr/bin/id", "-u", ref.user_name.str()}).standard_output;
  return uid.substr(0, uid.find('\n'));
}

}  // namespace stagepass::tests
