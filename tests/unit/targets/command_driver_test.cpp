#include "targets/command/command_driver.hpp"

#include "command_target.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/results.hpp>
#include <unistd.h>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using driver_contract::kEnd;
using driver_contract::kPatience;
using driver_contract::sample_account;
using driver_contract::sample_password;

Error error_of_probe(CommandTarget& target, Timeout timeout = kPatience) {
  const auto presence = target.driver()->probe(sample_account(), timeout);
  REQUIRE(!presence);
  return presence.error();
}

/// Puts a shell script in the place of the program.
void replace_program(CommandTarget& target, const std::string& script) {
  fs::remove(target.program());
  std::ofstream(target.program()) << "#!/bin/sh\n" << script << '\n';
  fs::permissions(target.program(), fs::perms(0755));
}

TEST_CASE("Command driver: an answer that is not as agreed is never taken for absent",
          "[targets]") {
  CommandTarget target;
  for (const std::string answer :
       {"", "\n", "absent", "[]", "true", "{}", R"({"presence":"absent"})",
        R"({"ok":1,"presence":"absent"})", R"({"ok":"true","presence":"absent"})", R"({"ok":true})",
        R"({"ok":true,"presence":null})", R"({"ok":true,"presence":"gone"})",
        R"({"ok":true,"presence":"absent"} {"ok":true})", R"({"ok":true,"presence":"absent"}x)",
        R"({"ok":true,"presence":"absent")", R"({"ok":false})", R"({"ok":false,"error":"absent"})",
        R"({"ok":false,"error":7})"}) {
    target.set("garbage", answer);
    CHECK(error_of_probe(target).code == Errc::unreachable);
  }
  target.set("garbage", R"({"ok":true,"presence":"absent","more":[1]})");
  CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
}

TEST_CASE("Command driver: a wrong count or proof is never taken for success", "[targets]") {
  CommandTarget target;
  const auto driver = target.driver();
  for (const std::string sessions : {"-1", "1.5", "\"0\"", "null", "[]"}) {
    target.set("garbage", R"({"ok":true,"sessions":)" + sessions + "}");
    CHECK(error_of(driver->end_sessions(sample_account(), kPatience)) == Errc::unreachable);
  }
  for (const std::string proof :
       {R"("gone":true,"login":"refused")", R"("gone":true,"residue":[])",
        R"("gone":1,"login":"refused","residue":[])", R"("gone":true,"login":"no","residue":[])",
        R"("gone":true,"login":"refused","residue":"")",
        R"("gone":true,"login":"refused","residue":[1])"}) {
    target.set("garbage", R"({"ok":true,"presence":"absent",)" + proof + "}");
    CHECK(error_of(driver->verify_gone(sample_account(), nullptr, kPatience)) == Errc::unreachable);
  }
}

TEST_CASE("Command driver: a failing or silent or noisy program leaves the state unknown",
          "[targets]") {
  CommandTarget target;
  replace_program(target, R"(echo '{"ok":true,"presence":"absent"}'; echo broken >&2; exit 3)");
  const Error failed = error_of_probe(target);
  CHECK(failed.code == Errc::unreachable);
  CHECK_THAT(failed.message, ContainsSubstring("failed with exit status 3: broken"));
  replace_program(target, "exec sleep 60");
  CHECK(error_of_probe(target, 200ms).code == Errc::unreachable);
  replace_program(target, "yes");
  CHECK(error_of_probe(target).code == Errc::unreachable);
}

TEST_CASE("Command driver: what the program says is escaped and its error words are kept",
          "[targets]") {
  CommandTarget target;
  target.set("garbage", R"({"ok":false,"error":"refused","message":"no \u001b[31mway"})");
  const Error refused = error_of_probe(target);
  CHECK(refused.code == Errc::refused);
  CHECK(refused.message == "the program says: no \\x1b[31mway");
  target.set("garbage", R"({"ok":false,"error":"invalid"})");
  CHECK(error_of_probe(target).code == Errc::invalid_argument);
}

TEST_CASE("Command driver: a program that lies about deleting is found out", "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  const AccountRef account = driver_contract::created(target, password);
  target.set("lying_delete");
  target.set("lying_verify");
  const auto driver = target.driver();
  CHECK(must(driver->erase(account, kPatience)) == TargetDriver::Erased::removed);
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
}

TEST_CASE("Command driver: a login that still works or something left behind is told",
          "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  const auto driver = target.driver();
  target.set("residue", "a cron job\nan \x1b upload\n");
  CHECK(must(driver->verify_gone(sample_account(), &password, kPatience)).residue ==
        std::vector<std::string>{"a cron job", "an \\x1b upload"});
  target.set("garbage",
             R"({"ok":true,"presence":"absent","gone":true,"residue":[],"login":"accepted"})");
  CHECK(error_of(driver->verify_gone(sample_account(), &password, kPatience)) == Errc::pending);
}

TEST_CASE("Command driver: a refused login counts only if there was a password to try",
          "[targets]") {
  CommandTarget target;
  target.set("lying_verify");
  CHECK(must(target.driver()->verify_gone(sample_account(), nullptr, kPatience)).login ==
        LoginCheck::not_tried);
}

TEST_CASE("Command driver: only check and set_end and login may be unsupported", "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  target.set("unsupported", "check\nset_end\nlogin\ndisable\n");
  const auto driver = target.driver();
  CHECK(must(driver->check(kPatience)).size() == 1);
  must(driver->set_end(sample_account(), kEnd, kPatience));
  CHECK(error_of(driver->open_session(sample_account(), password, kPatience)) ==
        Errc::invalid_argument);
  CHECK(error_of(driver->disable(sample_account(), kPatience)) == Errc::invalid_argument);
}

TEST_CASE("Command driver: the program gets all it needs and secrets only on its input",
          "[targets]") {
  CommandTarget target;
  target.target.settings["show.url"] = "https://shop.example";
  const fs::path record = target.state() / "record";
  replace_program(target, "{ cat; tr '\\0' '\\n' </proc/$$/cmdline; echo; env; } >" +
                              record.string() + "; echo '{\"ok\":true}'");
  SecretSettings secrets;
  secrets.emplace("token", Secret::copy_of("admin-canary-1"));
  const Secret password = sample_password();
  const auto driver = must(target.make(std::move(secrets)));
  must(driver->create({sample_account(), kEnd, &password, std::nullopt}, kPatience));
  const std::string seen = content_of(record);
  const std::string request = seen.substr(0, seen.find('\n'));
  const std::string rest = seen.substr(seen.find('\n'));
  CHECK(request == R"({"stagepass":1,"operation":"create","account":{"id":")" +
                       sample_account().id.str() + R"(","user":")" +
                       sample_account().user_name.str() + R"(","marker":")" +
                       sample_account().marker +
                       R"("},"ends_at":"2030-03-17T17:46:40Z","password":"correct-horse-\"7\\",)" +
                       R"("settings":{"show.url":"https://shop.example","state":")" +
                       target.state().string() + R"("},"secrets":{"token":"admin-canary-1"}})");
  CHECK_THAT(rest, !ContainsSubstring("canary"));
  CHECK_THAT(rest, !ContainsSubstring("correct-horse"));
}

