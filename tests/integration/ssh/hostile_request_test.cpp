// What somebody gets who has taken over the vault's host: the key, and all the time to try.
#include "remote_host.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string account_files() {
  return content_of("/etc/passwd") + content_of("/etc/shadow") + content_of("/etc/group");
}

std::string end_and_more(const std::string& more = {}) {
  return R"(,"ends_at":"2031-01-01T00:00:00Z")" + more;
}

TEST_CASE("The key runs stagepass-target whatever its holder asks for") {
  RemoteHost& host = RemoteHost::instance();
  const std::string refusal = R"("error":"invalid")";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"cat /etc/shadow"}, {"/bin/sh"}, {"stagepass-target; id"}, {}}) {
    const CommandOutput seen = host.ssh({"-T"}, command);
    CHECK_THAT(seen.standard_output, ContainsSubstring(refusal));
    CHECK(seen.standard_output.find("root:") == std::string::npos);
    CHECK(seen.standard_output.find("uid=") == std::string::npos);
  }
  CHECK_THAT(host.ssh({"-s"}, {"sftp"}).standard_output, ContainsSubstring(refusal));
  CHECK(host.ssh({"-tt"}, {"id"}).standard_output.find("uid=") == std::string::npos);
}

TEST_CASE("The key opens no way through the host") {
  RemoteHost& host = RemoteHost::instance();
  const std::string here = fmt::format("127.0.0.1:{}", host.sshd().port());
  const CommandOutput through = host.ssh({"-W", here}, {});
  CHECK(through.exit_status != 0);
  CHECK(through.standard_output.find("SSH-2.0") == std::string::npos);
  CHECK(host.ssh({"-o", "ExitOnForwardFailure=yes", "-R", "0:" + here}, {}).exit_status == 255);
}

TEST_CASE("A request that stagepass would not have made changes nothing") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const std::string good = request_line("create", account.ref(), end_and_more());
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string line = good;
    const std::size_t at = line.find(what);
    REQUIRE(at != std::string::npos);
    return line.replace(at, what.size(), instead);
  };
  const std::string user = fmt::format(R"("user":"{}")", account.user());
  const std::string marker = fmt::format(R"("marker":"{}")", account.ref().marker);
  const std::string before = account_files();
  for (const std::string& line : {
           with(user, R"("user":"root")"),
           with(user, R"("user":"../x")"),
           with(user, R"("user":"")"),
           with(user, R"("user":"sp0000000000")"),
           with(user, fmt::format(R"("user":"{}\n")", account.user())),
           with(user, fmt::format(R"("user":"{}","user":"root")", account.user())),
           with(user, R"("user":7)"),
           with(user, R"("user":{"x":{"y":"z"}})"),
           with(marker, R"("marker":"")"),
           with(marker, R"("marker":"root")"),
           with(marker, R"("marker":"stagepass/x:0:0:")"),
           with(marker, R"("marker":"stagepass/x\nroot2::0:0:::/bin/sh")"),
           with(marker, R"("marker":"stagepass/x,y")"),
           with(marker, R"("marker":"stagepass/)" + std::string(100, 'x') + '"'),
           with(R"("stagepass":1)", R"("stagepass":2)"),
           with("2031-01-01T00:00:00Z", "for ever"),
           with(end_and_more(), ""),
           with(end_and_more(), end_and_more(R"(,"public_key":"command=\"sh\" ssh-ed25519 AAAA")")),
           with(end_and_more(), end_and_more(R"(,"public_key":true)")),
           good.substr(0, good.size() - 1) + "}\n",
           "[" + good,
           std::string("\0\n", 2),
           std::string("\n"),
           std::string(1'000'000, 'x'),
           std::string(1'000'000, '{') + "\n",
       }) {
    INFO(line.substr(0, 300));
    CHECK_THAT(host.ask(line).standard_output, ContainsSubstring(R"("error":"invalid")"));
  }
  CHECK_THAT(host.ask(with(R"("create")", R"("adduser")")).standard_output,
             ContainsSubstring(R"("error":"unsupported")"));
  CHECK(account_files() == before);
}

TEST_CASE("What a password may not be stops at the host") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const std::string before = account_files();
  for (const char* password : {R"(x\nroot:x)", R"(x\r)"}) {
    const std::string line = request_line(
        "create", account.ref(), end_and_more(fmt::format(R"(,"password":"{}")", password)));
    const CommandOutput answer = host.ask(line);
    INFO(answer.standard_output);
    CHECK(content_of("/etc/shadow").find("root:x") == std::string::npos);
  }
  host.sweep(account.ref());
  CHECK(account_files() == before);
}

TEST_CASE("Input without end is cut off at once") {
  RemoteHost& host = RemoteHost::instance();
  for (const char* source : {"cat /dev/zero", "yes", "yes | tr -d '\\n'"}) {
    const CommandOutput seen =
        run_shell(fmt::format("{} 2>/dev/null | timeout 10 {} {}", source, STAGEPASS_TARGET_PROGRAM,
                              host.settings_file()));
    CHECK(seen.exit_status == 0);
    CHECK_THAT(seen.standard_output, ContainsSubstring(R"("error":"invalid")"));
  }
}

