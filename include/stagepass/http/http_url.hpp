#pragma once

#include <stagepass/core/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace stagepass::http {

/// The address of a server, checked: where requests go, and nowhere else.
///
/// Guarantees: https, or http to this host itself; no user, no password, no query, no fragment.
struct HttpUrl {
  enum class Scheme { https, http };
  Scheme scheme = Scheme::https;
  std::string host;  ///< an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string path;  ///< "" or "/shop": never with a slash at its end

  /// As it is written, the port only where it is not the usual one: "https://shop.example/shop".
  [[nodiscard]] std::string str() const;
};

/// An address whose path and query may hold a token, as those of chat hooks do: only `server` is ever shown.
struct HttpEndpoint {
  HttpUrl server;    ///< without a path
  std::string path;  ///< "/hook?key=…": what HttpRequest::path takes; never empty

  friend bool operator==(const HttpEndpoint& a, const HttpEndpoint& b) {
    return a.server.str() == b.server.str() && a.path == b.path;
  }
};

/// Errors: `policy` for http:// to another host, ftp:// and metadata addresses;
/// `invalid_argument` for everything else that is not such an address. Never repeats a password.
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);

/// Errors: as `parse_http_url`; no message repeats what stands behind the host.
[[nodiscard]] Result<HttpEndpoint> parse_http_endpoint(std::string_view text);

}  // namespace stagepass::http
