#pragma once

#include "recovery.hpp"

namespace stagepass::proof {

/// A command that fails ends by itself, with an exit status that says so and one clear sentence.
enum class MayAbort { no, yes };
[[nodiscard]] Objections judge_manners(const ProgramEnd& end, MayAbort may_abort);

/// Adds to each objection how it came to be.
void tell_story(Objections& objections, const std::string& story);

}  // namespace stagepass::proof
