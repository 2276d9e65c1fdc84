#include "unix_fixture.hpp"

#include <filesystem>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string account_lines(const AccountRef& ref) {
  return run_shell("grep -h " + ref.user_name.str() +
                   " /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid")
      .standard_output;
}

TEST_CASE("A shell account works until its end and is then proven gone") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  CHECK(must(host.driver().probe(ref, kTimeout)) == Presence::ours);

  const CommandOutput inside = host.in_shell_of(ref, "id -un; pwd; ls -a; cat /etc/passwd | wc -l");
  CHECK(inside.exit_status == 0);
  CHECK_THAT(inside.standard_output, ContainsSubstring(ref.user_name.str() + "\n/home/"));
  CHECK_THAT(inside.standard_output, ContainsSubstring(".bashrc"));

  host.end(ref);
  const GoneProof proof = must(host.driver().verify_gone(ref, &host.password(), kTimeout));
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::refused);
  CHECK(must(host.driver().probe(ref, kTimeout)) == Presence::absent);
  CHECK(account_lines(ref).empty());
  CHECK_FALSE(std::filesystem::exists("/home/" + ref.user_name.str()));
}

TEST_CASE("An SFTP account moves files in its jail and can do nothing else") {
  UnixFixture host("sftp");
  const AccountRef ref = host.make_account();
  const std::string jail = host.sshd().path("jails") / ref.user_name.str();
  write_text(host.sshd().path("finding"), "the webhook answers 403\n");
  write_text(host.sshd().path("batch"),
             "put " + host.sshd().path("finding").string() + " files/\nls -l files\n-ls /etc\n");

  const CommandOutput moved = host.as_specialist("sftp", ref, {"-b", host.sshd().path("batch")});
  CHECK(moved.exit_status == 0);
  CHECK(content_of(jail + "/files/finding") == "the webhook answers 403\n");
  CHECK_THAT(moved.standard_error, ContainsSubstring("\"/etc\" not found"));

  const CommandOutput shell = host.in_shell_of(ref, "id");
  CHECK(shell.exit_status != 0);
  CHECK_THAT(shell.standard_output, ContainsSubstring("sftp connections only"));
  CHECK_THAT(shell.standard_output, !ContainsSubstring("uid="));
  const CommandOutput forward =
      host.as_specialist("ssh", ref, {"-W", "127.0.0.1:" + std::to_string(host.sshd().port())});
  CHECK_THAT(forward.standard_error, ContainsSubstring("administratively prohibited"));

  host.end(ref);
  const GoneProof proof = must(host.driver().verify_gone(ref, &host.password(), kTimeout));
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::refused);
  CHECK_FALSE(std::filesystem::exists(jail));
}

TEST_CASE("A key opens an account until the second its end says") {
  UnixFixture host("ssh");
  const std::filesystem::path key = host.new_key_pair("specialist");
  AccountSpec spec = host.spec_of(host.new_ref());
  spec.password = nullptr;
  spec.public_key = must(SshPublicKey::parse(content_of(key.string() + ".pub")));
  must(host.driver().create(spec, kTimeout));
  const std::vector<std::string> with_key = {"-o", "PasswordAuthentication=no", "-i", key};
  CHECK(host.as_specialist("ssh", spec.ref, with_key, {"true"}).exit_status == 0);

  must(host.driver().set_end(spec.ref, host.now() - std::chrono::seconds(1), kTimeout));
  CHECK_THAT(host.as_specialist("ssh", spec.ref, with_key, {"true"}).standard_error,
             ContainsSubstring("Permission denied"));
  must(host.driver().set_end(spec.ref, host.now() + std::chrono::hours(1), kTimeout));
  CHECK(host.as_specialist("ssh", spec.ref, with_key, {"true"}).exit_status == 0);

  must(host.driver().disable(spec.ref, kTimeout));
  CHECK(host.as_specialist("ssh", spec.ref, with_key, {"true"}).exit_status != 0);
  host.end(spec.ref);
  const GoneProof proof = must(host.driver().verify_gone(spec.ref, nullptr, kTimeout));
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::not_tried);
}

