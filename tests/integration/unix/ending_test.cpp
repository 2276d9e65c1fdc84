#include "unix_fixture.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <sys/mount.h>
#include <utility>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

constexpr Timeout kShort = std::chrono::milliseconds(300);
constexpr Timeout kLong = std::chrono::seconds(10);

/// Processes of the uid that live; zombies do not.
std::string living_processes(const std::string& uid) {
  return run_shell("ps -o stat=,args= -U " + uid + " | grep -v '^Z'").standard_output;
}

TEST_CASE("Disabling refuses new logins and ending the sessions ends an open one") {
  for (const char* access : {"ssh", "sftp"}) {
    UnixFixture host(access);
    const AccountRef ref = host.make_account();
    const std::string uid = host.uid_of(ref);
    const auto session = must(host.driver().open_session(ref, host.password(), kTimeout));
    must(host.driver().disable(ref, kTimeout));
    CHECK_FALSE(session->ended_within(kShort));
    CHECK_FALSE(host.driver().open_session(ref, host.password(), kTimeout));

    CHECK(must(host.driver().end_sessions(ref, kTimeout)) >= 1);
    CHECK(session->ended_within(kLong));
    CHECK(living_processes(uid).empty());
  }
}

TEST_CASE("Ending the sessions finds what was left running in the background") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  const std::string uid = host.uid_of(ref);
  // One of them starts itself anew for ever, faster than anybody could list it.
  host.in_shell_of(ref,
                   "nohup sleep 600 >/dev/null 2>&1 & "
                   "until pgrep -x -u \"$(id -u)\" sleep >/dev/null; do :; done; "
                   "echo '(sh $0 &) ; exit' > ~/again; "
                   "nohup setsid sh ~/again >/dev/null 2>&1 </dev/null &");
  CHECK_THAT(living_processes(uid), ContainsSubstring("sleep 600"));
  CHECK(must(host.driver().end_sessions(ref, kTimeout)) >= 1);
  CHECK(living_processes(uid).empty());
}

TEST_CASE("A connection that is still waiting for its password is closed") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  const fs::path silent = host.sshd().path("silent");
  write_text(silent, "#!/bin/sh\nexec sleep 600\n");
  fs::permissions(silent, fs::perms(0755));
  system::PosixProcess process;
  Command command;
  command.argv = {"/usr/bin/ssh",
                  "-F",
                  "none",
                  "-o",
                  "StrictHostKeyChecking=no",
                  "-o",
                  "UserKnownHostsFile=/dev/null",
                  "-o",
                  "PreferredAuthentications=password",
                  "-p",
                  std::to_string(host.sshd().port()),
                  ref.user_name.str() + "@127.0.0.1"};
  command.environment = {{"SSH_ASKPASS", silent}, {"SSH_ASKPASS_REQUIRE", "force"}};
  const auto waiting = must(process.start(command));
  const std::string monitor = fmt::format(
      "timeout 10 sh -c 'until pgrep -f \"^sshd: {} .priv\"; do :; done'", ref.user_name.str());
  REQUIRE(run_shell(monitor).exit_status == 0);
  must(host.driver().end_sessions(ref, kTimeout));
  CHECK(run_shell(fmt::format("pgrep -f '^sshd: {} .priv'", ref.user_name.str()))
            .standard_output.empty());
}

TEST_CASE("Whatever an account left on the host is removed and nothing else") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  const std::string uid = host.uid_of(ref);
  const std::string name = ref.user_name.str();
  const CommandOutput made = host.in_shell_of(
      ref, fmt::format("set -e; echo '* * * * * true' | crontab -; echo true | at now + 1 hour; "
                       "mkdir -p /tmp/{0}/deep/er /var/tmp/{0}; echo x > /tmp/{0}/deep/er/file; "
                       "ln -s /etc /tmp/{0}/link; ln -s /etc/passwd /dev/shm/{0}; ipcmk -M 64; "
                       "echo x > /var/tmp/{0}/file; ipcmk -Q; ipcmk -S 1",
                       name));
  REQUIRE(made.exit_status == 0);
  const std::string passwd = content_of("/etc/passwd");

  host.end(ref);
  CHECK(must(host.driver().verify_gone(ref, nullptr, kTimeout)).residue.empty());
  for (const std::string folder :
       {"/tmp/", "/var/tmp/", "/dev/shm/", "/var/spool/cron/crontabs/"}) {
    CHECK_FALSE(fs::exists(fs::symlink_status(folder + name)));
  }
  CHECK(run_shell("find /var/spool/cron -uid " + uid).standard_output.empty());
  CHECK_THAT(run_shell("ipcs -m -q -s").standard_output, !ContainsSubstring(uid));
  CHECK(fs::exists("/etc/ssh"));
  CHECK(passwd.find(name) != std::string::npos);
  CHECK(content_of("/etc/passwd").find(name) == std::string::npos);
}

