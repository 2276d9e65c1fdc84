#pragma once

#include <linux/filter.h>
#include <string>
#include <vector>

namespace stagepass::proof {

/// Which system calls of the program under test are points.
enum class CallSet {
  changes,  ///< whatever changes files, processes or a target
  reads,    ///< those, and every reading of a file
  writes,   ///< `changes`, and the end of the program
  none,
  memory,  ///< asking the kernel for memory
};

/// Lets every other call pass at full speed.
[[nodiscard]] std::vector<sock_filter> filter_for(CallSet set);

/// "fdatasync", or its number.
[[nodiscard]] std::string name_of_call(long number);

}  // namespace stagepass::proof
