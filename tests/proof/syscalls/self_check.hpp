#pragma once

#include <filesystem>

namespace stagepass::proof {

/// Breaks what the product promises, one promise after the other, and asks for the objection. Prints
/// each; the exit status is 1 if one was not objected to: then no proof here proves anything.
[[nodiscard]] int check_that_the_oracle_objects();

}  // namespace stagepass::proof
