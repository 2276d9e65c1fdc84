#include "core/enum_names.hpp"

#include <stagepass/core/grant.hpp>

namespace stagepass {
namespace {

constexpr EnumNames<EndReason, 4> kReasons = {{{EndReason::expired, "expired"},
                                               {EndReason::finished, "finished"},
                                               {EndReason::revoked, "revoked"},
                                               {EndReason::not_created, "not_created"}}};

}  // namespace

std::string_view to_string(EndReason reason) {
  return name_of(kReasons, reason);
}

Result<EndReason> parse_end_reason(std::string_view text) {
  return value_of(kReasons, text, "a reason for an end");
}

}  // namespace stagepass
