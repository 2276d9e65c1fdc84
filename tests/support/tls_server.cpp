#include <fmt/core.h>

#include <chrono>
#include <support/http_server.hpp>
#include <support/results.hpp>
#include <support/tls_server.hpp>

namespace stagepass::tests {
namespace {

constexpr Timeout kPatience = std::chrono::seconds(20);

std::uint16_t free_port() {
  return HttpServer([](const SeenRequest&, const HttpServer::Client&) {}).port();
}

}  // namespace

TlsServer::TlsServer() : port_(free_port()) {
  Command make;
  make.argv = {"/usr/bin/openssl",
               "req",
               "-x509",
               "-newkey",
               "ec",
               "-pkeyopt",
               "ec_paramgen_curve:prime256v1",
               "-nodes",
               "-days",
               "2",
               "-subj",
               "/CN=localhost",
               "-addext",
               "subjectAltName=IP:127.0.0.1",
               "-keyout",
               path("key"),
               "-out",
               certificate()};
  must(process_.run(make));
  Command serve;
  serve.argv = {"/usr/bin/openssl",
                "s_server",
                "-accept",
                fmt::format("127.0.0.1:{}", port_),
                "-key",
                path("key"),
                "-cert",
                certificate(),
                "-www"};
  serve.timeout = std::chrono::minutes(2);
  server_ = must(process_.start(serve));
  must(server_->wait_for_output("ACCEPT", kPatience));
}

std::string TlsServer::path(const std::string& name) const {
  return (folder_.path() / name).string();
}

std::string TlsServer::url(const std::string& host) const {
  return fmt::format("https://{}:{}", host, port_);
}

}  // namespace stagepass::tests
