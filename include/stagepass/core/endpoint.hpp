#pragma once

#include <stagepass/core/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace stagepass {

/// Checks a host name or IP address of a target: no user, no password, no scheme, no leading
/// dash, no control characters, no link-local or metadata address. Errors: `policy` for ftp://
/// (with the SFTP alternative) and metadata addresses, else `invalid_argument`.
[[nodiscard]] Result<std::string> parse_host(std::string_view text);

/// Does this host, as `parse_host` gave it, mean this machine itself? 127.shop.example does not: it is
/// a name like any other, and whoever owns it says where it leads.
[[nodiscard]] bool is_loopback(const std::string& host);

/// 1 to 65535. Errors: `policy` for 21: plain FTP is not supported, SFTP is; else
/// `invalid_argument`.
[[nodiscard]] Result<std::uint16_t> parse_port(std::string_view text);

}  // namespace stagepass