TEST_CASE("Each kind of residue is found and keeps an account from being gone") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  const std::string uid = host.uid_of(ref);
  const std::string name = ref.user_name.str();
  host.end(ref);
  const std::vector<std::pair<std::string, std::string>> plants = {
      {"mkdir -p /tmp/x{0}; touch /tmp/x{0}/f; chown -R {1} /tmp/x{0}",
       "2 files of uid {1} in /tmp"},
      {"touch /dev/shm/{0}; chown {1} /dev/shm/{0}", "a file of uid {1} in /dev/shm"},
      {"touch /var/spool/cron/crontabs/{0}", "crontab of {0}"},
      {"touch /var/spool/cron/atjobs/a{0}; chown {1} /var/spool/cron/atjobs/a{0}",
       "a file of uid {1} in /var/spool/cron/atjobs"},
      {"mkdir -p /var/mail; touch /var/mail/{0}", "mail of {0}"},
      {"mkdir -p /home/{0}", "/home/{0}"},
      {"setpriv --reuid {1} ipcmk -M 64", "1 System V IPC objects of uid {1}"}};
  for (const auto& [plant, phrase] : plants) {
    REQUIRE(run_shell(fmt::format(fmt::runtime(plant), name, uid)).exit_status == 0);
    const GoneProof proof = must(host.driver().verify_gone(ref, nullptr, kTimeout));
    REQUIRE(proof.residue.size() == 1);
    CHECK_THAT(proof.residue.front(),
               ContainsSubstring(fmt::format(fmt::runtime(phrase), name, uid)));
    CHECK(must(host.driver().erase(ref, kTimeout)) == TargetDriver::Erased::already_absent);
    CHECK(must(host.driver().verify_gone(ref, nullptr, kTimeout)).residue.empty());
  }
}

TEST_CASE("A process of the uid is found after the name is gone and ended by erasing again") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  const std::string uid = host.uid_of(ref);
  host.end(ref);
  system::PosixProcess process;
  Command command;
  command.argv = {"/usr/bin/setpriv", "--reuid", uid, "/bin/sh", "-c", "echo up; exec sleep 600"};
  const auto hidden = must(process.start(command));
  must(hidden->wait_for_output("up", kLong));

  const GoneProof proof = must(host.driver().verify_gone(ref, nullptr, kTimeout));
  CHECK(proof.residue == std::vector<std::string>{"a process of " + ref.user_name.str()});
  must(host.driver().erase(ref, kTimeout));
  CHECK(hidden->ended_within(kLong));
  CHECK(must(host.driver().verify_gone(ref, nullptr, kTimeout)).residue.empty());
}

TEST_CASE("A shop that is mounted into a jail survives the end of the account") {
  UnixFixture host("sftp");
  const AccountRef ref = host.make_account();
  const fs::path shop = host.sshd().path("shop");
  const fs::path mounted = host.sshd().path("jails") / ref.user_name.str() / "shop";
  fs::create_directory(shop);
  write_text(shop / "index.php", "the shop");
  fs::create_directory(mounted);
  REQUIRE(::mount(shop.c_str(), mounted.c_str(), nullptr, MS_BIND, nullptr) == 0);

  const auto refused = host.driver().erase(ref, kTimeout);
  CHECK(error_of(refused) == Errc::refused);
  CHECK_THAT(refused.error().hint, ContainsSubstring("umount " + mounted.string()));
  CHECK(content_of(shop / "index.php") == "the shop");
  CHECK_FALSE(must(host.driver().verify_gone(ref, nullptr, kTimeout)).residue.empty());

  REQUIRE(::umount(mounted.c_str()) == 0);
  must(host.driver().erase(ref, kTimeout));
  CHECK(must(host.driver().verify_gone(ref, nullptr, kTimeout)).residue.empty());
  CHECK(content_of(shop / "index.php") == "the shop");
}

TEST_CASE("A home that is deeper than a process may open folders is removed") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  host.in_shell_of(ref, R"(perl -e 'for (1..1500) { mkdir "d"; chdir "d" }')");
  host.end(ref);
  CHECK_FALSE(fs::exists("/home/" + ref.user_name.str()));
}

TEST_CASE("An account that is still there is not gone") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  CHECK(error_of(host.driver().verify_gone(ref, &host.password(), kTimeout)) == Errc::pending);
}

TEST_CASE("Only the sshd with our host key can prove that a login is refused") {
  UnixFixture host("ssh");
  const AccountRef ref = host.new_ref();
  host.sshd().publish_another_key();
  const auto stranger = host.driver().verify_gone(ref, &host.password(), kTimeout);
  CHECK(error_of(stranger) == Errc::unreachable);
  CHECK_THAT(stranger.error().message, ContainsSubstring("does not have the host key"));

  host.sshd().stop();
  const auto nobody = host.driver().verify_gone(ref, &host.password(), kTimeout);
  CHECK(error_of(nobody) == Errc::unreachable);
}

}  // namespace
}  // namespace stagepass::tests
