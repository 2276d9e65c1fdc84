#include <stagepass/core/grant.hpp>

#include <array>
#include <utility>

namespace stagepass {
namespace {

constexpr std::array<std::pair<EndReason, std::string_view>, 4> kReasons = {{
    {EndReason::expired, "expired"},
    {EndReason::finished, "finished"},
    {EndReason::revoked, "revoked"},
    {EndReason::not_created, "not created"},
}};

}  // namespace

std::string_view to_string(EndReason reason) {
  for (const auto& [each, name] : kReasons) {
    if (each == reason) {
      return name;
    }
  }
  return "?";
}

Result<EndReason> parse_end_reason(std::string_view text) {
  for (const auto& [each, name] : kReasons) {
    if (name == text) {
      return each;
    }
  }
  return fail(Errc::corrupt, "not a known reason for an end");
}

}  // namespace stagepass
