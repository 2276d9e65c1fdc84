#include "targets/http/http_client.hpp"

#include <stagepass/system/sodium_random.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/http_server.hpp>
#include <support/results.hpp>
#include <support/tls_server.hpp>
#include <unistd.h>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::BasicLogin;
using targets::Deadline;
using targets::HttpClient;
using targets::HttpRequest;
using targets::HttpResponse;
using Client = HttpServer::Client;

constexpr Timeout kPatience = std::chrono::seconds(10);

HttpClient client_of(const std::string& url) {
  return HttpClient(must(targets::parse_http_url(url)));
}

Result<HttpResponse> ask(const HttpServer& server, Timeout patience = kPatience,
                         const HttpRequest& request = {.path = "/x?y=z", .longest_body = 1000}) {
  return client_of(server.url()).send(request, Deadline(patience));
}

TEST_CASE("HttpClient: a request and an answer", "[targets]") {
  const HttpServer server([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send(http_answer(
        "201 Created", "X-Thing:  one \r\nx-thing: two\r\nSet-Cookie: a=b; Path=/\r\n", "hello")));
  });
  const Secret body = Secret::copy_of("{}\n");
  const Secret password = Secret::copy_of("pass word");
  const Secret cookies = Secret::copy_of("c=d");
  const HttpResponse response = must(ask(server, kPatience,
                                         {.method = "DELETE",
                                          .path = "/x?y=z",
                                          .headers = {{"Accept", "application/json"}},
                                          .content_type = "application/json",
                                          .body = &body,
                                          .login = BasicLogin{"ada", &password},
                                          .cookies = &cookies}));
  CHECK(response.status == 201);
  CHECK(response.header("x-thing") == "one");
  CHECK(response.header("set-cookie").empty());
  REQUIRE(response.cookies.size() == 1);
  CHECK(response.cookies.front().reveal_text() == "a=b; Path=/");
  CHECK(response.body == "hello");
  const SeenRequest seen = server.seen().front();
  CHECK(seen.line == "DELETE /x?y=z HTTP/1.1");
  CHECK(seen.body == "{}\n");
  CHECK_THAT(seen.text, ContainsSubstring("Authorization: Basic YWRhOnBhc3Mgd29yZA==\r\n"));
  CHECK_THAT(seen.text, ContainsSubstring("Cookie: c=d\r\n"));
  CHECK_THAT(seen.text, ContainsSubstring("Accept: application/json\r\n"));
}

TEST_CASE("HttpClient: a token goes out and comes back in protected memory", "[targets]") {
  const HttpServer server([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfirst "));
    static_cast<void>(client.send("and second"));
  });
  const Secret token = Secret::copy_of("abc.def");
  HttpRequest request{.path = "/x", .bearer = &token, .answers_secret = true, .longest_body = 16};
  const HttpResponse response = must(ask(server, kPatience, request));
  CHECK(response.body.empty());
  REQUIRE(response.secret_body);
  CHECK(response.secret_body->reveal_text() == "first and second");
  CHECK_THAT(server.seen().front().text, ContainsSubstring("Authorization: Bearer abc.def\r\n"));
  request.longest_body = 15;
  CHECK(error_of(ask(server, kPatience, request)) == Errc::unreachable);
}

TEST_CASE("HttpClient: no redirect is followed", "[targets]") {
  for (const char* status : {"301 Moved", "302 Found", "307 Temporary Redirect"}) {
    const HttpServer other([](const SeenRequest&, const Client& client) {
      static_cast<void>(client.send(http_answer("200 OK", "", "")));
    });
    const HttpServer server([&](const SeenRequest&, const Client& client) {
      static_cast<void>(
          client.send(http_answer(status, fmt::format("Location: {}/\r\n", other.url()), "")));
    });
    const HttpResponse response = must(ask(server));
    CHECK(response.is_redirect());
    CHECK(response.header("location") == other.url() + "/");
    CHECK(other.seen().empty());
  }
}

TEST_CASE("HttpClient: an answer without an end is cut off", "[targets]") {
  const HttpServer body([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send("HTTP/1.1 200 OK\r\n\r\n"));
    while (client.send(std::string(4096, 'x'))) {
    }
  });
  CHECK_THAT(ask(body).error().message, ContainsSubstring("longer than 1000 bytes"));
  const HttpServer head([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send("HTTP/1.1 200 OK\r\n"));
    while (client.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  CHECK_THAT(ask(head).error().message, ContainsSubstring("has no end"));
  const HttpServer interim([](const SeenRequest&, const Client& client) {
    while (client.send("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n")) {
    }
  });
  CHECK(error_of(ask(interim)) == Errc::unreachable);
  const HttpServer line([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send("HTTP/1.1 200 OK\r\nX: "));
    while (client.send(std::string(4096, 'x'))) {
    }
  });
  CHECK(error_of(ask(line)) == Errc::unreachable);
}

TEST_CASE("HttpClient: what drips ends with the time", "[targets]") {
  const HttpServer server([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send("HTTP/1.1 200 OK\r\n\r\n"));
    while (client.stays(20) && client.send("x")) {
    }
  });
  const Deadline bound(std::chrono::seconds(5));
  const auto answer = ask(server, std::chrono::milliseconds(300));
  CHECK_THAT(answer.error().message, ContainsSubstring("did not answer in time"));
  CHECK(answer.error().code == Errc::unreachable);
  CHECK_FALSE(bound.passed());
}

