#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/system/files.hpp>

#include <string_view>

namespace stagepass::cli {

/// The controlling terminal, for reading and writing; empty if there is none.
[[nodiscard]] system::FileDescriptor open_tty();

enum class Echo { no, yes };

/// Writes `prompt` to the controlling terminal and reads one line from it. The line lives in
/// protected memory from its first byte; the terminal's settings are put back in every case.
/// Errors: `aborted` on Ctrl-C, Ctrl-D or a closed terminal, `invalid_argument` beyond 1000 bytes,
/// `unavailable` without a terminal.
[[nodiscard]] Result<Secret> read_tty_line(std::string_view prompt, Echo echo);

}  // namespace stagepass::cli
