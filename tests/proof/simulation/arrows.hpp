#pragma once

#include "oracle/oracle.hpp"
#include "simulation/process.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace stagepass::proof {

/// How an account's life goes when nothing strikes it.
enum class Course { finished, expired, bundle };

/// Which step of a whole life is struck by what; steps are counted over all processes.
using Strikes = std::map<std::uint64_t, Fault>;

struct ArrowCase {
  Course course = Course::finished;
  Strikes strikes;
  bool forgets_to_delete = false;  ///< for self-checks: a target that lies even in the proof
  std::function<void(const std::string&)> on_tell;
};

struct ArrowReport {
  std::vector<std::string> steps;  ///< "commit", "create" …, as they were taken
  std::vector<Violation> violations;
};

/// One life: grant, retrieve, extend, reissue, finish or the end of its time; everybody tries again what
/// failed; purge every quarter of an hour. Judged after every command and at the end.
[[nodiscard]] ArrowReport live_struck(const ArrowCase& which);

/// "finished, crash before at step 3 (create)"
[[nodiscard]] std::string describe(const ArrowCase& which, const std::vector<std::string>& steps);

/// Every step of every course with every fault, alone.
[[nodiscard]] std::vector<ArrowCase> single_strikes();

/// The same with every second fault at every later step of what `first` made of the life.
[[nodiscard]] std::vector<ArrowCase> second_strikes(const ArrowCase& first);

}  // namespace stagepass::proof
