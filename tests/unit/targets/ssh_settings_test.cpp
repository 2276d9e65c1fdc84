#include "targets/ssh/ssh_settings.hpp"

#include "targets/ssh/host_key_scan.hpp"

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::SshSettings;

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

Result<SshSettings> settings_with(const std::map<std::string, std::string>& more) {
  Target target{.name = must(TargetName::parse("shop")), .driver = "ssh"};
  target.settings = {
      {"host", "shop.example"}, {"identity", "/etc/stagepass/shop_key"}, {"access", "sftp"}};
  for (const auto& [key, value] : more) {
    target.settings[key] = value;
  }
  return targets::parse_ssh_settings(target);
}

TEST_CASE("Ssh settings: host and identity and access are enough", "[targets]") {
  const SshSettings settings = must(settings_with({}));
  CHECK(settings.server.address == "shop.example");
  CHECK(settings.server.port == 22);
  CHECK(settings.server.host_keys.empty());
  CHECK(settings.user == "root");
  CHECK(settings.use() == targets::SshUse::sftp_only);
  CHECK(must(settings_with({{"access", "ssh"}})).use() == targets::SshUse::shell);
}

TEST_CASE("Ssh settings: several host keys may be pinned", "[targets]") {
  const std::string key = kKey;
  CHECK(must(settings_with({{"host_key", key}})).server.host_keys.size() == 1);
  CHECK(must(settings_with({{"host_key", key + " root@shop, " + key}})).server.host_keys.size() ==
        2);
  for (const char* wrong : {"AAAA", "shop.example ssh-ed25519 AAAA", ",", "SHA256:abc",
                            "ssh-ed25519 AAAA\nssh-ed25519 AAAA"}) {
    const auto refused = settings_with({{"host_key", wrong}});
    CHECK(error_of(refused) == Errc::invalid_argument);
    CHECK_THAT(refused.error().message, ContainsSubstring("host_key"));
  }
}

TEST_CASE("Ssh settings: nothing becomes an option or a pattern of ssh", "[targets]") {
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"host", "-oProxyCommand=id"},
           {"user", "-oProxyCommand=id"},
           {"port", "22 -o x"},
           {"identity", "-oProxyCommand=id"},
       }) {
    INFO(key);
    CHECK(error_of(settings_with({{key, value}})) == Errc::invalid_argument);
  }
  for (const char* user : {"", "Root", "root@shop", "ro ot", "1root",
                           "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"}) {
    CHECK(error_of(settings_with({{"user", user}})) == Errc::invalid_argument);
  }
  for (const char* identity :
       {"key", "~/key", "/etc/%d/key", "/etc/${HOME}", "/etc/../key", "/etc/", "/etc/a b"}) {
    CHECK(error_of(settings_with({{"identity", identity}})) == Errc::invalid_argument);
  }
}

TEST_CASE("Ssh settings: plain FTP is refused", "[targets]") {
  CHECK(error_of(settings_with({{"access", "ftp"}})) == Errc::policy);
  CHECK(error_of(settings_with({{"port", "21"}})) == Errc::policy);
  CHECK(error_of(settings_with({{"access", "root"}})) == Errc::invalid_argument);
}

TEST_CASE("Host keys: a scan is read line by line and the best key comes first", "[targets]") {
  const std::string key = kKey;
  CHECK(targets::keys_in_scan("").empty());
  CHECK(targets::keys_in_scan("# shop.example:22 SSH-2.0-OpenSSH_9.2\nshop.example\n\n").empty());
  const auto keys = targets::keys_in_scan("[shop.example]:2222 " + key +
                                          "\nshop.example ssh-rsa AAAA\nshop.example " + key);
  REQUIRE(keys.size() == 2);
  CHECK(keys.front().str() == key);
}

}  // namespace
}  // namespace stagepass::tests
