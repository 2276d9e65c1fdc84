#include "targets/unix/unix_settings.hpp"

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::UidRange;
using targets::UnixAccess;
using targets::UnixSettings;

Result<UnixSettings> parse(const std::map<std::string, std::string>& settings) {
  Target target{must(TargetName::parse("shop")), "unix", Environment::staging, {}, {}, {}, {}, 1};
  target.settings = settings;
  return targets::parse_unix_settings(target);
}

TEST_CASE("Unix settings: access alone is enough") {
  const UnixSettings settings = must(parse({{"access", "sftp"}}));
  const UserName name = must(UserName::parse("sp7f3k9q2m5x"));
  CHECK(settings.access == UnixAccess::sftp);
  CHECK_FALSE(settings.host.empty());
  CHECK(settings.port == 22);
  CHECK(settings.address == "127.0.0.1");
  CHECK(settings.match_group() == "stagepass-sftp");
  CHECK(settings.folder_of(name) == "/srv/stagepass/sp7f3k9q2m5x");
  CHECK(settings.groups.empty());
  CHECK(must(parse({{"access", "ssh"}})).folder_of(name) == "/home/sp7f3k9q2m5x");
}

TEST_CASE("Unix settings: several groups may be given") {
  const UnixSettings settings = must(parse({{"access", "ssh"}, {"groups", "www-data,shop"}}));
  CHECK(settings.groups == std::vector<std::string>{"www-data", "shop"});
}

TEST_CASE("Unix settings: what cannot be right is refused and named") {
  struct Row {
    std::string key;
    std::string value;
    Errc code;
  };
  const std::vector<Row> rows = {
      {"access", "telnet", Errc::invalid_argument},
      {"access", "ftp", Errc::policy},
      {"port", "21", Errc::policy},
      {"port", "0", Errc::invalid_argument},
      {"address", "192.0.2.7", Errc::invalid_argument},
      {"address", "127.evil.example", Errc::invalid_argument},
      {"address", "127.0.0.1 -x", Errc::invalid_argument},
      {"groups", "sudo", Errc::policy},
      {"groups", "www-data,docker", Errc::policy},
      {"groups", "www-data,,shop", Errc::invalid_argument},
      {"groups", "-x", Errc::invalid_argument},
      {"groups", "stagepass-ssh", Errc::invalid_argument},
      {"sftp_root", "srv", Errc::invalid_argument},
      {"sftp_root", "/", Errc::invalid_argument},
      {"sftp_root", "/srv/../etc", Errc::invalid_argument},
      {"sftp_root", "/srv/x y", Errc::invalid_argument},
      {"key_root", "/etc/ssh/%u", Errc::invalid_argument},
      {"shell", "bash", Errc::invalid_argument},
      {"uid_range", "0-10", Errc::invalid_argument},
      {"no_such", "1", Errc::invalid_argument},
  };
  for (const Row& row : rows) {
    std::map<std::string, std::string> settings = {{"access", "ssh"}};
    settings[row.key] = row.value;
    const auto refused = parse(settings);
    CAPTURE(row.key, row.value);
    CHECK(error_of(refused) == row.code);
    CHECK_FALSE(refused.error().hint.empty());
  }
  CHECK_THAT(parse({}).error().message, ContainsSubstring("access"));
}

TEST_CASE("A uid range keeps off every number that means somebody") {
  for (const char* good : {"70000-99999", "65536-99999", "65536-65536"}) {
    CHECK(UidRange::parse(good));
  }
  for (const char* bad :
       {"", "70000", "-", "70000-", "0-99999", "1000-2000", "50000-59999", "60000-70000",
        "65534-65534", "70000-100000", "80000-70000", "1e3-2e3", " 70000-70001"}) {
    CAPTURE(bad);
    CHECK(error_of(UidRange::parse(bad)) == Errc::invalid_argument);
  }
}

TEST_CASE("A temporary uid cannot be root or anybody outside the range") {
  const UidRange range = must(UidRange::parse("70000-70009"));
  CHECK(must(targets::TemporaryUid::make(70009, range)).value() == 70009);
  for (const uid_t other : {0U, 1000U, 69999U, 70010U}) {
    CHECK(error_of(targets::TemporaryUid::make(other, range)) == Errc::refused);
  }
}

}  // namespace
}  // namespace stagepass::tests
