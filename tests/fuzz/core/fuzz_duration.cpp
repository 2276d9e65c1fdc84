// Durations, as --for takes them.

#include <stagepass/core/duration.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_duration(std::string_view input) {
  const Result<Ttl> ttl = parse_duration(input);
  if (!ttl) {
    require(ttl.error().code == Errc::invalid_argument, "what is no duration is a wrong argument");
    require_safe(ttl.error());
    return;
  }
  require(*ttl > Ttl::zero() && *ttl <= std::chrono::years(10), "a duration is within its bounds");
  const std::string printed = format_duration(*ttl);
  require_safe(printed);
  const Result<Ttl> again = parse_duration(printed);
  require(again && *again == *ttl, "a printed duration reads as the same");
  require(format_duration(*again) == printed, "a duration has one printed form");
}

const Registration registration({"duration", try_duration});

}  // namespace
}  // namespace stagepass::fuzz
