// What stagepass-target is sent: whoever has the key of a vault's host may send anything.

#include "targets/remote/target_request.hpp"

#include <stagepass/core/marker.hpp>

#include <fuzz/fuzz.hpp>
#include <string_view>

namespace stagepass::fuzz {
namespace {

void try_target_request(std::string_view input) {
  const auto request = targets::TargetRequest::parse(input);
  if (!request) {
    require(request.error().code == Errc::invalid_argument, "the one who asks is told it is his");
    require_safe(request.error());
    return;
  }
  if (request->account) {
    const AccountRef& account = *request->account;
    require(account.user_name == user_name_for(account.id), "a user name is one that we make");
    require(account.marker.starts_with(kMarkerPrefix), "a mark is one that we make");
    require(account.marker.find_first_of(":,\n") == std::string_view::npos,
            "a mark is one field of a line");
  }
}

const Registration registration({"target_request", try_target_request});

}  // namespace
}  // namespace stagepass::fuzz
