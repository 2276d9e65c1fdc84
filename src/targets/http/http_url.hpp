#pragma once

#include <stagepass/core/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// The address of a back office, checked: where requests go, and nowhere else.
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

/// Errors: `policy` for http:// to another host, ftp:// and metadata addresses;
/// `invalid_argument` for everything else that is not such an address. Never repeats a password.
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);

}  // namespace stagepass::targets