TEST_CASE("HttpClient: nothing is sent twice and nothing half is taken for whole", "[targets]") {
  for (const char* text :
       {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "HTTP/0.9", "SSH-2.0-x\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"}) {
    const HttpServer server(
        [&](const SeenRequest&, const Client& client) { static_cast<void>(client.send(text)); });
    CHECK(error_of(ask(server)) == Errc::unreachable);
    CHECK(server.seen().size() == 1);
  }
}

TEST_CASE("HttpClient: what the environment says of proxies is not heard", "[targets]") {
  const HttpServer proxy([](const SeenRequest&, const Client&) {});
  const HttpServer server([](const SeenRequest&, const Client& client) {
    static_cast<void>(client.send(http_answer("200 OK", "", "")));
  });
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the servers' threads do not look at it
    ::setenv(name, proxy.url().c_str(), 1);
  }
  CHECK(must(ask(server)).status == 200);
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): as above
  }
  CHECK(proxy.seen().empty());
}

TEST_CASE("HttpClient: a closed port is unreachable", "[targets]") {
  std::string url;
  {
    const HttpServer gone([](const SeenRequest&, const Client&) {});
    url = gone.url();
  }
  CHECK(error_of(client_of(url).send({.path = "/"}, Deadline(kPatience))) == Errc::unreachable);
  CHECK(error_of(client_of(url).send({.path = "/"}, Deadline(Timeout::zero()))) ==
        Errc::unreachable);
}

TEST_CASE("HttpClient: text for a query is encoded", "[targets]") {
  CHECK(targets::percent_encoded("/wp/v2 a+b&c=%~.-_\xc3\xa9") ==
        "%2Fwp%2Fv2%20a%2Bb%26c%3D%25~.-_%C3%A9");
  const Secret encoded = targets::percent_encoded(Secret::copy_of("a&\""));
  CHECK(encoded.reveal_text() == "a%26%22");
}

TEST_CASE("HttpClient: a certificate is verified against the file that was named", "[targets]") {
  const TlsServer server;
  const auto ask_with = [&](const std::string& host, const std::string& ca_file) {
    return HttpClient(must(targets::parse_http_url(server.url(host))), ca_file)
        .send({.path = "/"}, Deadline(kPatience));
  };
  CHECK(must(ask_with("127.0.0.1", server.certificate())).status == 200);
  const auto unknown = ask_with("127.0.0.1", "");
  CHECK(error_of(unknown) == Errc::unreachable);
  CHECK_THAT(unknown.error().hint, ContainsSubstring("ca_file"));
  CHECK_THAT(ask_with("localhost", server.certificate()).error().message,
             ContainsSubstring("could not be verified"));
  CHECK_THAT(ask_with("127.0.0.1", "/no/such/file").error().message,
             ContainsSubstring("cannot be read"));
}

#ifndef __SANITIZE_ADDRESS__  // it maps more memory than can be read

/// Is the text, given here in disguise, anywhere in this process's memory that can be written?
bool is_in_memory(const std::string& disguised) {
  std::ifstream maps("/proc/self/maps");
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::vector<char> bytes;
  bool found = false;
  for (std::string line; std::getline(maps, line) && !found;) {
    if (line.find(" rw") == std::string::npos) {
      continue;
    }
    constexpr int kHex = 16;
    std::size_t digits = 0;
    const std::uintptr_t begin = std::stoull(line, &digits, kHex);
    const std::uintptr_t end = std::stoull(line.substr(digits + 1), nullptr, kHex);
    bytes.resize(end - begin);
    const ssize_t got = ::pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(begin));
    const auto last = bytes.begin() + std::max<ssize_t>(got, 0);
    found = std::search(bytes.begin(), last, disguised.begin(), disguised.end(),
                        [](char seen, char wanted) { return seen == (wanted ^ 0x55); }) != last;
    wipe({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  }
  ::close(memory);
  return found;
}

TEST_CASE("HttpClient: no password stays in memory", "[targets]") {
  const TlsServer server;
  std::string disguised;
  {
    system::SodiumRandom random;
    const Secret password = Secret::make(20, [&](MutableBytes out) {
      random.fill(out);
      for (std::uint8_t& each : out) {
        each = static_cast<std::uint8_t>('a' + each % 26);
      }
    });
    for (const std::uint8_t each : password.reveal()) {
      disguised.push_back(static_cast<char>(each ^ 0x55U));
    }
    std::string plain(password.reveal_text());
    REQUIRE(is_in_memory(disguised));
    wipe({reinterpret_cast<std::uint8_t*>(plain.data()), plain.size()});
    REQUIRE_FALSE(is_in_memory(disguised));
    const HttpClient client(must(targets::parse_http_url(server.url("127.0.0.1"))),
                            server.certificate());
    must(client.send({.method = "GET",
                      .path = "/",
                      .content_type = "text/plain",
                      .body = &password,
                      .login = BasicLogin{"ada", &password},
                      .cookies = &password},
                     Deadline(kPatience)));
  }
  CHECK_FALSE(is_in_memory(disguised));
}

#endif

}  // namespace
}  // namespace stagepass::tests
