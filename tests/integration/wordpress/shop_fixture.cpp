#include "shop_fixture.hpp"

#include <stagepass/targets/registry.hpp>

namespace stagepass::tests {

ShopFixture::ShopFixture() {
  shop().forget_users();
}

ShopFixture::~ShopFixture() {
  shop().forget_users();
}

std::unique_ptr<TargetDriver> ShopFixture::driver_for(
    std::uint16_t port, const Admin& admin,
    const std::map<std::string, std::string>& more_settings) {
  Target target{
      must(TargetName::parse("shop")), "wordpress", Environment::staging, {}, {}, {}, {}, 1};
  target.settings = {{"url", fmt::format("http://127.0.0.1:{}", port)}, {"admin", admin.user}};
  for (const auto& [key, value] : more_settings) {
    target.settings[key] = value;
  }
  SecretSettings secrets;
  secrets.emplace("app_password", Secret::copy_of(admin.app_password));
  return must(targets::make_driver_factory({process_, clock_, random_, ""})
                  ->make(target, std::move(secrets)));
}

AccountRef ShopFixture::make_account(const std::map<std::string, std::string>& more_settings) {
  AccountRef ref = driver_contract::sample_account();
  must(driver(more_settings)->create(spec_of(ref), kTimeout));
  return ref;
}

std::string ShopFixture::column(const AccountRef& ref, const std::string& name) {
  std::string values = shop().sql(
      fmt::format("SELECT {} FROM wp_users WHERE user_login = '{}'", name, ref.user_name.str()));
  return values.substr(0, values.find('\n'));
}

int ShopFixture::count(const std::string& login) {
  return std::stoi(
      shop().sql(fmt::format("SELECT COUNT(*) FROM wp_users WHERE user_login = '{}'", login)));
}

GoneProof end_account(TargetDriver& driver, const AccountRef& ref, const Secret* password) {
  must(driver.disable(ref, kTimeout));
  must(driver.end_sessions(ref, kTimeout));
  must(driver.erase(ref, kTimeout));
  return must(driver.verify_gone(ref, password, kTimeout));
}

}  // namespace stagepass::tests