TEST_CASE("A key opens the jail of an SFTP account") {
  UnixFixture host("sftp");
  const std::filesystem::path key = host.new_key_pair("specialist");
  AccountSpec spec = host.spec_of(host.new_ref());
  spec.password = nullptr;
  spec.public_key = must(SshPublicKey::parse(content_of(key.string() + ".pub")));
  must(host.driver().create(spec, kTimeout));
  write_text(host.sshd().path("batch"), "ls\n");
  const CommandOutput listed = host.as_specialist(
      "sftp", spec.ref,
      {"-b", host.sshd().path("batch"), "-o", "PasswordAuthentication=no", "-i", key});
  CHECK(listed.exit_status == 0);
  CHECK_THAT(listed.standard_output, ContainsSubstring("files"));
}

TEST_CASE("Creating completes what a crash left half made") {
  UnixFixture host("sftp");
  const AccountRef ref = host.make_account();
  const std::string jail = host.sshd().path("jails") / ref.user_name.str();
  std::filesystem::remove_all(jail);
  run_program({"/usr/sbin/usermod", "-L", "-e", "1", "-G", "", ref.user_name.str()});
  must(host.driver().create(host.spec_of(ref), kTimeout));
  CHECK(host.as_specialist("ssh", ref, {"-s"}, {"sftp"}).exit_status == 0);
}

TEST_CASE("Ending may be repeated and an absent account is success") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  must(host.driver().disable(ref, kTimeout));
  must(host.driver().disable(ref, kTimeout));
  CHECK(must(host.driver().erase(ref, kTimeout)) == TargetDriver::Erased::removed);
  must(host.driver().disable(ref, kTimeout));
  CHECK(must(host.driver().end_sessions(ref, kTimeout)) == 0);
  CHECK(must(host.driver().erase(ref, kTimeout)) == TargetDriver::Erased::already_absent);

  const AccountRef never = host.new_ref();
  CHECK(must(host.driver().erase(never, kTimeout)) == TargetDriver::Erased::already_absent);
  CHECK(must(host.driver().verify_gone(never, nullptr, kTimeout)).residue.empty());
}

TEST_CASE("What a user may change of his own entry does not make his account somebody else's") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  REQUIRE(
      run_program({"/usr/bin/chfn", "-r", "elsewhere", "-w", "1", "-h", "2", ref.user_name.str()})
          .exit_status == 0);
  CHECK(must(host.driver().probe(ref, kTimeout)) == Presence::ours);
  CHECK(must(host.driver().erase(ref, kTimeout)) == TargetDriver::Erased::removed);
}

TEST_CASE("A foreign account of the same name is never touched") {
  UnixFixture host("ssh");
  const AccountRef ref = host.new_ref();
  run_program(
      {"/usr/sbin/useradd", "-M", "-u", "99990", "-c", "somebody else", ref.user_name.str()});
  const std::string before = account_lines(ref);
  REQUIRE_FALSE(before.empty());

  CHECK(must(host.driver().probe(ref, kTimeout)) == Presence::foreign);
  CHECK(error_of(host.driver().create(host.spec_of(ref), kTimeout)) == Errc::refused);
  CHECK(error_of(host.driver().set_end(ref, host.now(), kTimeout)) == Errc::refused);
  CHECK(error_of(host.driver().disable(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(host.driver().end_sessions(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(host.driver().erase(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(host.driver().verify_gone(ref, nullptr, kTimeout)) == Errc::refused);
  CHECK(account_lines(ref) == before);
}

TEST_CASE("A uid is never given to a second account") {
  UnixFixture host("ssh");
  const AccountRef first = host.make_account();
  const std::string uid = host.uid_of(first);
  host.end(first);
  const AccountRef second = host.make_account();
  CHECK(host.uid_of(second) != uid);
  CHECK_THAT(content_of(host.sshd().path("uids/ledger")),
             ContainsSubstring(uid + " " + first.user_name.str() + "\n"));
}

TEST_CASE("The host itself refuses an account whose end has passed") {
  UnixFixture host("ssh");
  AccountSpec spec = host.spec_of(host.new_ref());
  spec.expires_at = host.now() - std::chrono::hours(48);
  must(host.driver().create(spec, kTimeout));
  CHECK(host.in_shell_of(spec.ref, "true").exit_status != 0);
  must(host.driver().set_end(spec.ref, host.now() + std::chrono::hours(1), kTimeout));
  CHECK(host.in_shell_of(spec.ref, "true").exit_status == 0);
}

}  // namespace
}  // namespace stagepass::tests
