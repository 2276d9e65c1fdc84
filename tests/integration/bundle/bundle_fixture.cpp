#include "bundle_fixture.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCase = "MSP-48213";

AccountRef ref_of(const std::string& user) {
  const std::string id = "a-" + user.substr(2);
  return {must(AccountId::parse(id)), must(UserName::parse(user)), "stagepass/" + id};
}

std::size_t lines_with(const std::string& text, const std::string& begin) {
  std::size_t count = text.starts_with(begin) ? 1 : 0;
  for (auto at = text.find("\n" + begin); at != std::string::npos;
       at = text.find("\n" + begin, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

BundleFixture::BundleFixture() {
  stagepass({"init"});
  add_targets();
}

BundleFixture::~BundleFixture() {
  run_stagepass({"revoke", "--case", kCase, "--yes"});
}

void BundleFixture::add_targets() {
  const PrivateSshd& sshd = host_.sshd();
  stagepass({"target", "add", "files", "unix", "access=sftp", "host=127.0.0.1",
             fmt::format("port={}", sshd.port()), "sshd_config=" + sshd.config().string(),
             "sftp_root=" + sshd.path("jails").string(), "key_root=" + sshd.path("keys").string(),
             "uid_range=90000-99999", "uid_ledger=" + sshd.path("uids/ledger").string()});
  stagepass({"target", "add", "shop", "wordpress",
             fmt::format("url=http://127.0.0.1:{}", ShopFixture::shop().port()), "admin=stagepass",
             "--secret-file",
             "app_password=" +
                 secret_file("app_password", ShopFixture::shop().app_password("stagepass"))});
  stagepass({"target", "add", "db", "mariadb", "host=127.0.0.1",
             fmt::format("port={}", database_.server().port()), "tls=plain", "user=stagepass",
             "database=shop", "--secret-file",
             "password=" + secret_file("admin_password", kAdminPassword)});
}

std::string BundleFixture::secret_file(const std::string& name, const std::string& text) const {
  write_text(path(name), text + "\n");
  fs::permissions(path(name), fs::perms::owner_read | fs::perms::owner_write);
  return path(name).string();
}

ProgramOutcome BundleFixture::stagepass(const std::vector<std::string>& arguments, int status) {
  ProgramOutcome outcome = run_stagepass(arguments);
  INFO(fmt::format("stagepass {}: {}", fmt::join(arguments, " "), outcome.standard_error));
  REQUIRE(outcome.exit_status == status);
  return outcome;
}

ProgramOutcome BundleFixture::run_stagepass(const std::vector<std::string>& arguments) const {
  ProgramRun program;
  program.argv = {STAGEPASS_PROGRAM, "--no-input"};
  program.argv.insert(program.argv.end(), arguments.begin(), arguments.end());
  program.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
                         {"HOME", folder_.path().string()},
                         {"STAGEPASS_HOME", path("vault").string()},
                         {"STAGEPASS_KEY_FILE", path("key/master.key").string()}};
  program.folder = folder_.path();
  return tests::run(program);
}

std::string BundleFixture::grant_all() {
  const auto made =
      stagepass({"grant", "shop", "files", "db", "--case", kCase, "--to", "ana", "--for", "8h"});
  return made.standard_output.substr(0, made.standard_output.find('\n'));
}

std::map<std::string, Credential> BundleFixture::retrieve(const std::string& grant) {
  const auto shown =
      nlohmann::json::parse(stagepass({"retrieve", grant, "--json"}).standard_output);
  std::map<std::string, Credential> credentials;
  for (const auto& each : shown.at("accounts")) {
    credentials.emplace(each.at("target"), Credential{each.at("user"), each.at("password")});
  }
  return credentials;
}

int BundleFixture::put_a_file(const Credential& credential) {
  const PrivateSshd& sshd = host_.sshd();
  write_text(path("known_hosts"),
             fmt::format("[127.0.0.1]:{} {}", sshd.port(), content_of(sshd.path("key.pub"))));
  write_text(path("finding.txt"), "the webhook answers 403\n");
  write_text(path("batch"), fmt::format("cd files\nput {}\n", path("finding.txt").string()));
  return run_program({"/usr/bin/sshpass",
                      "-f",
                      secret_file("login", credential.password),
                      "/usr/bin/sftp",
                      "-F",
                      "none",
                      "-o",
                      "BatchMode=no",
                      "-o",
                      "NumberOfPasswordPrompts=1",
                      "-o",
                      "StrictHostKeyChecking=yes",
                      "-o",
                      "GlobalKnownHostsFile=none",
                      "-o",
                      "PubkeyAuthentication=no",
                      "-o",
                      "UserKnownHostsFile=" + path("known_hosts").string(),
                      "-P",
                      std::to_string(sshd.port()),
                      "-b",
                      path("batch").string(),
                      credential.user + "@127.0.0.1"},
                     nullptr)
      .exit_status;
}

CommandOutput BundleFixture::run_sql(const Credential& credential,
                                     const std::string& statements) const {
  const std::string options = secret_file(
      "client.cnf",
      fmt::format("[client]\nuser={}\npassword=\"{}\"\n", credential.user, credential.password));
  const Secret input = Secret::copy_of(statements);
  return run_program(
      {"/usr/bin/mariadb", "--defaults-file=" + options, "--protocol=tcp", "--host=127.0.0.1",
       fmt::format("--port={}", database_.server().port()), "shop"},
      &input);
}

std::unique_ptr<LiveSession> BundleFixture::log_in_to_shop(const Credential& credential) {
  auto session = shop_.driver()->open_session(
      ref_of(credential.user), Secret::copy_of(credential.password), tests::kTimeout);
  return session ? *std::move(session) : nullptr;
}

std::size_t BundleFixture::accounts_on_targets() {
  return lines_with(content_of("/etc/passwd"), "sp") +
         lines_with(ShopFixture::shop().sql("SELECT user_login FROM wp_users"), "sp") +
         lines_with(database_.root("SELECT User FROM mysql.user"), "sp");
}

}  // namespace stagepass::tests
