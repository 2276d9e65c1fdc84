#pragma once

#include "cli/context.hpp"

#include <string>

namespace stagepass::cli {

/// stagepass finish --word FILE: ends the grant that a specialist's word is about, if the word is proven. "-" is stdin.
/// `dry_run`: only lists it.
[[nodiscard]] Result<ExitStatus> run_word_of_specialist(Context& context, const std::string& file,
                                                        bool dry_run);

}  // namespace stagepass::cli
