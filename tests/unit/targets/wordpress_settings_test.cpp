#include "targets/wordpress/wordpress_settings.hpp"

#include <map>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

using targets::WordPressSettings;

using Given = std::map<std::string, std::string>;

Result<WordPressSettings> parse(const Given& changes, const std::string& secret = "abcd efgh") {
  Target target{
      must(TargetName::parse("shop")), "wordpress", Environment::staging, {}, {}, {}, {}, 1};
  target.settings = {{"url", "https://shop.example"}, {"admin", "stagepass"}};
  for (const auto& [key, value] : changes) {
    target.settings[key] = value;
  }
  SecretSettings secrets;
  if (!secret.empty()) {
    secrets.emplace("app_password", Secret::copy_of(secret));
  }
  return targets::parse_wordpress_settings(target, std::move(secrets));
}

TEST_CASE("WordPress settings: the least powerful useful role is standard", "[targets]") {
  const WordPressSettings settings = must(parse({}));
  CHECK(settings.role == "shop_manager");
  CHECK_FALSE(settings.reassign);
  CHECK(settings.ca_file.empty());
  CHECK(must(parse({{"role", "administrator"}})).role == "administrator");
  CHECK(*must(parse({{"reassign", "7"}})).reassign == 7);
}

TEST_CASE("WordPress settings: what cannot be right is refused", "[targets]") {
  for (const Given& wrong :
       {Given{{"role", "Shop Manager"}}, Given{{"role", "a\",\"b"}}, Given{{"reassign", "0"}},
        Given{{"reassign", "1x"}}, Given{{"reassign", "-1"}},
        Given{{"reassign", "99999999999999999999"}}, Given{{"admin", "a:b"}},
        Given{{"admin", "a\nb"}}, Given{{"ca_file", "ca.pem"}}, Given{{"url", "shop.example"}},
        Given{{"colour", "blue"}}, Given{{"app_password", "abcd"}}}) {
    CAPTURE(wrong.begin()->first, wrong.begin()->second);
    CHECK(error_of(parse(wrong)) == Errc::invalid_argument);
  }
  CHECK(error_of(parse({{"url", "http://shop.example"}})) == Errc::policy);
}

TEST_CASE("WordPress settings: the application password is a secret and needed", "[targets]") {
  CHECK(error_of(parse({}, "")) == Errc::invalid_argument);
  const auto refused = parse({}, "hunter2\n");
  REQUIRE(!refused);
  CHECK((refused.error().message + refused.error().hint).find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace stagepass::tests
