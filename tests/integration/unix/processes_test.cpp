#include "targets/unix/processes.hpp"

#include "unix_fixture.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <sched.h>
#include <support/in_child.hpp>
#include <sys/mount.h>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;

constexpr Timeout kLong = std::chrono::seconds(10);

/// An account with the hostile program in its home.
struct HostileAccount {
  explicit HostileAccount(UnixFixture& host)
      : ref(host.make_account()),
        uid(host.uid_of(ref)),
        program("/home/" + ref.user_name.str() + "/hostile") {
    fs::copy_file(STAGEPASS_HOSTILE_PROGRAM, program);
    fs::permissions(program, fs::perms(0755));
  }

  /// Runs the program as the account, without sshd, until it says that it is up.
  std::unique_ptr<RunningCommand> start(const std::string& deed) {
    Command command;
    command.argv = {"/usr/bin/setpriv", "--reuid", uid, program, deed};
    auto running = must(process.start(command));
    must(running->wait_for_output("up", kLong));
    return running;
  }

  AccountRef ref;
  std::string uid;
  std::string program;
  system::PosixProcess process;
};

/// Lays a file that opens and cannot be read over what the kernel says of process 1, in a mount
/// namespace of this process alone.
bool hide_process_1() {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("/proc/self/mem", "/proc/1/status", nullptr, MS_BIND, nullptr) == 0;
}

TEST_CASE("A process whose main thread has ended is not taken for a zombie") {
  UnixFixture host("ssh");
  HostileAccount account(host);
  // The states of all threads, also of those behind a main thread that has ended.
  const std::string threads = "ps -L -o stat= -U " + account.uid + " | ";
  host.in_shell_of(account.ref, "nohup ~/hostile outlive >/dev/null 2>&1 </dev/null &");
  REQUIRE(run_shell("timeout 10 sh -c 'until " + threads + "grep ^Z; do :; done'").exit_status ==
          0);
  REQUIRE_FALSE(run_shell(threads + "grep -v ^Z").standard_output.empty());

  CHECK(must(host.driver().end_sessions(account.ref, kTimeout)) >= 1);
  CHECK(run_shell(threads + "grep -v ^Z").standard_output.empty());
}

TEST_CASE("A process that stops all others of its account cannot make ending wait for ever") {
  constexpr int kTries = 50;  // whether it meets our child is a matter of luck
  UnixFixture host("ssh");
  HostileAccount account(host);
  for (int i = 0; i < kTries; ++i) {
    const auto stopper = account.start("stop");
    CHECK(must(host.driver().end_sessions(account.ref, kTimeout)) >= 1);
    CHECK(stopper->ended_within(kLong));
  }
}

TEST_CASE("Connections that arrive all the time do not keep the sessions from ending") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  system::PosixProcess process;
  Command command;
  command.argv = {STAGEPASS_HOSTILE_PROGRAM, "arrive",
                  fmt::format("sshd: {} [priv]", ref.user_name.str())};
  const auto crowd = must(process.start(command));
  must(crowd->wait_for_output("up", kLong));
  const std::string count = fmt::format("pgrep -fc '^sshd: {} .priv'", ref.user_name.str());
  REQUIRE(run_shell("timeout 10 sh -c \"until " + count + "; do :; done\"").exit_status == 0);

  CHECK(must(host.driver().end_sessions(ref, kLong)) >= 1);
  CHECK_FALSE(crowd->ended_within(Timeout::zero()));
}

TEST_CASE("A process that cannot be looked at is not taken for one that has ended") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  const auto uid =
      must(targets::TemporaryUid::make(static_cast<uid_t>(std::stoul(host.uid_of(ref))),
                                       must(targets::UidRange::parse("90000-99999"))));
  CHECK(holds_in_child([&] {
    return hide_process_1() &&
           error_of(targets::processes_of(uid, ref.user_name)) == Errc::unavailable;
  }));
  CHECK(must(targets::processes_of(uid, ref.user_name)).empty());
}

}  // namespace
}  // namespace stagepass::tests
