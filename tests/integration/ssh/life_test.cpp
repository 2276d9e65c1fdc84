#include "remote_host.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::size_t count_of(const std::string& text, const std::string& phrase) {
  std::size_t count = 0;
  for (std::size_t at = text.find(phrase); at != std::string::npos;
       at = text.find(phrase, at + 1)) {
    ++count;
  }
  return count;
}

TEST_CASE("An account with a shell lives and ends with all it left behind") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto driver = host.make_driver({{"access", "ssh"}});
  const UnixFixture& machine = host.machine();
  must(driver->create(account.spec(), kTimeout));
  CHECK(host.machine().in_shell_of(account.ref(), "id -un").standard_output ==
        account.user() + "\n");
  const std::string left = "/tmp/left_by_" + account.user();
  host.machine().in_shell_of(account.ref(),
                             fmt::format("touch {}; echo '* * * * * true' | crontab -; "
                                         "(setsid sleep 600 >/dev/null 2>&1 &)",
                                         left));
  CHECK(std::filesystem::exists(left));

  const auto session = must(driver->open_session(account.ref(), machine.password(), kTimeout));
  must(driver->disable(account.ref(), kTimeout));
  CHECK(must(driver->end_sessions(account.ref(), kTimeout)) >= 2);
  CHECK(session->ended_within(kTimeout));
  CHECK(must(driver->erase(account.ref(), kTimeout)) == TargetDriver::Erased::removed);
  const GoneProof proof = must(driver->verify_gone(account.ref(), &machine.password(), kTimeout));
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::refused);
  CHECK_FALSE(std::filesystem::exists(left));
  CHECK(account.passwd().empty());
}

TEST_CASE("An account for files only gets files and no shell") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  must(host.make_driver()->create(account.spec(), kTimeout));
  const CommandOutput shell = host.machine().in_shell_of(account.ref(), "id");
  CHECK(shell.exit_status != 0);
  CHECK(shell.standard_output.find("uid=") == std::string::npos);
  write_text(host.sshd().path("batch"), "ls /\n");
  const CommandOutput seen = host.machine().as_specialist(
      "sftp", account.ref(), {"-b", host.sshd().path("batch").string()});
  CHECK_THAT(seen.standard_output, ContainsSubstring("files"));
}

TEST_CASE("What is left behind on the other host is seen from here") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto driver = host.make_driver();
  must(driver->create(account.spec(), kTimeout));
  const auto uid = static_cast<uid_t>(std::stoul(host.machine().uid_of(account.ref())));
  must(driver->disable(account.ref(), kTimeout));
  must(driver->erase(account.ref(), kTimeout));
  const std::string left = "/tmp/left_by_" + account.user();
  write_text(left, "x");
  REQUIRE(::chown(left.c_str(), uid, 0) == 0);
  const GoneProof proof = must(driver->verify_gone(account.ref(), nullptr, kTimeout));
  std::filesystem::remove(left);
  REQUIRE(proof.residue.size() == 1);
  CHECK_THAT(proof.residue.front(), ContainsSubstring(left));
}

TEST_CASE("The end of an account costs one wrong login and no more") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto driver = host.make_driver();
  must(driver->create(account.spec(), kTimeout));
  must(driver->disable(account.ref(), kTimeout));
  must(driver->end_sessions(account.ref(), kTimeout));
  must(driver->erase(account.ref(), kTimeout));
  must(driver->verify_gone(account.ref(), &host.machine().password(), kTimeout));
  CHECK(count_of(content_of(host.sshd().path("log")),
                 "Failed password for invalid user " + account.user()) == 1);
}

TEST_CASE("A specialist with a key of his own gets in with it until the end") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto key = host.machine().new_key_pair(account.user());
  AccountSpec spec = account.spec();
  spec.password = nullptr;
  spec.public_key = must(SshPublicKey::parse(content_of(key.string() + ".pub")));
  const auto driver = host.make_driver({{"access", "ssh"}});
  must(driver->create(spec, kTimeout));
  const std::vector<std::string> with_key = {"-i", key.string()};
  CHECK(host.machine().as_specialist("ssh", account.ref(), with_key, {"id -un"}).standard_output ==
        account.user() + "\n");
  must(driver->set_end(account.ref(), host.machine().now() - std::chrono::hours(48), kTimeout));
  CHECK(host.machine().as_specialist("ssh", account.ref(), with_key, {"id -un"}).exit_status != 0);
}

TEST_CASE("The other host says what it lacks and gets it") {
  RemoteHost& host = RemoteHost::instance();
  const auto rules = host.sshd().path("sshd_config.d/stagepass.conf");
  std::filesystem::remove(rules);
  const auto driver = host.make_driver();
  const std::string problems = problems_of(*driver);
  CHECK_THAT(problems, ContainsSubstring("no rules for temporary accounts"));
  CHECK_THAT(problems, ContainsSubstring("\nMatch Group stagepass-sftp\n"));
  const RemoteAccount account(host);
  CHECK(error_of(driver->create(account.spec(), kTimeout)) == Errc::refused);
  CHECK(account.passwd().empty());

  CHECK_FALSE(must(driver->install(kTimeout)).empty());
  CHECK(problems_of(*driver).empty());  // also while sshd reads its configuration again
  host.sshd().stop();
  host.sshd().start();
  CHECK(must(driver->install(kTimeout)).empty());
  CHECK(std::filesystem::exists(rules));
}

TEST_CASE("The specialist is told the host and the host key that were confirmed") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto details = host.make_driver()->access_details(account.ref().user_name);
  REQUIRE(details.size() == 4);
  CHECK(details[0] == std::pair<std::string, std::string>("host", "127.0.0.1"));
  CHECK(details[2].second == must(SshPublicKey::parse(host.host_key())).fingerprint());
  CHECK(details[3].second ==
        fmt::format("sftp -P {} {}@127.0.0.1", host.sshd().port(), account.user()));
}

}  // namespace
}  // namespace stagepass::tests
