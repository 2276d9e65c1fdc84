#include "unix_fixture.hpp"

#include <algorithm>
#include <filesystem>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string problems_of(TargetDriver& driver) {
  std::string problems;
  for (const Finding& finding : must(driver.check(kTimeout))) {
    if (finding.kind == Finding::Kind::problem) {
      CHECK_FALSE(finding.remedy.empty());
      problems += finding.text + "\n" + finding.remedy + "\n";
    }
  }
  return problems;
}

TEST_CASE("A host is told what it lacks and has it after the installation") {
  UnixFixture host("sftp", UnixFixture::Install::no);
  const std::string before = problems_of(host.driver());
  CHECK_THAT(before, ContainsSubstring("no rules for temporary accounts"));
  CHECK_THAT(before, ContainsSubstring("Match Group stagepass-sftp\n"));

  CHECK_FALSE(must(host.driver().install(kTimeout)).empty());
  CHECK(problems_of(host.driver()).empty());
  CHECK_THAT(content_of(host.sshd().path("sshd_config.d/stagepass.conf")),
             ContainsSubstring("ForceCommand internal-sftp"));
  CHECK(must(host.driver().install(kTimeout)).empty());
}

TEST_CASE("A configuration without includes gets the rules at its end") {
  UnixFixture host("ssh", UnixFixture::Install::yes, PrivateSshd::Includes::nothing);
  CHECK(problems_of(host.driver()).empty());
  CHECK_THAT(content_of(host.sshd().config()),
             ContainsSubstring("internal-sftp\n# stagepass begin"));
  CHECK(host.in_shell_of(host.make_account(), "true").exit_status == 0);
}

TEST_CASE("A configuration that sshd refuses is put back as it was") {
  UnixFixture host("ssh", UnixFixture::Install::no);
  const std::string broken = content_of(host.sshd().config()) + "NoSuchKeyword yes\n";
  write_text(host.sshd().config(), broken);
  const auto refused = host.driver().install(kTimeout);
  CHECK(error_of(refused) == Errc::policy);
  CHECK_THAT(refused.error().message, ContainsSubstring("NoSuchKeyword"));
  CHECK(content_of(host.sshd().config()) == broken);
  CHECK_FALSE(std::filesystem::exists(host.sshd().path("sshd_config.d/stagepass.conf")));
}

TEST_CASE("Lists of sshd that keep temporary accounts out are found") {
  UnixFixture host("sftp");
  const std::string config = content_of(host.sshd().config());
  const std::string lists = "AllowGroups root admins\nAllowUsers ana\nDenyUsers sp*\n";
  write_text(host.sshd().config(), lists + config);
  const std::string problems = problems_of(host.driver());
  CHECK_THAT(problems, ContainsSubstring("AllowGroups keeps the group stagepass-sftp out"));
  CHECK_THAT(problems, ContainsSubstring("AllowUsers keeps"));
  CHECK_THAT(problems, ContainsSubstring("DenyUsers keeps"));

  write_text(host.sshd().config(),
             "AllowGroups root stagepass-*\nAllowUsers ana sp??????????\n" + config);
  CHECK(problems_of(host.driver()).empty());
}

TEST_CASE("A server that is not the configured one is found") {
  UnixFixture host("ssh");
  host.sshd().publish_another_key();
  CHECK_THAT(problems_of(host.driver()), ContainsSubstring("another SSH server"));
  host.sshd().stop();
  CHECK_THAT(problems_of(host.driver()), ContainsSubstring("no SSH server answers"));
}

TEST_CASE("No account is made where sshd would not lock it in") {
  UnixFixture host("sftp");
  const AccountRef ref = host.new_ref();
  std::filesystem::remove(host.sshd().path("sshd_config.d/stagepass.conf"));
  const auto refused = host.driver().create(host.spec_of(ref), kTimeout);
  CHECK(error_of(refused) == Errc::policy);
  CHECK_THAT(refused.error().message, ContainsSubstring("chrootdirectory is none"));
  CHECK(must(host.driver().probe(ref, kTimeout)) == Presence::absent);
  CHECK(must(host.driver().verify_gone(ref, nullptr, kTimeout)).residue.empty());
}

TEST_CASE("A group that is missing is named before anything is made") {
  UnixFixture host("ssh");
  const AccountRef ref = host.new_ref();
  const auto driver = host.make_driver({{"groups", "no-such-group"}});
  const auto refused = driver->create(host.spec_of(ref), kTimeout);
  CHECK(error_of(refused) == Errc::policy);
  CHECK_THAT(refused.error().message, ContainsSubstring("no-such-group"));
  CHECK(must(driver->probe(ref, kTimeout)) == Presence::absent);
}

TEST_CASE("A specialist is told where to connect and which host key to expect") {
  UnixFixture host("sftp");
  const UserName user = host.new_ref().user_name;
  const auto details = host.driver().access_details(user);
  const std::string fingerprint =
      run_program({"/usr/bin/ssh-keygen", "-l", "-f", host.sshd().path("key.pub")}).standard_output;
  const auto key = std::find_if(details.begin(), details.end(),
                                [](const auto& detail) { return detail.first == "host key"; });
  REQUIRE(key != details.end());
  CHECK_THAT(fingerprint, ContainsSubstring(key->second));
  CHECK(details.front() == std::pair<std::string, std::string>("host", "shop.example"));
  CHECK_THAT(details.back().second, ContainsSubstring(user.str() + "@shop.example"));
}

}  // namespace
}  // namespace stagepass::tests
