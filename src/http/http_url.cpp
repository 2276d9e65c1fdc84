#include <stagepass/core/endpoint.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/http/http_url.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace stagepass::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::string_view kExample = "give an address such as https://shop.example";
constexpr std::string_view kEndpointCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-/?%:@!$&'()*+,;=";
constexpr std::string_view kPathCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-/";

std::uint16_t usual_port(HttpUrl::Scheme scheme) {
  return scheme == HttpUrl::Scheme::https ? kHttpsPort : kHttpPort;
}

bool takes(std::string_view& text, std::string_view beginning) {
  const bool same =
      text.size() >= beginning.size() &&
      std::equal(beginning.begin(), beginning.end(), text.begin(), [](char expected, char given) {
        return expected == std::tolower(static_cast<unsigned char>(given));
      });
  text.remove_prefix(same ? beginning.size() : 0);
  return same;
}

Result<HttpUrl::Scheme> take_scheme(std::string_view& text) {
  if (takes(text, "https://")) {
    return HttpUrl::Scheme::https;
  }
  if (takes(text, "http://")) {
    return HttpUrl::Scheme::http;
  }
  if (takes(text, "ftp://")) {
    return fail(Errc::policy, "plain FTP is not supported: it sends passwords unencrypted",
                std::string(kExample));
  }
  return fail(Errc::invalid_argument, "the address must begin with https://",
              std::string(kExample));
}

/// "host", "host:port", "[::1]:port"
Result<void> read_authority(std::string_view text, HttpUrl& url) {
  if (text.find('@') != std::string_view::npos) {
    return fail(Errc::invalid_argument, "an address must not contain a user name or a password",
                "give the address alone; if that was a real password, change it");
  }
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos &&
      (bracket == std::string_view::npos ? text.find(':') == colon : colon > bracket);
  SP_ASSIGN(url.host, parse_host(has_port ? text.substr(0, colon) : text));
  url.port = usual_port(url.scheme);
  if (has_port) {
    SP_ASSIGN(url.port, parse_port(text.substr(colon + 1)));
  }
  return {};
}

Result<std::string> read_path(std::string_view text) {
  while (text.ends_with('/')) {
    text.remove_suffix(1);
  }
  const bool climbs =
      text.find("/.") != std::string_view::npos || text.find("//") != std::string_view::npos;
  if (climbs || text.find_first_not_of(kPathCharacters) != std::string_view::npos) {
    return fail(Errc::invalid_argument,
                fmt::format("the path {} of the address cannot be used", quoted(text)),
                "give the shop's address alone, without ? and #, e.g. https://shop.example/shop");
  }
  return std::string(text);
}

}  // namespace

std::string HttpUrl::str() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string text = fmt::format("{}://{}", scheme == Scheme::https ? "https" : "http",
                                 is_ipv6 ? fmt::format("[{}]", host) : host);
  if (port != usual_port(scheme)) {
    text += fmt::format(":{}", port);
  }
  return text + path;
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  HttpUrl url;
  SP_ASSIGN(url.scheme, take_scheme(text));
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  SP_TRY(read_authority(text.substr(0, end), url));
  SP_ASSIGN(url.path, read_path(text.substr(end)));
  if (url.scheme == HttpUrl::Scheme::http && !is_loopback(url.host)) {
    return fail(
        Errc::policy, fmt::format("http://{} would send credentials unencrypted", url.host),
        fmt::format("use https://{}; http is only for 127.0.0.1, ::1 and localhost", url.host));
  }
  return url;
}

Result<HttpEndpoint> parse_http_endpoint(std::string_view text) {
  constexpr std::size_t kLongest = 2000;
  const std::size_t scheme = text.find("://");
  const std::size_t authority = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", authority), text.size());
  HttpEndpoint endpoint;
  SP_ASSIGN(endpoint.server, parse_http_url(text.substr(0, end)));
  const std::string_view rest = text.substr(end);
  if (text.size() > kLongest ||
      rest.find_first_not_of(kEndpointCharacters) != std::string_view::npos) {
    return fail(
        Errc::invalid_argument,
        fmt::format("what stands behind {} is no path of an address", endpoint.server.str()),
        "letters, digits and %/?:@!$&'()*+,;=._~- make one, up to 2000 of them; no #");
  }
  endpoint.path = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return endpoint;
}

}  // namespace stagepass::http
