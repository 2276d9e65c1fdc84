#pragma once

#include <stagepass/system/program_file.hpp>

namespace stagepass::targets {

using system::check_program_file;

}  // namespace stagepass::targets
