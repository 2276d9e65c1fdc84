#include <stagepass/core/endpoint.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <netinet/in.h>
#include <optional>

namespace stagepass {
namespace {

constexpr std::size_t kLongestHost = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::uint16_t kFtpPort = 21;
constexpr std::string_view kHostHint = "give a host name or an IP address: shop.example.net";

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  return lower;
}

std::optional<Ipv4> read_ipv4(const std::string& text) {
  Ipv4 address{};
  if (text.find('\0') != std::string::npos ||
      ::inet_pton(AF_INET, text.c_str(), address.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

std::optional<Ipv6> read_ipv6(const std::string& text) {
  Ipv6 address{};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

bool is_link_local(const Ipv4& address) {
  return address[0] == 169 && address[1] == 254;
}

/// fe80::/10, or a link-local IPv4 address in IPv6 clothes.
bool is_link_local(const Ipv6& address) {
  constexpr std::array<std::uint8_t, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const bool is_mapped = std::equal(kMappedIpv4.begin(), kMappedIpv4.end(), address.begin());
  return (address[0] == 0xFE && (address[1] & 0xC0U) == 0x80) ||
         (is_mapped && is_link_local(Ipv4{address[12], address[13], address[14], address[15]}));
}

bool is_label(std::string_view label) {
  const auto is_allowed = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; };
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), is_allowed);
}

/// System resolvers also read 2852039166 and 0xa9.0xfe.1 as IPv4 addresses; nobody means that.
bool reads_as_number(std::string_view label) {
  return label.starts_with("0x") || std::all_of(label.begin(), label.end(), is_digit);
}

bool is_host_name(std::string_view text) {
  if (text.size() > kLongestHost) {
    return false;
  }
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (!is_label(label)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return !reads_as_number(label);
    }
    text.remove_prefix(dot + 1);
  }
}

std::string without_brackets(const std::string& text) {
  const bool is_bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']' &&
                            text.find(':') != std::string::npos;
  return is_bracketed ? text.substr(1, text.size() - 2) : text;
}

/// Refuses URLs. Never repeats the text: a URL may carry a password.
Result<void> refuse_url(std::string_view text) {
  if (text.starts_with("ftp://")) {
    return fail(Errc::policy, "plain FTP is not supported: it sends passwords unencrypted",
                "use SFTP on port 22 and give the host alone");
  }
  if (text.find('@') != std::string_view::npos) {
    return fail(Errc::invalid_argument, "a host must not contain a user name or a password",
                "give the host alone; if that was a real password, change it");
  }
  if (text.find("://") != std::string_view::npos) {
    return fail(Errc::invalid_argument, "a host must not contain a scheme",
                "give the host alone: shop.example.net");
  }
  return {};
}

Failure refuse_link_local(std::string_view text) {
  return fail(Errc::policy,
              fmt::format("{} is a link-local address, where clouds keep their metadata service",
                          quoted(text)),
              "give the host name or the routable address of the shop's server");
}

}  // namespace

Result<std::string> parse_host(std::string_view text) {
  std::string host = in_lower_case(text);
  SP_TRY(refuse_url(host));
  // inet_pton would stop at a NUL and judge only what is before it.
  if (host.find('\0') != std::string::npos) {
    return fail(Errc::invalid_argument, fmt::format("{} is not a host", quoted(text)),
                std::string(kHostHint));
  }
  host = without_brackets(host);
  if (const auto ipv4 = read_ipv4(host)) {
    return is_link_local(*ipv4) ? Result<std::string>(refuse_link_local(text)) : host;
  }
  if (const auto ipv6 = read_ipv6(host)) {
    return is_link_local(*ipv6) ? Result<std::string>(refuse_link_local(text)) : host;
  }
  if (!is_host_name(host)) {
    return fail(Errc::invalid_argument, fmt::format("{} is not a host", quoted(text)),
                std::string(kHostHint));
  }
  return host;
}

bool is_loopback(const std::string& host) {
  const auto ipv4 = read_ipv4(host);
  return host == "localhost" || host == "::1" || (ipv4 && ipv4->front() == 127);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stopped_at, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stopped_at != end || port == 0) {
    return fail(Errc::invalid_argument, fmt::format("{} is not a port", quoted(text)),
                "give a number from 1 to 65535; SSH and SFTP usually listen on 22");
  }
  if (port == kFtpPort) {
    return fail(Errc::policy, "port 21 is plain FTP, which is not supported",
                "use SFTP on port 22");
  }
  return port;
}

}  // namespace stagepass
