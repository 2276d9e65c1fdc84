#include "targets/http/http_url.hpp"

#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

std::string read_back(const std::string& text) {
  return must(targets::parse_http_url(text)).str();
}

Errc refusal_of(const std::string& text) {
  return error_of(targets::parse_http_url(text));
}

TEST_CASE("HttpUrl: an address is kept without what is usual", "[targets]") {
  CHECK(read_back("https://shop.example") == "https://shop.example");
  CHECK(read_back("HTTPS://Shop.Example:443/") == "https://shop.example");
  CHECK(read_back("https://shop.example:8443/a/b//") == "https://shop.example:8443/a/b");
  CHECK(read_back("https://[2001:db8::1]:8443/x") == "https://[2001:db8::1]:8443/x");
  CHECK(read_back("https://[2001:db8::1]") == "https://[2001:db8::1]");
}

TEST_CASE("HttpUrl: plain http is for this host alone", "[targets]") {
  CHECK(read_back("http://127.0.0.1:8080") == "http://127.0.0.1:8080");
  CHECK(read_back("http://[::1]:8080/shop") == "http://[::1]:8080/shop");
  CHECK(read_back("http://localhost") == "http://localhost");
  CHECK(refusal_of("http://shop.example") == Errc::policy);
  CHECK(refusal_of("http://127.shop.example") == Errc::policy);
  CHECK(refusal_of("http://localhost.shop.example") == Errc::policy);
}

TEST_CASE("HttpUrl: what is no address of a shop is refused", "[targets]") {
  CHECK(refusal_of("ftp://shop.example") == Errc::policy);
  CHECK(refusal_of("https://169.254.169.254/latest") == Errc::policy);
  for (const char* text :
       {"", "shop.example", "https://", "https:///x", "file:///etc/passwd",
        "https://shop.example?x", "https://shop.example/#x", "https://shop.example/a/../b",
        "https://shop.example//x", "https://shop.example/a b", "https://shop.example:0",
        "https://shop.example:http", "https://shop.example/\r\nHost: x", "https://-x.example",
        "https://sh\\op.example", "https://shop.example:1:2"}) {
    CAPTURE(text);
    CHECK(refusal_of(text) == Errc::invalid_argument);
  }
}

TEST_CASE("HttpUrl: a password in an address is never repeated", "[targets]") {
  const auto parsed = targets::parse_http_url("https://admin:hunter2@shop.example/x");
  REQUIRE(!parsed);
  CHECK(parsed.error().code == Errc::invalid_argument);
  CHECK((parsed.error().message + parsed.error().hint).find("hunter2") == std::string::npos);
}

TEST_CASE("HttpEndpoint: path and query are kept apart from what is shown", "[targets]") {
  const auto hook =
      must(http::parse_http_endpoint("https://Chat.Example:443/v1/a//b/../c?k=%2F&t=x"));
  CHECK(hook.server.str() == "https://chat.example");
  CHECK(hook.path == "/v1/a//b/../c?k=%2F&t=x");
  CHECK(must(http::parse_http_endpoint("http://[::1]:8080?t=x")).path == "/?t=x");
  CHECK(must(http::parse_http_endpoint("https://chat.example")).path == "/");
}

TEST_CASE("HttpEndpoint: what could end a line or begin a fragment is refused and not repeated",
          "[targets]") {
  for (const char* rest :
       {"/SESAME#x", "/SESAME x", "/SESAME\r\nHost: x", "/SESAME\x7f", "/SESAME|"}) {
    CAPTURE(rest);
    const auto parsed = http::parse_http_endpoint(std::string("https://chat.example") + rest);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Errc::invalid_argument);
    CHECK((parsed.error().message + parsed.error().hint).find("SESAME") == std::string::npos);
  }
  CHECK(error_of(http::parse_http_endpoint("https://a:b@chat.example/")) == Errc::invalid_argument);
  CHECK(error_of(http::parse_http_endpoint("http://chat.example/")) == Errc::policy);
  CHECK_FALSE(http::parse_http_endpoint("https://chat.example/" + std::string(2000, 'x')));
}

}  // namespace
}  // namespace stagepass::tests
