#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/process.hpp>

#include <stop_token>

namespace stagepass::cli {

/// Where a copied text went.
enum class ClipboardEnd {
  cleared,   ///< it is gone from the clipboard
  replaced,  ///< somebody has copied something else, which is left alone
};

/// Puts a text on the clipboard of this screen for `life`, or until `stop`.
///
/// Guarantees: the text leaves with the program that holds it (wl-copy or xclip), which ends with us; what was copied
/// since stays. What a clipboard manager has taken for itself is out of reach.
/// Failure: `unavailable` if there is no screen, or no such program.
/// Secrets: the text goes to the program's standard input only.
[[nodiscard]] Result<ClipboardEnd> hold_on_clipboard(Process& process, const Secret& text,
                                                     Timeout life, const std::stop_token& stop);

}  // namespace stagepass::cli
