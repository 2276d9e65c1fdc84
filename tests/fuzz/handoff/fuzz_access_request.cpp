// Requests of specialists, as they are pasted from a ticket.

#include <stagepass/handoff/request.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_access_request(std::string_view input) {
  const auto request = handoff::read_request(input);
  if (!request) {
    require(request.error().code == Errc::invalid_argument, "no request is a wrong argument");
    require_safe(request.error());
    return;
  }
  require_safe(request->wants);
  require_safe(request->reason);
  const auto text = handoff::write_request(*request);
  require(text.has_value(), "what was read can be written");
  const auto again = handoff::read_request(*text);
  require(again && handoff::check_words(*again) == handoff::check_words(*request),
          "a written request reads as the same");
}

const Registration registration({"access_request", try_access_request});

}  // namespace
}  // namespace stagepass::fuzz
