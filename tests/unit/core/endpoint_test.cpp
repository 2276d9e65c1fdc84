#include <stagepass/core/endpoint.hpp>

#include <array>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass {
namespace {

using Catch::Matchers::ContainsSubstring;

struct GoodHost {
  std::string_view text;
  std::string_view host;
};

constexpr std::array kGoodHosts = {
    GoodHost{"localhost", "localhost"},
    GoodHost{"shop-1.Example.NET", "shop-1.example.net"},
    GoodHost{"4chan.example", "4chan.example"},
    GoodHost{"xn--mller-kva.example", "xn--mller-kva.example"},
    GoodHost{"127.0.0.1", "127.0.0.1"},
    GoodHost{"::1", "::1"},
    GoodHost{"[2001:DB8::1]", "2001:db8::1"},
    GoodHost{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
};

TEST_CASE("Endpoint: host names and addresses are taken in lower case without brackets") {
  for (const GoodHost& good : kGoodHosts) {
    CAPTURE(good.text);
    CHECK(tests::must(parse_host(good.text)) == good.host);
  }
}

const std::vector<std::string> not_hosts = {
    "",
    ".",
    "-oProxyCommand=id",
    "-h",
    "h-",
    "h%00",
    "h:22",
    "[h]",
    "[]",
    "[::1",
    "[192.0.2.1]",
    "a..b",
    "h.",
    ".h",
    "a b",
    "a_b",
    "é.example",
    "h\n",
    "h\x1b[0m",
    "$(id)",
    "h/path",
    "fe80::1%eth0",
    "256.1.1.1",
    "1.2.3",
    "2852039166",
    "0xa9fea9fe",
    "169.254.43518",
    "0251.0376.0251.0376",
    std::string("127.0.0.1\0.example", 18),
    std::string(64, 'a') + ".example",
    std::string(254, 'a'),
    std::string(1 << 20, 'a'),
};

TEST_CASE("Endpoint: what is neither a host name nor an address is refused") {
  for (const std::string& text : not_hosts) {
    CAPTURE(text.substr(0, 40));
    const auto host = parse_host(text);
    REQUIRE(tests::error_of(host) == Errc::invalid_argument);
    CHECK_THAT(host.error().message, ContainsSubstring("is not a host"));
    CHECK(host.error().message.size() < 200);
    CHECK_FALSE(host.error().hint.empty());
  }
}

TEST_CASE("Endpoint: a host name may have 253 characters and no more") {
  const std::string label(62, 'a');
  const std::string name = label + "." + label + "." + label + "." + label;  // 251
  CHECK(parse_host(name + ".b"));
  CHECK_FALSE(parse_host(name + ".bb"));
}

TEST_CASE("Endpoint: a secret in a URL is refused and never repeated") {
  for (const std::string_view text : {"ssh://user:hunter2@h", "user:hunter2@h", "hunter2@h",
                                      "ftp://user:hunter2@h", "https://h/?token=hunter2"}) {
    CAPTURE(text);
    const auto host = parse_host(text);
    REQUIRE_FALSE(host);
    CHECK_THAT(host.error().message + host.error().hint, !ContainsSubstring("hunter2"));
  }
  CHECK_THAT(parse_host("user:hunter2@h").error().message, ContainsSubstring("password"));
}

TEST_CASE("Endpoint: plain FTP is against the rules and SFTP is offered") {
  for (const std::string_view text : {"ftp://shop.example.net", "FTP://shop", "ftp://a:b@shop"}) {
    CAPTURE(text);
    const auto host = parse_host(text);
    REQUIRE(tests::error_of(host) == Errc::policy);
    CHECK_THAT(host.error().hint, ContainsSubstring("SFTP on port 22"));
  }
  const auto port = parse_port("21");
  REQUIRE(tests::error_of(port) == Errc::policy);
  CHECK_THAT(port.error().hint, ContainsSubstring("SFTP on port 22"));
}

TEST_CASE("Endpoint: other schemes are refused too") {
  for (const std::string_view text : {"ssh://h", "https://h", "file:///etc/passwd", "ftps://h"}) {
    CAPTURE(text);
    CHECK(tests::error_of(parse_host(text)) == Errc::invalid_argument);
    CHECK_THAT(parse_host(text).error().message, ContainsSubstring("scheme"));
  }
}

TEST_CASE("Endpoint: link-local and metadata addresses are against the rules") {
  for (const std::string_view text : {"169.254.169.254", "169.254.0.1", "fe80::1", "[fe80::1]",
                                      "febf::1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe"}) {
    CAPTURE(text);
    CHECK(tests::error_of(parse_host(text)) == Errc::policy);
  }
  CHECK(parse_host("169.253.0.1"));
  CHECK(parse_host("fec0::1"));
}

TEST_CASE("Endpoint: only this machine itself is a loopback host") {
  for (const std::string host : {"localhost", "::1", "127.0.0.1", "127.9.8.7"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const std::string host : {"127.shop.example", "127.0.0.1.shop.example", "128.0.0.1", "::2",
                                 "localhost.shop.example", "10.127.0.1", ""}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
  CHECK_FALSE(is_loopback(std::string("127.0.0.1\0x", 11)));
}

TEST_CASE("Endpoint: a port is a number from 1 to 65535") {
  CHECK(tests::must(parse_port("1")) == 1);
  CHECK(tests::must(parse_port("22")) == 22);
  CHECK(tests::must(parse_port("65535")) == 65535);
  for (const std::string_view text : {"", "0", "65536", "-1", "+22", " 22", "22 ", "0x16", "ssh",
                                      "２2", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(tests::error_of(parse_port(text)) == Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace stagepass
