#include <stagepass/core/marker.hpp>

namespace stagepass {

std::optional<AccountId> account_in_marker(std::string_view marker) {
  if (!marker.starts_with(kMarkerPrefix)) {
    return std::nullopt;
  }
  marker.remove_prefix(kMarkerPrefix.size());
  const auto id = AccountId::parse(marker.substr(0, marker.find('.')));
  return id ? std::optional(*id) : std::nullopt;
}

}  // namespace stagepass
