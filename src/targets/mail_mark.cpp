#include "targets/mail_mark.hpp"

#include <stagepass/core/marker.hpp>

#include <fmt/core.h>

namespace stagepass::targets {

Result<std::string> proof_of(const AccountRef& account) {
  const auto id = account_in_marker(account.marker);
  const std::size_t dot = account.marker.find('.');
  if (!id || *id != account.id || dot == std::string::npos) {
    return fail(Errc::internal,
                fmt::format("the marker of {} does not speak of it", account.user_name.str()));
  }
  return account.marker.substr(dot + 1);
}

std::string mail_mark(const UserName& user, std::string_view proof) {
  return fmt::format("{}.{}{}", user.str(), proof, kMailDomain);
}

std::optional<std::string> marker_in_email(std::string_view email) {
  if (!email.ends_with(kMailDomain)) {
    return std::nullopt;
  }
  email.remove_suffix(kMailDomain.size());
  const std::size_t dot = email.find('.');
  const auto name = UserName::parse(email.substr(0, dot));
  if (!name || dot == std::string_view::npos) {
    return std::nullopt;
  }
  constexpr std::size_t kBeforeBody = 2;  // "sp"
  return fmt::format("{}a-{}{}", kMarkerPrefix, name->str().substr(kBeforeBody), email.substr(dot));
}

}  // namespace stagepass::targets
