#include <stagepass/core/production_sign.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <string_view>
#include <vector>

namespace stagepass {
namespace {

constexpr std::array kHostSettings = {"host", "url", "show.host", "show.url"};
constexpr std::array<std::string_view, 5> kProductionWords = {"prod", "prd", "production", "live",
                                                              "www"};
constexpr std::array<std::string_view, 24> kStagingWords = {
    "staging",    "stage",      "stg",  "test",    "tests",   "testing", "tst",     "dev",
    "devel",      "develop",    "qa",   "uat",     "acc",     "accept",  "sandbox", "demo",
    "acceptance", "acceptatie", "beta", "preview", "preprod", "pre",     "ci",      "development"};
/// Reserved by RFC 2606, RFC 6761, RFC 6762 and RFC 8375, or in use within companies: no customer reaches these.
constexpr std::array<std::string_view, 9> kInnerDomains = {
    "test", "example", "invalid", "localhost", "local", "internal", "lan", "intranet", "arpa"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The words of "shop-staging2.example.com": shop, staging, example, com.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool is_inside = false;
  for (const char c : text) {
    if (!is_letter(c)) {
      is_inside = false;
      continue;
    }
    if (!is_inside) {
      words.emplace_back();
    }
    is_inside = true;
    words.back().push_back(c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return words;
}

template <class Known>
bool has_one_of(const std::vector<std::string>& words, const Known& known) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

/// The host of "https://user@shop.example:8443/admin"; a host alone is its own.
std::string_view host_of(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) {
    address.remove_prefix(scheme + 3);
  }
  address = address.substr(0, address.find_first_of("/?#"));
  if (const auto user = address.rfind('@'); user != std::string_view::npos) {
    address.remove_prefix(user + 1);
  }
  if (address.starts_with('[')) {
    return address.substr(1, address.find(']') - 1);
  }
  const bool has_port = std::count(address.begin(), address.end(), ':') == 1;
  return has_port ? address.substr(0, address.find(':')) : address;
}

bool is_private(const std::array<std::uint8_t, 4>& address) {
  return address[0] == 10 || address[0] == 127 || (address[0] == 192 && address[1] == 168) ||
         (address[0] == 172 && (address[1] & 0xF0U) == 16);
}

/// ::1 and fc00::/7.
bool is_private(const std::array<std::uint8_t, 16>& address) {
  constexpr std::array<std::uint8_t, 16> kLoopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                      0, 0, 0, 0, 0, 0, 0, 1};
  return address == kLoopback || (address[0] & 0xFEU) == 0xFC;
}

/// None if the host is a name.
std::optional<bool> is_private_address(const std::string& host) {
  std::array<std::uint8_t, 4> four{};
  if (::inet_pton(AF_INET, host.c_str(), four.data()) == 1) {
    return is_private(four);
  }
  std::array<std::uint8_t, 16> sixteen{};
  if (::inet_pton(AF_INET6, host.c_str(), sixteen.data()) == 1) {
    return is_private(sixteen);
  }
  return std::nullopt;
}

bool is_inner_name(std::string_view host, const std::vector<std::string>& words) {
  const bool is_single_label = host.find('.') == std::string_view::npos;
  return is_single_label || (!words.empty() && has_one_of({words.back()}, kInnerDomains));
}

std::optional<std::string> sign_of_host(const std::string& host) {
  if (const auto is_private = is_private_address(host)) {
    return *is_private ? std::nullopt
                       : std::optional(fmt::format("its address {} is a public one", host));
  }
  const auto words = words_of(host);
  if (has_one_of(words, kStagingWords)) {
    return std::nullopt;
  }
  if (has_one_of(words, kProductionWords)) {
    return fmt::format("its host {} looks like a live one", escape_untrusted(host));
  }
  return is_inner_name(host, words)
             ? std::nullopt
             : std::optional(fmt::format("its host {} does not say staging, test or dev",
                                         escape_untrusted(host)));
}

}  // namespace

std::optional<std::string> production_sign(const std::string& target_name,
                                           const std::map<std::string, std::string>& settings) {
  const auto words = words_of(target_name);
  if (has_one_of(words, kProductionWords) && !has_one_of(words, kStagingWords)) {
    return fmt::format("its name {} looks like a live one", target_name);
  }
  for (const char* key : kHostSettings) {
    const auto setting = settings.find(key);
    if (setting == settings.end()) {
      continue;
    }
    if (auto sign = sign_of_host(std::string(host_of(setting->second)))) {
      return sign;
    }
  }
  return std::nullopt;
}

}  // namespace stagepass
