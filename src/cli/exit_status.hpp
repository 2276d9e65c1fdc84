#pragma once

#include <stagepass/core/result.hpp>

#include <string>

namespace stagepass::cli {

/// How the program ended, as scripts see it. Stable: a number never changes its meaning.
enum class ExitStatus {
  ok = 0,
  unexpected = 1,
  usage = 2,
  aborted = 3,
  locked = 4,
  not_found = 5,
  expired = 6,
  already_retrieved = 7,
  unreachable = 8,
  refused = 9,
  pending = 10,
  policy = 11,
  undecryptable = 12,
  corrupt = 13,
  doctor = 14,
  no_scheduler = 15,
  conflict = 16,
  unavailable = 17,
  permission_denied = 18,
  internal = 70
};

[[nodiscard]] ExitStatus exit_status_for(Errc code);

/// The table of `stagepass --exit-codes`, a line each.
[[nodiscard]] std::string exit_status_table();

}  // namespace stagepass::cli
