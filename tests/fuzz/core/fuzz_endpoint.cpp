// Hosts and ports of targets: a host goes to ssh and to resolvers.

#include <stagepass/core/endpoint.hpp>

#include <arpa/inet.h>
#include <fuzz/fuzz.hpp>
#include <netinet/in.h>
#include <string>

namespace stagepass::fuzz {
namespace {

void require_explained(const Error& error) {
  require(error.code == Errc::invalid_argument || error.code == Errc::policy,
          "a wrong endpoint is a wrong argument or forbidden");
  require_safe(error);
}

/// As the system reads it; 169.254.example.com is a name.
bool is_link_local(const std::string& host) {
  in_addr ipv4{};
  in6_addr ipv6{};
  if (::inet_pton(AF_INET, host.c_str(), &ipv4) == 1) {
    return ntohl(ipv4.s_addr) >> 16U == 0xA9FEU;
  }
  return ::inet_pton(AF_INET6, host.c_str(), &ipv6) == 1 && IN6_IS_ADDR_LINKLOCAL(&ipv6);
}

void try_host(std::string_view input) {
  const Result<std::string> host = parse_host(input);
  if (!host) {
    require_explained(host.error());
    return;
  }
  require(!host->empty() && host->front() != '-', "a host is no option");
  require(host->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.:-") == std::string::npos,
          "a host holds no user, password, scheme, blank or control character");
  require(!is_link_local(*host), "no link-local address");
  const Result<std::string> again = parse_host(*host);
  require(again && *again == *host, "a parsed host reads as itself");
}

void try_port(std::string_view input) {
  const Result<std::uint16_t> port = parse_port(input);
  if (!port) {
    require_explained(port.error());
    return;
  }
  require(*port != 0 && *port != 21, "a port can be used, and is not FTP");
  const Result<std::uint16_t> again = parse_port(std::to_string(*port));
  require(again && *again == *port, "a printed port reads as the same");
}

void try_endpoint(std::string_view input) {
  try_host(input);
  try_port(input);
}

const Registration registration({"endpoint", try_endpoint});

}  // namespace
}  // namespace stagepass::fuzz
