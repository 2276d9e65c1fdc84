#include "targets/command/command_driver.hpp"

#include <stagepass/system/posix_process.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/driver_contract.hpp>
#include <support/fake_clock.hpp>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;
using driver_contract::kEnd;
using driver_contract::kPatience;
using driver_contract::sample_account;

/// The documented example with a password file of its own, in which a shop's own user stands.
class HtpasswdShop {
 public:
  HtpasswdShop() {
    fs::copy_file(HTPASSWD_EXAMPLE, folder_.path() / "program");
    fs::permissions(folder_.path() / "program", fs::perms(0755));
    std::ofstream(file()) << "owner:$6$hash\n";
  }

  [[nodiscard]] std::unique_ptr<TargetDriver> driver() {
    Target target{.name = must(TargetName::parse("shop")), .driver = "command"};
    target.settings = {{"program", (folder_.path() / "program").string()},
                       {"file", file().string()}};
    return must(targets::make_command_driver(target, {}, {process_, clock_, random_, ""}));
  }

  [[nodiscard]] fs::path file() const { return folder_.path() / "htpasswd"; }

  [[nodiscard]] std::string content() const { return content_of(file()); }

 private:
  TempDir folder_;
  system::PosixProcess process_;
  FakeClock clock_;
  SeededRandom random_;
};

TEST_CASE("Htpasswd example: an account comes and goes and others stay", "[targets]") {
  HtpasswdShop shop;
  const auto driver = shop.driver();
  const AccountRef account = sample_account();
  const Secret password = driver_contract::sample_password();
  CHECK(must(driver->check(kPatience)).front().kind == Finding::Kind::good);
  CHECK(must(driver->probe(account, kPatience)) == Presence::absent);
  for (int time = 0; time < 2; ++time) {
    must(driver->create({account, kEnd, &password, std::nullopt}, kPatience));
  }
  CHECK(must(driver->probe(account, kPatience)) == Presence::ours);
  CHECK(shop.content().find(account.user_name.str() + ":$6$") != std::string::npos);
  CHECK(shop.content().find("correct-horse") == std::string::npos);
  must(driver->set_end(account, kEnd, kPatience));
  must(driver->disable(account, kPatience));
  CHECK(shop.content() == "owner:$6$hash\n");
  CHECK(error_of(driver->verify_gone(account, nullptr, kPatience)) == Errc::pending);
  CHECK(must(driver->end_sessions(account, kPatience)) == 0);
  CHECK(must(driver->erase(account, kPatience)) == TargetDriver::Erased::removed);
  CHECK(must(driver->erase(account, kPatience)) == TargetDriver::Erased::already_absent);
  CHECK(must(driver->verify_gone(account, &password, kPatience)).login == LoginCheck::not_tried);
  CHECK(shop.content() == "owner:$6$hash\n");
}

TEST_CASE("Htpasswd example: somebody else's login of our name is not touched", "[targets]") {
  HtpasswdShop shop;
  const auto driver = shop.driver();
  const AccountRef account = sample_account();
  const std::string theirs = account.user_name.str() + ":theirs\n";
  std::ofstream(shop.file()) << theirs;
  CHECK(must(driver->probe(account, kPatience)) == Presence::foreign);
  CHECK(error_of(driver->disable(account, kPatience)) == Errc::refused);
  CHECK(error_of(driver->erase(account, kPatience)) == Errc::refused);
  CHECK(shop.content() == theirs);
}

TEST_CASE("Htpasswd example: without its file the target counts as down", "[targets]") {
  HtpasswdShop shop;
  fs::remove(shop.file());
  CHECK(error_of(shop.driver()->probe(sample_account(), kPatience)) == Errc::unreachable);
}

}  // namespace
}  // namespace stagepass::tests
