#include "targets/shopware/shopware_settings.hpp"

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

using targets::ShopwareSettings;
using Given = std::map<std::string, std::string>;

Result<ShopwareSettings> parse(const Given& changes, const std::string& secret = "c2VjcmV0") {
  Target target{.name = must(TargetName::parse("shop")), .driver = "shopware"};
  target.settings = {
      {"url", "https://shop.example"}, {"client_id", "SWIAABC"}, {"role", "Support team"}};
  for (const auto& [key, value] : changes) {
    target.settings[key] = value;
  }
  SecretSettings secrets;
  if (!secret.empty()) {
    secrets.emplace("client_secret", Secret::copy_of(secret));
  }
  return targets::parse_shopware_settings(target, std::move(secrets));
}

TEST_CASE("Shopware settings: no power but the role's, unless all of it was asked for",
          "[targets]") {
  const ShopwareSettings settings = must(parse({}));
  CHECK(settings.role == "Support team");
  CHECK_FALSE(settings.is_admin());
  CHECK(settings.locale == "en-GB");
  CHECK(settings.ca_file.empty());
  CHECK(must(parse({{"role", "admin"}})).is_admin());
  CHECK_FALSE(must(parse({{"role", "Admin"}})).is_admin());
}

TEST_CASE("Shopware settings: what cannot be right is refused", "[targets]") {
  for (const Given& wrong :
       {Given{{"url", "shop.example"}}, Given{{"client_id", "SWIA 1"}},
        Given{{"client_id", "a\"b"}}, Given{{"client_id", std::string(101, 'A')}},
        Given{{"role", "a\nb"}}, Given{{"role", "\xff"}}, Given{{"role", std::string(256, 'a')}},
        Given{{"role", ""}}, Given{{"locale", "en GB"}}, Given{{"ca_file", "ca.pem"}},
        Given{{"colour", "blue"}}, Given{{"client_secret", "x"}}}) {
    CAPTURE(wrong.begin()->first, wrong.begin()->second);
    CHECK(error_of(parse(wrong)) == Errc::invalid_argument);
  }
  CHECK(error_of(parse({{"url", "http://shop.example"}})) == Errc::policy);
  CHECK(must(parse({{"url", "http://127.0.0.1:8000"}})).url.port == 8000);
}

TEST_CASE("Shopware settings: the key is a secret and needed", "[targets]") {
  CHECK(error_of(parse({}, "")) == Errc::invalid_argument);
  const auto refused = parse({}, "hunter2\n");
  REQUIRE(!refused);
  CHECK((refused.error().message + refused.error().hint).find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace stagepass::tests
