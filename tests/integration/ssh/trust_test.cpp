// Who talks to whom: host keys that nobody confirmed, keys that are not let in, or let in too far.
#include "remote_host.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <support/cutting_proxy.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string fingerprint_of(const std::filesystem::path& public_key) {
  const std::string line =
      run_program({"/usr/bin/ssh-keygen", "-l", "-f", public_key}).standard_output;
  const std::size_t begin = line.find("SHA256:");
  return line.substr(begin, line.find(' ', begin) - begin);
}

TEST_CASE("A host key that nobody confirmed is shown and nothing is said to the host") {
  RemoteHost& host = RemoteHost::instance();
  const auto driver = host.make_driver({{"host_key", ""}});
  const std::string problems = problems_of(*driver);
  CHECK_THAT(problems, ContainsSubstring("is not confirmed"));
  CHECK_THAT(problems, ContainsSubstring(fingerprint_of(host.sshd().path("key.pub"))));
  CHECK(must(driver->install(kTimeout)).empty());
  const RemoteAccount account(host);
  CHECK(error_of(driver->probe(account.ref(), kTimeout)) == Errc::invalid_argument);
  CHECK(error_of(driver->create(account.spec(), kTimeout)) == Errc::invalid_argument);
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::invalid_argument);
}

TEST_CASE("The host key that was shown can be pasted as it stands") {
  RemoteHost& host = RemoteHost::instance();
  const std::string shown = problems_of(*host.make_driver({{"host_key", ""}}));
  const std::string begins = "host_key='";
  const std::size_t begin = shown.find(begins) + begins.size();
  const std::string key = shown.substr(begin, shown.find('\'', begin) - begin);
  CHECK(problems_of(*host.make_driver({{"host_key", key}})).empty());
}

TEST_CASE("A host with another key is refused with both fingerprints and hears nothing") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto other = host.machine().new_key_pair(account.user());
  const std::string other_public = other.string() + ".pub";
  const auto driver = host.make_driver({{"host_key", content_of(other_public)}});
  const auto refused = driver->probe(account.ref(), kTimeout);
  CHECK(error_of(refused) == Errc::refused);
  CHECK_THAT(refused.error().message, ContainsSubstring(fingerprint_of(other_public)));
  CHECK_THAT(refused.error().message,
             ContainsSubstring(fingerprint_of(host.sshd().path("key.pub"))));
  CHECK(error_of(driver->create(account.spec(), kTimeout)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(account.ref(), nullptr, kTimeout)) == Errc::refused);
  CHECK(account.passwd().empty());
  CHECK_THAT(problems_of(*driver), ContainsSubstring("somebody may be in between"));
}

TEST_CASE("One of several pinned host keys is enough") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto other = host.machine().new_key_pair(account.user());
  const auto driver = host.make_driver(
      {{"host_key",
        fmt::format("{}, {}", must(SshPublicKey::parse(content_of(other.string() + ".pub"))).str(),
                    must(SshPublicKey::parse(host.host_key())).str())}});
  CHECK(must(driver->probe(account.ref(), kTimeout)) == Presence::absent);
}

TEST_CASE("A key that is not let in is told what to do there") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto other = host.machine().new_key_pair(account.user());
  const auto driver = host.make_driver({{"identity", other.string()}});
  CHECK(error_of(driver->probe(account.ref(), kTimeout)) == Errc::refused);
  CHECK(must(driver->install(kTimeout)).empty());
  const std::string problems = problems_of(*driver);
  CHECK_THAT(problems, ContainsSubstring("does not let the key " + other.string() + " in as root"));
  const std::string line = must(SshPublicKey::parse(content_of(other.string() + ".pub"))).str();
  CHECK_THAT(problems,
             ContainsSubstring(R"(restrict,command="/usr/local/sbin/stagepass-target" )" + line));
}

TEST_CASE("A host without stagepass-target never hands a request to a shell") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const std::string saw = host.sshd().path("saw").string();
  host.let_in(fmt::format(R"(restrict,command="exec 3>{}; eval \"$SSH_ORIGINAL_COMMAND\"")", saw));
  const auto driver = host.make_driver();
  const auto refused = driver->create(account.spec(), kTimeout);
  const std::string problems = problems_of(*driver);
  host.let_in(host.as_installed());
  CHECK(error_of(refused) == Errc::refused);
  CHECK_THAT(refused.error().message, ContainsSubstring("there is no stagepass-target"));
  CHECK_THAT(problems, ContainsSubstring("/usr/local/sbin/stagepass-target"));
}

TEST_CASE("A key that opens a shell is a problem") {
  RemoteHost& host = RemoteHost::instance();
  CHECK(problems_of(*host.make_driver()).empty());
  host.let_in(
      fmt::format(R"(restrict,command="[ \"$SSH_ORIGINAL_COMMAND\" = stagepass-target ] || )"
                  R"(eval \"exec $SSH_ORIGINAL_COMMAND\"; exec {} {}")",
                  STAGEPASS_TARGET_PROGRAM, host.settings_file()));
  const std::string problems = problems_of(*host.make_driver());
  host.let_in(host.as_installed());
  CHECK_THAT(problems, ContainsSubstring("opens a shell"));
}

TEST_CASE("A private key that is not kept safe is not used") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const auto error_with = [&](const std::filesystem::path& identity) {
    const auto driver = host.make_driver({{"identity", identity.string()}});
    CHECK_FALSE(problems_of(*driver).empty());
    const auto refused = driver->probe(account.ref(), kTimeout);
    return refused ? Error{} : refused.error();
  };
  CHECK(error_with(host.sshd().path("no_such_key")).code == Errc::invalid_argument);

  const auto open = host.sshd().path("open_key");
  std::filesystem::copy_file(host.key(), open);
  std::filesystem::permissions(open, std::filesystem::perms(0640));
  CHECK_THAT(error_with(open).message, ContainsSubstring("others can read"));

  const auto home = host.sshd().path("home");
  std::filesystem::create_directories(home / "keys");
  write_text(home / "vault.db", "");
  std::filesystem::copy_file(host.key(), home / "keys" / "key");
  CHECK_THAT(error_with(home / "keys" / "key").message, ContainsSubstring("home of a vault"));
}

TEST_CASE("A private key with a passphrase is told before anything is tried") {
  RemoteHost& host = RemoteHost::instance();
  const auto sealed = host.sshd().path("sealed_key");
  run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", sealed});
  CHECK_THAT(problems_of(*host.make_driver({{"identity", sealed.string()}})),
             ContainsSubstring("without a passphrase"));
}

TEST_CASE("No host at all is an error of its own") {
  RemoteHost& host = RemoteHost::instance();
  TalkingServer nobody("220 not ssh\r\n", TalkingServer::Then::close);
  const std::map<std::string, std::string> there = {{"port", std::to_string(nobody.port())}};
  CHECK(error_of(host.make_driver(there)->check(kTimeout)) == Errc::unreachable);
  auto unconfirmed = there;
  unconfirmed["host_key"] = "";
  CHECK(error_of(host.make_driver(unconfirmed)->check(kTimeout)) == Errc::unreachable);
}

}  // namespace
}  // namespace stagepass::tests
