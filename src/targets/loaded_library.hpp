#pragma once

#include <stagepass/system/loaded_library.hpp>

namespace stagepass::targets {

using system::LoadedLibrary;

}  // namespace stagepass::targets
