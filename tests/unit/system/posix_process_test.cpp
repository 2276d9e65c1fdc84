#include <stagepass/system/posix_process.hpp>

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <thread>
#include <unistd.h>

namespace stagepass::tests {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

Command shell(const std::string& line) {
  Command command;
  command.argv = {"/bin/sh", "-c", line};
  return command;
}

CommandOutput run(const Command& command) {
  system::PosixProcess process;
  return must(process.run(command));
}

Error error_of_run(const Command& command) {
  system::PosixProcess process;
  const auto result = process.run(command);
  REQUIRE(!result);
  return result.error();
}

/// A killed process may stay as a zombie until somebody collects it; it runs no more.
bool is_running(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/stat");
  std::string ignored;
  std::string state;
  status >> ignored >> ignored >> state;
  return status.good() && state != "Z" && state != "X";
}

/// SIGKILL takes effect soon, not at once.
bool ends_soon(const std::string& pid) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (is_running(pid) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  return !is_running(pid);
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

TEST_CASE("PosixProcess: arguments arrive as they stand", "[system]") {
  Command command;
  command.argv = {"/bin/echo", "$HOME; `id`  *", ""};
  CHECK(run(command).standard_output == "$HOME; `id`  * \n");
}

TEST_CASE("PosixProcess: an exit status is an answer and not an error", "[system]") {
  const CommandOutput output = run(shell("echo out; echo err >&2; exit 7"));
  CHECK(output.exit_status == 7);
  CHECK(output.standard_output == "out\n");
  CHECK(output.standard_error == "err\n");
  CHECK(run(shell("kill -KILL $$")).exit_status == 128 + 9);
}

TEST_CASE("PosixProcess: a program that cannot be run is named with the reason", "[system]") {
  const TempDir folder;
  const std::string file = (folder.path() / "plain").string();
  std::ofstream(file) << "no program";
  Command command;
  command.argv = {"/nonexistent/program"};
  CHECK(error_of_run(command).code == Errc::not_found);
  command.argv = {file};
  CHECK(error_of_run(command).code == Errc::permission_denied);
  command.argv = {"sh"};
  CHECK(error_of_run(command).code == Errc::internal);
}

TEST_CASE("PosixProcess: the environment is ours to give and nothing of it is inherited",
          "[system]") {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  ::setenv("STAGEPASS_SPY", "inherited", 1);
  Command command;
  command.argv = {"/usr/bin/env"};
  command.environment = {{"GIVEN", "yes"}};
  CHECK(run(command).standard_output ==
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\nGIVEN=yes\n");
}

TEST_CASE("PosixProcess: no descriptor beside the first three is inherited", "[system]") {
  const int leaked = ::fcntl(STDERR_FILENO, F_DUPFD, 77);  // without close-on-exec
  REQUIRE(leaked >= 77);
  CHECK(run(shell("for n in $(seq 3 200); do [ ! -e /proc/$$/fd/$n ] || echo $n; done"))
            .standard_output.find("77") == std::string::npos);
  ::close(leaked);
}

TEST_CASE("PosixProcess: the program leads its own group", "[system]") {
  const std::string output = run(shell("cut -d' ' -f5 /proc/$$/stat; echo $$")).standard_output;
  const std::string group = output.substr(0, output.find('\n'));
  CHECK(output == fmt::format("{0}\n{0}\n", group));
}

TEST_CASE("PosixProcess: the program finds no signal blocked or ignored", "[system]") {
  Command command;
  command.argv = {"/bin/grep", "-cE", "Sig(Blk|Ign):.*0000000$", "/proc/self/status"};
  CHECK(run(command).standard_output == "2\n");
}

TEST_CASE("PosixProcess: large input and large output pass each other", "[system]") {
  const std::string text(1UL << 20U, 'x');
  const Secret input = Secret::copy_of(text);
  Command command;
  command.argv = {"/bin/cat"};
  command.input = &input;
  command.output_limit = text.size();
  CHECK(run(command).standard_output == text);
}

TEST_CASE("PosixProcess: a program that never reads its input may end in peace", "[system]") {
  const Secret input = Secret::copy_of(std::string(1UL << 20U, 'x'));
  Command command = shell("exec <&-; echo done");
  command.input = &input;
  CHECK(run(command).standard_output == "done\n");
}

TEST_CASE("PosixProcess: without input the program reads an end", "[system]") {
  Command command;
  command.argv = {"/bin/cat"};
  CHECK(run(command).standard_output.empty());
}

TEST_CASE("PosixProcess: the input shows neither in arguments nor in the environment", "[system]") {
  const Secret input = Secret::copy_of("canary-7291\n");
  Command command = shell("tr '\\0' '\\n' </proc/$$/cmdline; env");
  command.input = &input;
  CHECK_THAT(run(command).standard_output, !ContainsSubstring("canary-7291"));
}

TEST_CASE("PosixProcess: the time-out ends the program and all its children", "[system]") {
  const TempDir folder;
  const auto pid_file = folder.path() / "pid";
  Command command = shell(fmt::format("sleep 60 & echo $! >{}; wait", pid_file.string()));
  command.timeout = 300ms;
  const Error error = error_of_run(command);
  CHECK(error.code == Errc::unreachable);
  CHECK(error.message == "sh did not end within 0.3 s and was stopped");
  CHECK(ends_soon(first_line(pid_file)));
}

TEST_CASE("PosixProcess: a program that ignores SIGTERM is killed", "[system]") {
  const TempDir folder;
  const auto pid_file = folder.path() / "pid";
  Command command = shell(
      fmt::format("trap '' TERM; echo $$ >{}; while :; do sleep 60; done", pid_file.string()));
  command.timeout = 200ms;
  CHECK(error_of_run(command).code == Errc::unreachable);
  CHECK_FALSE(is_running(first_line(pid_file)));
}

TEST_CASE("PosixProcess: output up to the limit is taken and more is an error", "[system]") {
  Command command = shell("printf 12345678");
  command.output_limit = 8;
  CHECK(run(command).standard_output == "12345678");
  command.output_limit = 7;
  CHECK(error_of_run(command).code == Errc::unreachable);
  for (const std::string endless : {"yes", "yes >&2"}) {
    CHECK(error_of_run(shell(endless)).message == "sh said more than it may and was stopped");
  }
}

TEST_CASE("PosixProcess: a child left behind with the output open is killed and not waited for",
          "[system]") {
  const TempDir folder;
  const auto pid_file = folder.path() / "pid";
  const auto started = std::chrono::steady_clock::now();
  const CommandOutput output =
      run(shell(fmt::format("sleep 60 & echo $! >{}; echo done", pid_file.string())));
  CHECK(output.standard_output == "done\n");
  CHECK(std::chrono::steady_clock::now() - started < 10s);
  CHECK(ends_soon(first_line(pid_file)));
}

TEST_CASE("PosixProcess: a started program is heard line by line and ended with its owner",
          "[system]") {
  system::PosixProcess process;
  std::string pid;
  {
    const auto running = must(process.start(shell("echo one; echo my pid is $$; exec sleep 60")));
    const std::string line = must(running->wait_for_output("pid", 5s));
    REQUIRE(line.starts_with("my pid is "));
    pid = line.substr(10);
    CHECK_FALSE(running->ended_within(0ms));
    CHECK(error_of(running->wait_for_output("never said", 10ms)) == Errc::unreachable);
    CHECK(is_running(pid));
  }
  CHECK_FALSE(is_running(pid));
}

TEST_CASE("PosixProcess: a started program gets its input and is seen to end", "[system]") {
  system::PosixProcess process;
  Command command = shell("read word; echo got $word");
  std::unique_ptr<RunningCommand> running;
  {
    const Secret input = Secret::copy_of("banana\n");
    command.input = &input;
    running = must(process.start(command));
  }
  CHECK(must(running->wait_for_output("got", 5s)) == "got banana");
  CHECK(running->ended_within(5s));
}

TEST_CASE("PosixProcess: a started program that dies early tells why", "[system]") {
  system::PosixProcess process;
  const auto running = must(process.start(shell("printf 'no \\033[31mway' >&2; exit 1")));
  const auto line = running->wait_for_output("ready", 5s);
  REQUIRE(!line);
  CHECK(line.error().code == Errc::unreachable);
  CHECK_THAT(line.error().message, ContainsSubstring("sh ended too early: no \\x1b[31mway"));
}

TEST_CASE("PosixProcess: a started program that we had to stop did not end itself", "[system]") {
  system::PosixProcess process;
  Command command = shell("exec sleep 60");
  command.timeout = 100ms;
  const auto running = must(process.start(command));
  CHECK_FALSE(running->ended_within(10s));
  CHECK_FALSE(running->ended_within(0ms));
}

}  // namespace
}  // namespace stagepass::tests
