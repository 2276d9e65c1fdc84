#include "targets/settings.hpp"

#include <stagepass/system/posix_process.hpp>
#include <stagepass/targets/registry.hpp>

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/fake_clock.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using Kind = SettingInfo::Kind;

Target target_with(const std::string& driver, std::map<std::string, std::string> settings) {
  return {
      .name = must(TargetName::parse("shop")), .driver = driver, .settings = std::move(settings)};
}

Error error_of_make(const Target& target) {
  system::PosixProcess process;
  FakeClock clock;
  SeededRandom random;
  const auto made = targets::make_driver_factory({process, clock, random, ""})->make(target, {});
  REQUIRE(!made);
  return made.error();
}

const std::vector<SettingInfo> sample_settings = {{"host", Kind::required, "", "where it is"},
                                                  {"port", Kind::optional, "22", "its port"},
                                                  {"group", Kind::optional, "", "its group"}};

Error error_of_settings(std::map<std::string, std::string> settings) {
  const auto result =
      targets::complete_settings(target_with("sample", std::move(settings)), sample_settings);
  REQUIRE(!result);
  return result.error();
}

TEST_CASE("Registry: this build has drivers for hosts and shops and databases", "[targets]") {
  system::PosixProcess process;
  FakeClock clock;
  SeededRandom random;
  const auto kinds = targets::make_driver_factory({process, clock, random, ""})->kinds();
  std::vector<std::string> names;
  for (const DriverInfo& each : kinds) {
    names.push_back(each.kind);
    CHECK_FALSE(each.summary.empty());
  }
  CHECK(names == std::vector<std::string>{"unix", "ssh", "wordpress", "opencart", "prestashop",
                                          "magento", "shopware", "mariadb", "postgresql", "command",
                                          "manual"});
}

TEST_CASE("Registry: an unknown driver is answered with the known ones", "[targets]") {
  const Error error = error_of_make(target_with("ftp", {}));
  CHECK(error.code == Errc::invalid_argument);
  CHECK_THAT(error.hint, ContainsSubstring("unix") && ContainsSubstring("command"));
}

TEST_CASE("Registry: a command target needs the absolute path of its program", "[targets]") {
  CHECK(error_of_make(target_with("command", {})).code == Errc::invalid_argument);
  CHECK(error_of_make(target_with("command", {{"program", "shop"}})).code ==
        Errc::invalid_argument);
  CHECK(error_of_make(target_with("command", {{"program", "/p"}, {"x", "\xff"}})).code ==
        Errc::invalid_argument);
}

TEST_CASE("Registry: plain FTP is refused with the alternative", "[targets]") {
  for (const std::string address : {"ftp://shop.example", "FTP://shop.example"}) {
    const Error error =
        error_of_make(target_with("command", {{"program", "/p"}, {"show.url", address}}));
    CHECK(error.code == Errc::policy);
    CHECK_THAT(error.hint, ContainsSubstring("SFTP"));
  }
}

TEST_CASE("Settings: standard values complete what was given", "[targets]") {
  CHECK(must(targets::complete_settings(target_with("sample", {{"host", "h"}}), sample_settings)) ==
        targets::Settings{{"host", "h"}, {"port", "22"}});
  CHECK(must(targets::complete_settings(
            target_with("sample", {{"host", "h"}, {"port", "23"}, {"password_policy", "strong"}}),
            sample_settings)) == targets::Settings{{"host", "h"}, {"port", "23"}});
}

TEST_CASE("Settings: unknown and missing and empty ones are named", "[targets]") {
  const Error unknown = error_of_settings({{"host", "h"}, {"prot", "22"}});
  CHECK(unknown.message == "a sample target has no setting \"prot\"");
  CHECK(unknown.hint == "it has: host, port, group");
  const Error missing = error_of_settings({{"port", "22"}});
  CHECK(missing.message == "a sample target needs the setting host");
  CHECK(missing.hint == "host=…: where it is");
  CHECK_THAT(error_of_settings({{"host", ""}}).message, ContainsSubstring("is empty"));
}

}  // namespace
}  // namespace stagepass::tests
