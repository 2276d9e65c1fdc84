// The authorized_keys line of an account, whose end is moved in place.

#include "targets/unix/authorized_keys.hpp"

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

constexpr std::string_view kEnd = "expiry-time=\"20300317174640Z\"";

void try_line(std::string_view input) {
  const Timestamp end(std::chrono::seconds(1'900'000'000));
  const Result<std::string> moved = targets::with_end(input, end);
  if (!moved) {
    require(moved.error().code == Errc::corrupt, "a line that is not ours is damaged");
    require_safe(moved.error());
    return;
  }
  require(moved->starts_with("restrict,"), "a line of ours is restricted");
  const std::size_t at = moved->find(kEnd);
  require(at != std::string::npos && at == moved->find("expiry-time=\""),
          "the first end is the new");
  require(
      input.starts_with(moved->substr(0, at)) && input.ends_with(moved->substr(at + kEnd.size())),
      "nothing else of the line is touched");
  const Result<std::string> again = targets::with_end(*moved, end);
  require(again && *again == *moved, "an end that is moved to where it is stays there");
}

const Registration registration({"authorized_keys", try_line});

}  // namespace
}  // namespace stagepass::fuzz
