// What a manual target's setting login proves, on a real sshd: here the host's own driver plays the person who
// makes and deletes the account.
#include "unix_fixture.hpp"

#include <stagepass/ports/manual_target.hpp>
#include <stagepass/targets/registry.hpp>

#include <fmt/core.h>

namespace stagepass::tests {
namespace {

class ManualHost final {
 public:
  explicit ManualHost(const PrivateSshd& sshd)
      : ManualHost(sshd.port(), content_of(sshd.path("key.pub"))) {}
  ManualHost(std::uint16_t port, const std::string& host_key) {
    Target target{.name = must(TargetName::parse("panel")), .driver = "manual"};
    target.settings = {{"url", "https://panel.example"},
                       {"login", fmt::format("ssh://127.0.0.1:{}", port)}};
    if (!host_key.empty()) {
      target.settings["host_key"] = host_key.substr(0, host_key.find('\n'));
    }
    driver_ =
        must(targets::make_driver_factory({process_, clock_, random_, STAGEPASS_ASKPASS_PROGRAM})
                 ->make(target, {}));
  }
  [[nodiscard]] Result<LoginCheck> check_login(const AccountRef& ref, const Secret& password) {
    return manual_target(*driver_)->check_login(ref.user_name, password, kTimeout);
  }
  TargetDriver& driver() { return *driver_; }

 private:
  system::PosixProcess process_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
  std::unique_ptr<TargetDriver> driver_;
};

TEST_CASE("Manual: a login counts as refused only when the host that is meant refuses it") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  ManualHost manual(host.sshd());
  const auto findings = must(manual.driver().check(kTimeout));
  CHECK(findings.at(1).kind == Finding::Kind::good);

  CHECK(error_of(manual.check_login(ref, host.password())) == Errc::pending);
  host.end(ref);
  CHECK(must(manual.check_login(ref, host.password())) == LoginCheck::refused);

  ManualHost another(host.sshd().port(),
                     content_of(host.new_key_pair("another-host").string() + ".pub"));
  CHECK(error_of(another.check_login(ref, host.password())) == Errc::unreachable);
  host.sshd().stop();
  CHECK(error_of(manual.check_login(ref, host.password())) == Errc::unreachable);
}

TEST_CASE("Manual: a host key that nobody has confirmed is shown and not believed") {
  UnixFixture host("ssh");
  ManualHost manual(host.sshd().port(), "");
  const auto findings = must(manual.driver().check(kTimeout));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == Finding::Kind::problem);
  CHECK(findings[0].remedy.find("host_key=") != std::string::npos);
}

}  // namespace
}  // namespace stagepass::tests
