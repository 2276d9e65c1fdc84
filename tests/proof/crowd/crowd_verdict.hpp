#pragma once

#include "crowd_records.hpp"
#include "crowd_stage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace stagepass::proof {

/// What is wrong with what a crowd did, a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> objections_to(const CrowdRecords& records);

/// The last purge, long after every end, and then what is left: must be nothing. Adds what is seen
/// to the histories, so it comes before `objections_to`.
[[nodiscard]] std::vector<std::string> objections_to_the_end(CrowdStage& stage,
                                                             CrowdRecords& records);

/// How many of these false histories, made from true ones, are not objected to: must be none.
[[nodiscard]] std::size_t forgeries_believed(const CrowdRecords& records);

}  // namespace stagepass::proof
