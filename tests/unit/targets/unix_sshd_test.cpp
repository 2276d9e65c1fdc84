#include "targets/ssh_login.hpp"
#include "targets/unix/sshd.hpp"
#include "targets/unix/sshd_fragment.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::SshdSettings;
using targets::UnixSettings;

const UserName user_name = must(UserName::parse("sp7f3k9q2m5x"));
constexpr const char* kLockedIn =
    "passwordauthentication yes\n"
    "allowtcpforwarding no\n"
    "allowstreamlocalforwarding no\n"
    "allowagentforwarding no\n"
    "x11forwarding no\n"
    "permittunnel no\n"
    "permituserrc no\n"
    "permittty no\n"
    "authorizedkeysfile /etc/ssh/stagepass/%u\n"
    "chrootdirectory /srv/stagepass/%u\n"
    "forcecommand internal-sftp -u 0027\n"
    "hostkey /etc/ssh/a\n"
    "hostkey /etc/ssh/b\n"
    "allowgroups root shop\n";

UnixSettings settings_for(const std::string& access) {
  Target target{must(TargetName::parse("shop")), "unix", Environment::staging, {}, {}, {}, {}, 1};
  target.settings = {{"access", access}};
  return must(targets::parse_unix_settings(target));
}

std::string without(const std::string& text, const std::string& line) {
  std::string rest = text;
  const std::size_t begin = rest.find(line);
  return rest.erase(begin, rest.find('\n', begin) + 1 - begin);
}

TEST_CASE("sshd settings: values and lists are read from its own words") {
  const SshdSettings sshd = SshdSettings::parse(kLockedIn);
  CHECK(sshd.value("forcecommand") == "internal-sftp -u 0027");
  CHECK(sshd.value("nosuchkeyword").empty());
  CHECK(sshd.list("hostkey") == std::vector<std::string>{"/etc/ssh/a", "/etc/ssh/b"});
  CHECK(sshd.list("allowgroups") == std::vector<std::string>{"root", "shop"});
}

TEST_CASE("sshd settings: an account is let in only behind every rule") {
  const UnixSettings sftp = settings_for("sftp");
  CHECK(targets::gaps_in_rules(SshdSettings::parse(kLockedIn), sftp, user_name).empty());
  for (const char* rule :
       {"passwordauthentication", "allowtcpforwarding", "allowstreamlocalforwarding",
        "allowagentforwarding", "x11forwarding", "permittunnel", "permituserrc", "permittty",
        "authorizedkeysfile", "chrootdirectory", "forcecommand"}) {
    const auto gaps =
        targets::gaps_in_rules(SshdSettings::parse(without(kLockedIn, rule)), sftp, user_name);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps.front() == std::string(rule) + " is not set");
  }
}

TEST_CASE("sshd settings: a jail of another account or a lookalike command is a gap") {
  const UnixSettings sftp = settings_for("sftp");
  std::string other = without(without(kLockedIn, "chrootdirectory"), "forcecommand");
  other += "chrootdirectory /srv/stagepass/spother\nforcecommand internal-sftp-evil\n";
  CHECK(targets::gaps_in_rules(SshdSettings::parse(other), sftp, user_name).size() == 2);
}

TEST_CASE("sshd fragment: it goes where Match blocks belong") {
  const TempDir folder;
  const std::string include = "Include " + folder.path().string() + "/*.conf\n";
  CHECK(targets::place_of_fragment("/x/sshd_config", include) == folder.path() / "stagepass.conf");
  CHECK(targets::place_of_fragment("/x/sshd_config", "# " + include) == "/x/sshd_config");
  CHECK(targets::place_of_fragment("/x/sshd_config", "Match User ana\n" + include) ==
        "/x/sshd_config");
  CHECK(targets::place_of_fragment("/x/sshd_config", "Include /no/such/folder/*.conf\n") ==
        "/x/sshd_config");
  const std::string too_long = "/" + std::string(300, 'a') + "/*.conf";
  CHECK(targets::place_of_fragment("/x/sshd_config", "Include " + too_long + "\n") ==
        "/x/sshd_config");
}

TEST_CASE("sshd fragment: an older one is replaced and its surroundings stay") {
  const std::string fresh = targets::sshd_fragment(settings_for("ssh"));
  const std::string old = "UsePAM yes\n# stagepass begin\nMatch Group x\n# stagepass end\n# mine\n";
  CHECK(targets::with_fragment(old, fresh) == "UsePAM yes\n" + fresh + "\n# mine\n");
  CHECK(targets::with_fragment("UsePAM yes", fresh) == "UsePAM yes\n" + fresh + "\n");
  CHECK(targets::with_fragment(fresh + "\n", fresh) == fresh + "\n");
}

/// Answers every program alike and remembers how it was called.
class RecordingProcess final : public Process {
 public:
  Result<CommandOutput> run(const Command& command) override {
    called = command;
    input = std::string(command.input->reveal_text());
    return answer;
  }
  Result<std::unique_ptr<RunningCommand>> start(const Command& /*command*/) override {
    return fail(Errc::internal, "not used");
  }
  CommandOutput answer;
  Command called;
  std::string input;
};

struct Login {
  RecordingProcess process;
  targets::SshLogin login{process, "/opt/askpass"};
  Secret password = Secret::copy_of("hunter2");

  Result<targets::LoginOutcome> answered(int status, const std::string& said) {
    process.answer = {status, "", said};
    const SshPublicKey key = must(SshPublicKey::parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIat0J6qfSVH/ymFc558wkS7em+FaLI+g0zA0dMQdg1T"));
    return login.try_login({{"127.0.0.1", 2222, {key}}, user_name, targets::SshUse::shell},
                           password, targets::Deadline(std::chrono::seconds(5)));
  }
};

TEST_CASE("ssh login: the password goes through standard input only") {
  Login test;
  must(test.answered(0, ""));
  CHECK(test.process.input == "hunter2\n");
  for (const std::string& argument : test.process.called.argv) {
    CHECK_THAT(argument, !ContainsSubstring("hunter2"));
  }
  for (const auto& [name, value] : test.process.called.environment) {
    CHECK_THAT(value, !ContainsSubstring("hunter2"));
  }
  CHECK(test.process.called.environment.at("SSH_ASKPASS") == "/opt/askpass");
}

TEST_CASE("ssh login: only a plain no of the server counts as refused") {
  Login test;
  CHECK(must(test.answered(0, "")) == targets::LoginOutcome::accepted);
  CHECK(must(test.answered(
            255, "sp7f3k9q2m5x@127.0.0.1: Permission denied (publickey,password).\r\n")) ==
        targets::LoginOutcome::refused);
  INFO("a reason to disconnect that anybody may have sent, which ssh repeats");
  CHECK(error_of(test.answered(255, "sp@h: Permission denied (publickey,password).\r\n")) ==
        Errc::unreachable);
  for (const char* said :
       {"Connection closed by 127.0.0.1 port 22", "Host key verification failed.",
        "ssh: connect to host h port 22: Connection refused", "Connection timed out", ""}) {
    CHECK(error_of(test.answered(255, said)) == Errc::unreachable);
  }
  CHECK(error_of(test.answered(1, "sp@h: Permission denied (x)")) == Errc::unreachable);
}

}  // namespace
}  // namespace stagepass::tests
