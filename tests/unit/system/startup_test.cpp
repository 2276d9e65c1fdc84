#include <stagepass/system/files.hpp>
#include <stagepass/system/posix_process.hpp>
#include <stagepass/system/startup.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <support/catch.hpp>
#include <support/in_child.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

/// What the probe, run by a shell line, says about itself after hardening.
std::string facts(const std::string& shell_line,
                  const std::map<std::string, std::string>& environment = {}) {
  system::PosixProcess process;
  Command command;
  command.argv = {"/bin/sh", "-c", shell_line, STARTUP_PROBE};
  command.environment = environment;
  return must(process.run(command)).standard_output;
}

std::string facts_of_probe(const std::map<std::string, std::string>& environment = {}) {
  return facts("exec \"$0\"", environment);
}

TEST_CASE("Startup: a hardened process leaves no dump and is not traceable", "[system]") {
  const std::string seen = facts("ulimit -c unlimited; umask 022; exec \"$0\"");
  CHECK_THAT(seen, ContainsSubstring("core limit 0 0\n"));
  CHECK_THAT(seen, ContainsSubstring("dumpable 0\n"));
  CHECK_THAT(seen, ContainsSubstring("umask 77\n"));
}

TEST_CASE("Startup: closed standard descriptors are opened", "[system]") {
  CHECK_THAT(facts("exec \"$0\" <&- 2>&-"), ContainsSubstring("open true true true\n"));
}

TEST_CASE("Startup: a closed pipe and an inherited ignored SIGCHLD do no harm", "[system]") {
  const std::string seen = facts("trap '' CHLD; exec \"$0\"");
  CHECK_THAT(seen, ContainsSubstring("pipe ignored true\n"));
  CHECK_THAT(seen, ContainsSubstring("child ignored false\n"));
}

TEST_CASE("Startup: only the variables in use stay in the environment", "[system]") {
  const std::string seen = facts_of_probe({{"HOME", "/h"},
                                           {"STAGEPASS_HOME", "/v"},
                                           {"LC_TIME", "C"},
                                           {"NO_COLOR", "1"},
                                           {"LD_LIBRARY_PATH", "/evil"},
                                           {"SSH_AUTH_SOCK", "/agent"},
                                           {"STAGEPAS", "near miss"}});
  CHECK_THAT(seen, ContainsSubstring("env HOME=/h\n"));
  CHECK_THAT(seen, ContainsSubstring("env STAGEPASS_HOME=/v\n"));
  CHECK_THAT(seen, ContainsSubstring("env LC_TIME=C\n"));
  CHECK_THAT(seen, ContainsSubstring("env NO_COLOR=1\n"));
  for (const std::string gone : {"LD_LIBRARY_PATH", "SSH_AUTH_SOCK", "STAGEPAS=", "env PATH="}) {
    CHECK_THAT(seen, !ContainsSubstring(gone));
  }
}

TEST_CASE("Startup: a set-user-id program refuses to run", "[system]") {
  if (::geteuid() != 0) {
    WARN("not tried: only root can make a set-user-id program that counts");
    return;
  }
  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const std::filesystem::path program = folder.path() / "probe";
  std::filesystem::copy_file(STARTUP_PROBE, program);
  REQUIRE(::chown(program.c_str(), 65534, 65534) == 0);
  std::filesystem::permissions(program, std::filesystem::perms(04755));
  system::PosixProcess process;
  Command command;
  command.argv = {program.string()};
  const CommandOutput output = must(process.run(command));
  CHECK(output.exit_status == 1);
  CHECK_THAT(output.standard_output, ContainsSubstring("refused: "));
}

TEST_CASE("Startup: the actor names user and host and who called sudo", "[system]") {
  CHECK_THAT(facts_of_probe(), ContainsSubstring("(uid " + std::to_string(::getuid()) + ") on "));
  if (::getuid() == 0) {
    CHECK_THAT(facts_of_probe({{"SUDO_UID", "1"}}),
               ContainsSubstring("actor daemon (uid 1, as root) on "));
    CHECK_THAT(facts_of_probe({{"SUDO_UID", "1x"}}), ContainsSubstring("actor root (uid 0) on "));
  }
}

TEST_CASE("Startup: an ordinary user cannot pass as somebody else", "[system]") {
  CHECK(holds_in_child([] {
    become_nobody();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    ::setenv("SUDO_UID", "1", 1);
    return system::current_actor().find("daemon") == std::string::npos;
  }));
}

TEST_CASE("Startup: the own executable is an absolute path of this program", "[system]") {
  CHECK(system::own_executable().is_absolute());
  CHECK(system::own_executable().filename() == "system_tests");
}

/// What arrives at a service manager's socket of this name.
std::string notified(const std::string& socket_name) {
  const system::FileDescriptor receiver(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  std::copy(socket_name.begin(), socket_name.end(), std::begin(address.sun_path));
  if (socket_name.front() == '@') {
    address.sun_path[0] = '\0';
  }
  REQUIRE(::bind(receiver.get(), reinterpret_cast<const struct sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) +
                                        socket_name.size())) == 0);
  REQUIRE(holds_in_child([&] {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    ::setenv("NOTIFY_SOCKET", socket_name.c_str(), 1);
    system::notify_service_manager("READY=1");
    return true;
  }));
  std::array<char, 64> buffer{};
  const ssize_t size = ::recv(receiver.get(), buffer.data(), buffer.size(), 0);
  return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
}

TEST_CASE("Startup: the service manager is told at a path and at an abstract name", "[system]") {
  const TempDir folder;
  CHECK(notified((folder.path() / "notify").string()) == "READY=1");
  CHECK(notified("@stagepass-test-" + std::to_string(::getpid())) == "READY=1");
}

TEST_CASE("Startup: without a service manager telling it does nothing", "[system]") {
  CHECK(holds_in_child([] {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    ::unsetenv("NOTIFY_SOCKET");
    system::notify_service_manager("READY=1");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    ::setenv("NOTIFY_SOCKET", std::string(500, 'x').c_str(), 1);
    system::notify_service_manager("READY=1");
    return true;
  }));
}

}  // namespace
}  // namespace stagepass::tests