TEST_CASE("Command driver: a program that repeats a secret is stopped from being quoted",
          "[targets]") {
  CommandTarget target;
  const Secret password = Secret::copy_of("canary-password");
  for (const std::string script :
       {"cat >&2; exit 1",
        R"(echo '{"ok":false,"error":"refused","message":"canary-password"}')"}) {
    replace_program(target, script);
    const auto result =
        target.driver()->create({sample_account(), kEnd, &password, std::nullopt}, kPatience);
    REQUIRE(!result);
    CHECK(result.error().code == Errc::unreachable);
    CHECK_THAT(result.error().message, !ContainsSubstring("canary"));
  }
}

TEST_CASE("Command driver: a password that is no text is refused before anything runs",
          "[targets]") {
  CommandTarget target;
  const Secret password = Secret::copy_of("\xff\xfe");
  const auto driver = target.driver();
  CHECK(error_of(driver->create({sample_account(), kEnd, &password, std::nullopt}, kPatience)) ==
        Errc::invalid_argument);
  CHECK_FALSE(fs::exists(target.state() / "calls"));
}

TEST_CASE("Command driver: a program that others could change is not run", "[targets]") {
  CommandTarget target;
  const auto driver = target.driver();
  for (const auto mode : {0775, 0757, 0644}) {
    fs::permissions(target.program(), fs::perms(mode));
    CHECK(error_of(driver->probe(sample_account(), kPatience)) == Errc::permission_denied);
  }
  fs::permissions(target.program(), fs::perms(0755));
  fs::permissions(target.program().parent_path(), fs::perms(0777));
  CHECK(error_of(driver->probe(sample_account(), kPatience)) == Errc::permission_denied);
  const auto findings = must(driver->check(kPatience));
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().kind == Finding::Kind::problem);
  CHECK_THAT(findings.front().remedy, ContainsSubstring("chmod go-w"));
  fs::permissions(target.program().parent_path(), fs::perms(0700));
  fs::remove(target.program());
  CHECK(error_of(driver->probe(sample_account(), kPatience)) == Errc::invalid_argument);
  CHECK_FALSE(fs::exists(target.state() / "calls"));
}

TEST_CASE("Command driver: check passes the program's findings on", "[targets]") {
  CommandTarget target;
  target.set("problem", "the shop is in maintenance\n");
  const auto findings = must(target.driver()->check(kPatience));
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].kind == Finding::Kind::good);
  CHECK(findings[1].kind == Finding::Kind::problem);
  CHECK(findings[1].text == "the shop is in maintenance");
  CHECK(findings[1].remedy == "rm problem");
}

TEST_CASE("Command driver: a listing may be long", "[targets]") {
  constexpr int kAccounts = 1500;
  CommandTarget target;
  for (int number = 0; number < kAccounts; ++number) {
    std::ofstream(target.state() / "accounts" / fmt::format("sp{:010}", number))
        << R"({"marker":"stagepass/a-0000000000.0000000000000000"})";
  }
  CHECK(must(target.driver()->list_marked(kPatience)).size() == kAccounts);
}

TEST_CASE("Command driver: the specialist is shown the settings meant to be shown", "[targets]") {
  CommandTarget target;
  target.target.settings["show.url"] = "https://shop.example";
  target.target.settings["show.note"] = "basic auth";
  CHECK(must(target.make())->access_details(must(UserName::parse("sp0123456789"))) ==
        std::vector<std::pair<std::string, std::string>>{{"note", "basic auth"},
                                                         {"url", "https://shop.example"}});
}

}  // namespace
}  // namespace stagepass::tests
