// Instants, as --until takes them.

#include <stagepass/core/timestamp.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_timestamp(std::string_view input) {
  const Result<Timestamp> at = parse_rfc3339(input);
  if (!at) {
    require(at.error().code == Errc::invalid_argument, "what is no time is a wrong argument");
    require_safe(at.error());
    return;
  }
  const std::string printed = format_utc(*at);
  require(printed.size() == std::string_view("2026-12-01T10:00:00Z").size() &&
              printed >= "1970-01-01T00:00:00Z" && printed <= "9999-12-31T23:59:59Z",
          "a time is within its bounds");
  const Result<Timestamp> again = parse_rfc3339(printed);
  require(again && *again == *at, "a printed time reads as the same");
  require_safe(format_local(*at));
}

const Registration registration({"timestamp", try_timestamp});

}  // namespace
}  // namespace stagepass::fuzz
