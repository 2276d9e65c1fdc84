#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

namespace stagepass::cli {

/// A text as a QR code of block characters, two dots high each, with its quiet zone.
///
/// Guarantees: black on white whatever the terminal's own colours are. `coloured` = false leaves the colours out, for
/// terminals that are light on dark.
/// Failure: `invalid_argument` for more than a QR code holds.
/// Secrets: the picture is one; what the encoder frees is overwritten.
[[nodiscard]] Result<Secret> qr_code(const Secret& text, bool coloured);

}  // namespace stagepass::cli
