#include <stagepass/core/endpoint.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace stagepass {
namespace {

constexpr std::size_t kLongestHost = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr int kFtpPort = 21;
constexpr int kHighestPort = 65'535;
constexpr std::string_view kHostHint =
    "give a host name or an address, such as staging.shop.example";

Failure refuse_ftp(std::string message) {
  return fail(Errc::policy, std::move(message),
              "use SFTP, on port 22: it needs an SSH server only");
}

Failure refuse(std::string message) {
  return fail(Errc::invalid_argument, std::move(message), std::string(kHostHint));
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && is_alphanumeric(label.front()) &&
         is_alphanumeric(label.back()) && std::all_of(label.begin(), label.end(), [](char c) {
           return is_alphanumeric(c) || c == '-';
         });
}

bool is_host_name(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

std::string_view without_brackets(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

/// Link-local addresses reach neighbours and cloud metadata services, never a shop.
Result<void> refuse_link_local(const std::string& host) {
  std::array<std::uint8_t, 16> address{};
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), address.data()) == 1;
  const bool v4_local = is_v4 && address[0] == 169 && address[1] == 254;
  const bool is_v6 = !is_v4 && ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
  const bool v6_local = is_v6 && address[0] == 0xFE && (address[1] & 0xC0U) == 0x80U;
  if (v4_local || v6_local) {
    return fail(Errc::policy, fmt::format("{} is a link-local address, not a shop", host),
                std::string(kHostHint));
  }
  return {};
}

bool is_ipv6(const std::string& host) {
  std::array<std::uint8_t, 16> address{};
  return ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// Digits and dots alone are an address or a mistake, never a name.
bool is_broken_ipv4(const std::string& host) {
  std::array<std::uint8_t, 4> address{};
  return host.find_first_not_of("0123456789.") == std::string::npos &&
         ::inet_pton(AF_INET, host.c_str(), address.data()) != 1;
}

}  // namespace

Result<std::string> parse_host(std::string_view text) {
  if (starts_with(text, "ftp://") || starts_with(text, "ftps://")) {
    return refuse_ftp("plain FTP is not supported: it sends passwords in the clear");
  }
  if (text.find("://") != std::string_view::npos) {
    return refuse("a host is expected here, not a URL");
  }
  if (text.find('@') != std::string_view::npos) {
    // Not repeated: there may be a password in it.
    return refuse("a host must not carry a user name or a password");
  }
  const std::string host(without_brackets(text));
  if (is_ipv6(host) ||
      (host.size() <= kLongestHost && is_host_name(host) && !is_broken_ipv4(host))) {
    SP_TRY(refuse_link_local(host));
    return host;
  }
  return refuse(fmt::format("{} is not a host", quoted(text)));
}

Result<std::uint16_t> parse_port(std::string_view text) {
  int port = 0;
  const bool is_number = !text.empty() && text.size() <= 5 &&
                         text.find_first_not_of("0123456789") == std::string_view::npos;
  for (const char c : is_number ? text : std::string_view()) {
    port = port * 10 + (c - '0');
  }
  if (port == kFtpPort) {
    return refuse_ftp(
        "port 21 is plain FTP, which is not supported: it sends passwords in the clear");
  }
  if (port < 1 || port > kHighestPort) {
    return fail(Errc::invalid_argument, fmt::format("{} is not a port", quoted(text)),
                "a port is a number from 1 to 65535; SSH and SFTP use 22");
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace stagepass
