#pragma once

#include "private_shop.hpp"

#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/system_clock.hpp>

#include <fmt/core.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <support/catch.hpp>
#include <support/driver_contract.hpp>
#include <support/http_server.hpp>
#include <support/patience.hpp>
#include <support/results.hpp>

namespace stagepass::tests {

/// The private shop as a target, empty of temporary accounts at the beginning and at the end.
class ShopFixture final {
 public:
  ShopFixture();
  ShopFixture(const ShopFixture&) = delete;
  ShopFixture& operator=(const ShopFixture&) = delete;
  ShopFixture(ShopFixture&&) = delete;
  ShopFixture& operator=(ShopFixture&&) = delete;
  ~ShopFixture();

  struct Admin {
    std::string user = "stagepass";
    std::string app_password = PrivateShop::instance().app_password("stagepass");
  };
  [[nodiscard]] std::unique_ptr<TargetDriver> driver_for(
      std::uint16_t port, const Admin& admin,
      const std::map<std::string, std::string>& more_settings = {});
  [[nodiscard]] std::unique_ptr<TargetDriver> driver(
      const std::map<std::string, std::string>& more_settings = {}) {
    return driver_for(shop().port(), {}, more_settings);
  }

  [[nodiscard]] static PrivateShop& shop() { return PrivateShop::instance(); }

  /// An account with `password()`, made by a driver of this target.
  AccountRef make_account(const std::map<std::string, std::string>& more_settings = {});
  [[nodiscard]] const Secret& password() const { return password_; }
  [[nodiscard]] AccountSpec spec_of(const AccountRef& ref) const {
    return {ref, driver_contract::kEnd, &password_, {}};
  }

  /// One value of the users of this login name.
  [[nodiscard]] static std::string column(const AccountRef& ref, const std::string& name);
  [[nodiscard]] static int count(const std::string& login);

 private:
  system::PosixProcess process_;
  system::SystemClock clock_;
  system::SodiumRandom random_;
  Secret password_ = Secret::copy_of("Correct-Horse.9~\"battery'&<%");
};

/// Disable, end the sessions, erase, and the proof.
GoneProof end_account(TargetDriver& driver, const AccountRef& ref, const Secret* password);

}  // namespace stagepass::tests
