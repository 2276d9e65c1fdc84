#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace stagepass::proof {

/// Shows everything that a stopped process has in its memory, region by region, also what it may
/// not read itself: the guarded pages of secrets. `where` is the region's line in /proc/PID/maps.
/// What belongs to a file and was not changed is left out.
void for_each_region(
    pid_t process,
    const std::function<void(const std::string& where, std::string_view bytes)>& show);

}  // namespace stagepass::proof
