#pragma once

#include <stagepass/system/deadline.hpp>

namespace stagepass::targets {

using system::Deadline;

}  // namespace stagepass::targets
