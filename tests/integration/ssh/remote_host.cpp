#include "remote_host.hpp"

#include "targets/ssh/ssh_driver.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace stagepass::tests {
namespace {

/// The end of a configuration is where Match blocks belong.
std::string for_one_key_of_root(std::string config, const std::string& keys) {
  const std::string before = "PermitRootLogin no\n";
  config.replace(config.find(before), before.size(), "PermitRootLogin forced-commands-only\n");
  return config + fmt::format(
                      "Match User root\n"
                      "    AuthorizedKeysFile {}\n"
                      "    AuthenticationMethods publickey\n"
                      "Match all\n",
                      keys);
}

}  // namespace

RemoteHost& RemoteHost::instance() {
  static RemoteHost host;
  return host;
}

RemoteHost::RemoteHost() : machine_("sftp", UnixFixture::Install::no) {
  REQUIRE(machine_.new_key_pair("vault_key").string() == key());
  allow(standard_settings());
  let_in(as_installed());
  sshd().stop();
  write_text(sshd().config(),
             for_one_key_of_root(content_of(sshd().config()), sshd().path("root_keys").string()));
  sshd().start();
  must(make_driver()->install(kTimeout));
  sshd().stop();  // it reads its configuration again at a moment of its own
  sshd().start();
}

std::unique_ptr<TargetDriver> RemoteHost::make_driver(
    const std::map<std::string, std::string>& more_settings) {
  Target target{.name = must(TargetName::parse("shop")), .driver = "ssh"};
  target.settings = {{"host", "127.0.0.1"},
                     {"port", std::to_string(sshd().port())},
                     {"identity", key()},
                     {"host_key", host_key()},
                     {"access", "sftp"}};
  for (const auto& [name, value] : more_settings) {
    if (value.empty()) {
      target.settings.erase(name);
    } else {
      target.settings[name] = value;
    }
  }
  return must(
      targets::make_ssh_driver(target, {process_, clock_, random_, STAGEPASS_ASKPASS_PROGRAM}));
}

void RemoteHost::let_in(const std::string& options) {
  write_text(sshd().path("root_keys"), fmt::format("{} {}", options, content_of(key() + ".pub")));
}

std::string RemoteHost::as_installed() {
  return fmt::format(R"(restrict,command="{} {}")", STAGEPASS_TARGET_PROGRAM, settings_file());
}

std::string RemoteHost::standard_settings() {
  const PrivateSshd& server = sshd();
  return fmt::format(
      "# what others may do on this host\n"
      "access=ssh,sftp\n"
      "port={}\n"
      "sshd_config = {}\n"
      "sftp_root={}\n"
      "key_root={}\n"
      "\n"
      "uid_range=90000-99999\n"
      "uid_ledger={}\n",
      server.port(), server.config().string(), server.path("jails").string(),
      server.path("keys").string(), server.path("uids/ledger").string());
}

void RemoteHost::allow(const std::string& settings) {
  write_text(settings_file(), settings);
  std::filesystem::permissions(settings_file(), std::filesystem::perms(0600));
}

CommandOutput RemoteHost::ask(const std::string& input) {
  const Secret bytes = Secret::copy_of(input);
  return run_program({STAGEPASS_TARGET_PROGRAM, settings_file()}, &bytes);
}

CommandOutput RemoteHost::ssh(const std::vector<std::string>& options,
                              const std::vector<std::string>& command) {
  write_text(sshd().path("known"), fmt::format("[127.0.0.1]:{} {}", sshd().port(), host_key()));
  std::vector<std::string> argv = {
      "/usr/bin/ssh", "-F", "none", "-i", key(), "-p", std::to_string(sshd().port())};
  for (const std::string& option :
       {std::string("BatchMode=yes"), std::string("IdentitiesOnly=yes"),
        std::string("IdentityAgent=none"), std::string("GlobalKnownHostsFile=none"),
        "UserKnownHostsFile=" + sshd().path("known").string()}) {
    argv.insert(argv.end(), {"-o", option});
  }
  argv.insert(argv.end(), options.begin(), options.end());
  argv.emplace_back("root@127.0.0.1");
  argv.insert(argv.end(), command.begin(), command.end());
  return run_program(argv);
}

void RemoteHost::sweep(const AccountRef& ref) {
  TargetDriver& driver = machine_.driver();
  static_cast<void>(driver.disable(ref, kTimeout));
  static_cast<void>(driver.end_sessions(ref, kTimeout));
  static_cast<void>(driver.erase(ref, kTimeout));
  run_program({"/usr/sbin/userdel", ref.user_name.str()});  // where a test made a foreign one
}

std::string RemoteAccount::passwd() const {
  return run_program({"/usr/bin/getent", "-s", "files", "passwd", user()}).standard_output;
}

std::string request_line(const std::string& operation, const AccountRef& ref,
                         const std::string& more) {
  return fmt::format(R"({{"stagepass":1,"operation":"{}","account":{{"id":"{}","user":"{}",)"
                     R"("marker":"{}"}}{},"settings":{{"access":"sftp"}}}})"
                     "\n",
                     operation, ref.id.str(), ref.user_name.str(), ref.marker, more);
}

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

}  // namespace stagepass::tests
