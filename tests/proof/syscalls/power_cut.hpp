#pragma once

#include "disk_log.hpp"

#include <cstdint>

namespace stagepass::proof {

/// What a disk may hold after the power failed at a moment. What was synced is there: the content of a
/// file by a sync of the file, its names by a sync of their folder. Of everything else each change is
/// there or not, whatever the others are: a write as it was, in part (sectors of 512 bytes), as
/// garbage, or not at all. Only a rename is never half. Harsher than any file system in use.
enum class Disk { honest, ignores_syncs };
[[nodiscard]] DiskImage after_power_cut(const DiskLog& log, std::size_t changes, std::uint64_t seed,
                                        Disk disk);

/// Makes the stage what the disk holds, and its targets what they were.
void materialise(const DiskImage& image, const Moment& moment, const Stage& recorded,
                 const Stage& stage);

}  // namespace stagepass::proof