TEST_CASE("An account of another vault is not touched") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  must(host.make_driver()->create(account.spec(), kTimeout));
  AccountRef other = account.ref();
  other.marker = "stagepass/" + other.id.str() + ".another";
  const std::string before = account_files();
  for (const char* operation : {"set_end", "create", "disable", "end_sessions", "delete"}) {
    INFO(operation);
    CHECK_THAT(host.ask(request_line(operation, other, end_and_more())).standard_output,
               ContainsSubstring(R"("error":"refused")"));
  }
  CHECK_THAT(host.ask(request_line("probe", other)).standard_output,
             ContainsSubstring(R"("presence":"foreign")"));
  CHECK(host.ask(request_line("verify", other)).standard_output.find(R"("gone":true)") ==
        std::string::npos);
  CHECK(account_files() == before);
}

TEST_CASE("An account outside the range of this host is not touched whatever its mark") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  run_program(
      {"/usr/sbin/useradd", "-M", "-u", "89999", "-c", account.ref().marker, account.user()});
  const std::string before = account_files();
  CHECK_THAT(host.ask(request_line("probe", account.ref())).standard_output,
             ContainsSubstring(R"("presence":"foreign")"));
  CHECK_THAT(host.ask(request_line("delete", account.ref())).standard_output,
             ContainsSubstring(R"("error":"refused")"));
  CHECK(account_files() == before);
}

TEST_CASE("No request widens what the host allows") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  std::string line = request_line("create", account.ref(), end_and_more());
  const std::string own = R"("access":"sftp")";
  line.replace(line.find(own), own.size(),
               own + R"(,"groups":"sudo","uid_range":"0-0","shell":"/bin/sh","sftp_root":"/root")");
  CHECK_THAT(host.ask(line).standard_output, ContainsSubstring(R"("ok":true)"));
  CHECK(std::stoul(host.machine().uid_of(account.ref())) >= 90000);
  CHECK(run_program({"/usr/bin/id", "-nG", account.user()}).standard_output.find("sudo") ==
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists("/root/" + account.user()));
}

TEST_CASE("A host that allows files only gives no shell") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  std::string settings = host.standard_settings();
  settings.replace(settings.find("ssh,sftp"), 8, "sftp");
  host.allow(settings);
  const auto refused = host.make_driver({{"access", "ssh"}})->create(account.spec(), kTimeout);
  const auto allowed = host.make_driver()->probe(account.ref(), kTimeout);
  host.allow(host.standard_settings());
  CHECK(error_of(refused) == Errc::refused);
  CHECK_THAT(refused.error().message, ContainsSubstring("does not allow access=ssh"));
  CHECK(must(allowed) == Presence::absent);
  CHECK(account.passwd().empty());
}

TEST_CASE("Settings that others could have written or that are wrong are not heeded") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto answer = [&] {
    return host.ask(request_line("probe", account.ref())).standard_output;
  };
  std::filesystem::permissions(host.settings_file(), std::filesystem::perms(0644));
  CHECK_THAT(answer(), ContainsSubstring("can be used by others"));
  for (const char* wrong : {"access\n", "access=sftp\naccess=ssh\n", "access=sftp\nno_such=1\n",
                            "access=sftp\ngroups=sudo\n", "uid_range=90000-99999\n", ""}) {
    INFO(wrong);
    host.allow(wrong);
    CHECK_THAT(answer(), ContainsSubstring(R"("error":"refused")"));
  }
  std::filesystem::remove(host.settings_file());
  CHECK_THAT(answer(), ContainsSubstring("chmod 600 " + host.settings_file()));
  host.allow(host.standard_settings());
  CHECK_THAT(answer(), ContainsSubstring(R"("presence":"absent")"));
}

TEST_CASE("Requests at the same time are done one after the other") {
  RemoteHost& host = RemoteHost::instance();
  constexpr std::size_t kAtOnce = 6;
  std::vector<std::unique_ptr<RemoteAccount>> accounts;
  std::vector<std::string> answers(kAtOnce);
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    accounts.push_back(std::make_unique<RemoteAccount>(host));
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      threads.emplace_back([&, i] {
        answers[i] =
            host.ask(request_line("create", accounts[i]->ref(), end_and_more())).standard_output;
      });
    }
  }
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    CHECK(answers[i] == "{\"ok\":true}\n");
    CHECK_FALSE(accounts[i]->passwd().empty());
  }
}

TEST_CASE("A password never leaves the input of stagepass-target") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  must(host.make_driver()->create(account.spec(), kTimeout));
  const std::string password(host.machine().password().reveal_text());
  CHECK(content_of(host.sshd().path("log")).find(password) == std::string::npos);
  for (const char* operation : {"probe", "verify", "list"}) {
    const CommandOutput answer = host.ask(
        request_line(operation, account.ref(), fmt::format(R"(,"password":"{}")", password)));
    CHECK(answer.standard_output.find(password) == std::string::npos);
    CHECK(answer.standard_error.find(password) == std::string::npos);
  }
}

}  // namespace
}  // namespace stagepass::tests
