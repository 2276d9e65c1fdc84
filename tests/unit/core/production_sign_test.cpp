#include <stagepass/core/production_sign.hpp>

#include <support/catch.hpp>

namespace stagepass {
namespace {

bool looks_live(const std::string& name, const std::string& key = "",
                const std::string& value = "") {
  return production_sign(name, key.empty() ? std::map<std::string, std::string>{}
                                           : std::map<std::string, std::string>{{key, value}})
      .has_value();
}

}  // namespace

TEST_CASE("Production: a host that says staging, test or dev is none") {
  for (const char* host :
       {"staging.shop.com", "shop-staging2.shop.com", "dev.shop.co.uk", "TEST.shop.com",
        "preprod.shop.com", "www.staging.shop.com", "staging-live.shop.com"}) {
    CAPTURE(host);
    CHECK_FALSE(looks_live("shop", "host", host));
    CHECK_FALSE(looks_live("shop", "url", "https://" + std::string(host) + ":8443/wp?x=/www."));
  }
}

TEST_CASE("Production: a public host that does not say so may be one") {
  for (const char* host : {"shop.com", "www.shop.com", "latest.shop.com", "contest.shop.com",
                           "developers.shop.com", "203.0.113.9", "2001:db8::9"}) {
    CAPTURE(host);
    CHECK(looks_live("shop", "host", host));
    CHECK(looks_live("shop", "show.host", host));
  }
  CHECK(looks_live("shop", "url", "https://shop.com/staging"));
  CHECK(looks_live("shop", "url", "https://staging@shop.com/"));
  CHECK(looks_live("shop", "show.url", "https://[2001:db8::9]:8443/"));
}

TEST_CASE("Production: what nobody reaches from outside is none") {
  for (const char* host : {"localhost", "127.0.0.1", "10.1.2.3", "172.20.0.3", "192.168.1.9", "::1",
                           "fd00::3", "shop", "shop.local", "shop.internal", "shop.example"}) {
    CAPTURE(host);
    CHECK_FALSE(looks_live("shop", "host", host));
  }
  CHECK_FALSE(looks_live("shop", "url", "http://[::1]:8080/"));
  CHECK(looks_live("shop", "host", "172.32.0.3"));
}

TEST_CASE("Production: a name of production may be one wherever it is") {
  CHECK(looks_live("live"));
  CHECK(looks_live("shop-prod"));
  CHECK(looks_live("shop-prod", "host", "127.0.0.1"));
  CHECK(looks_live("shop", "host", "prod-db.internal"));
  CHECK_FALSE(looks_live("shop"));
  CHECK_FALSE(looks_live("products"));
  CHECK_FALSE(looks_live("live-staging"));
}

TEST_CASE("Production: the reason names what was seen and escapes it") {
  CHECK(production_sign("shop", {{"host", "shop.com"}}) ==
        "its host shop.com does not say staging, test or dev");
  CHECK(production_sign("shop", {{"url", "https://a\033b.com"}}) ==
        "its host a\\x1bb.com does not say staging, test or dev");
}

}  // namespace stagepass
