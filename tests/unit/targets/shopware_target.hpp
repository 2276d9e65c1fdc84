#pragma once

#include <stagepass/system/posix_process.hpp>
#include <stagepass/targets/registry.hpp>

#include <map>
#include <memory>
#include <string>
#include <support/crypto.hpp>
#include <support/driver_contract.hpp>
#include <support/fake_clock.hpp>
#include <support/fake_shopware.hpp>
#include <support/results.hpp>
#include <support/seeded_random.hpp>

namespace stagepass::tests {

/// The fake shop (see there what it is worth) with drivers for it.
class ShopwareTarget final : public ContractTarget {
 public:
  [[nodiscard]] FakeShopware& shop() { return shop_; }

  [[nodiscard]] std::unique_ptr<TargetDriver> driver_with(
      const std::map<std::string, std::string>& changes,
      const std::string& client_secret = FakeShopware::kClientSecret) {
    Target target{.name = must(TargetName::parse("shop")), .driver = "shopware"};
    target.settings = {{"url", shop_.url()},
                       {"client_id", FakeShopware::kClientId},
                       {"role", FakeShopware::kRole}};
    for (const auto& [key, value] : changes) {
      target.settings[key] = value;
    }
    SecretSettings secrets;
    secrets.emplace("client_secret", Secret::copy_of(client_secret));
    return must(targets::make_driver_factory({process_, clock_, random_, ""})
                    ->make(target, std::move(secrets)));
  }

  std::unique_ptr<TargetDriver> driver() override { return driver_with({}); }
  bool has(const std::string& user_name) override { return shop_.user(user_name).has_value(); }
  void add_foreign(const std::string& user_name) override {
    shop_.add_user(user_name, "anna@example.test");
  }
  void set_down(bool down) override { shop_.set_down(down); }
  void lose_next_reply(const std::string& operation) override {
    shop_.lose_next_reply(operation == "create" ? "POST /api/user " : "DELETE /api/user/");
  }
  bool disabling_ends_sessions() const override { return true; }

 private:
  FakeShopware shop_;
  system::PosixProcess process_;
  FakeClock clock_;
  SeededRandom random_;
};

}  // namespace stagepass::tests
