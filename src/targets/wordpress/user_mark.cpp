#include "targets/wordpress/user_mark.hpp"

#include "targets/mail_mark.hpp"

#include <stagepass/core/marker.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace stagepass::targets {
namespace {

constexpr std::string_view kSite = "https://stagepass.invalid/";
constexpr std::string_view kSlug = "stagepass-";
constexpr std::size_t kIdLength = 10;

char to_lower(char each) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
}

bool same_login(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::optional<std::string> marker_in_url(std::string_view url) {
  if (!url.starts_with(kSite)) {
    return std::nullopt;
  }
  return fmt::format("{}{}", kMarkerPrefix, url.substr(kSite.size()));
}

/// Slugs are unique: WordPress puts "-2" behind that of a second row.
std::optional<std::string> marker_in_slug(std::string_view slug) {
  if (!slug.starts_with(kSlug) || slug.size() <= kSlug.size() + kIdLength ||
      slug[kSlug.size() + kIdLength] != '-') {
    return std::nullopt;
  }
  slug.remove_prefix(kSlug.size());
  const std::string_view proof = slug.substr(kIdLength + 1);
  return fmt::format("{}a-{}.{}", kMarkerPrefix, slug.substr(0, kIdLength),
                     proof.substr(0, proof.find('-')));
}

}  // namespace

Result<UserMark> UserMark::of(const AccountRef& account) {
  SP_ASSIGN(const std::string proof, proof_of(account));
  return UserMark{account.user_name.str(), account.marker, mail_mark(account.user_name, proof),
                  fmt::format("{}{}", kSite, account.marker.substr(kMarkerPrefix.size())),
                  fmt::format("{}{}-{}", kSlug, account.id.body(), proof)};
}

bool UserMark::names(const ShopUser& user) const {
  return same_login(user.login, login);
}

bool UserMark::is_on(const ShopUser& user) const {
  return user.description == description || user.email == email || user.url == url ||
         user.slug == slug || user.slug.starts_with(slug + "-");
}

std::vector<std::string> markers_on(const ShopUser& user) {
  std::vector<std::string> markers;
  const auto add = [&](std::optional<std::string> marker) {
    if (marker && std::find(markers.begin(), markers.end(), *marker) == markers.end()) {
      markers.push_back(*std::move(marker));
    }
  };
  if (user.description.starts_with(kMarkerPrefix)) {
    add(user.description);
  }
  add(marker_in_email(user.email));
  add(marker_in_url(user.url));
  add(marker_in_slug(user.slug));
  return markers;
}

}  // namespace stagepass::targets
