#include "targets/shopware/user_identity.hpp"

#include "targets/mail_mark.hpp"

#include <stagepass/core/marker.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kLabel = "stagepass shopware user 1 ";

/// MySQL compares names without regard to case.
bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::string id_for_marker(const std::string& marker) {
  const std::string text = fmt::format("{}{}", kLabel, marker);
  std::array<std::uint8_t, kIdBytes> digest{};
  ::crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, 0);
  std::string id;
  for (const std::uint8_t byte : digest) {
    id += fmt::format("{:02x}", byte);
  }
  return id;
}

Result<UserIdentity> UserIdentity::of(const AccountRef& account) {
  SP_ASSIGN(const std::string proof, proof_of(account));
  return UserIdentity{id_for_marker(account.marker), account.user_name.str(),
                      mail_mark(account.user_name, proof), account.marker};
}

bool UserIdentity::is_ours(const BackOfficeUser& user) const {
  return user.id == id ||
         (has_name_of(user) && (user.marker == marker || same_text(user.email, email)));
}

bool UserIdentity::has_name_of(const BackOfficeUser& user) const {
  return same_text(user.username, username);
}

std::vector<MarkedAccount> marks_on(const BackOfficeUser& user) {
  std::vector<MarkedAccount> marks;
  const auto add = [&](const std::string& marker) {
    const auto account = account_in_marker(marker);
    const bool is_its_own = account && user.id == id_for_marker(marker);
    MarkedAccount mark{is_its_own ? user_name_for(*account).str() : user.username, marker};
    const bool is_listed = std::any_of(marks.begin(), marks.end(), [&](const MarkedAccount& seen) {
      return seen.marker == mark.marker;
    });
    if (!is_listed) {
      marks.push_back(std::move(mark));
    }
  };
  if (user.marker.starts_with(kMarkerPrefix)) {
    add(user.marker);
  }
  if (const auto marker = marker_in_email(user.email)) {
    add(*marker);
  }
  return marks;
}

}  // namespace stagepass::targets
