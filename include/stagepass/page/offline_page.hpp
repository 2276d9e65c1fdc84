#pragma once

#include <string_view>

namespace stagepass::page {

/// The page that opens a hand-off in a browser without a network: one HTML file that needs nothing beside it.
///
/// Guarantees: byte for byte the file that is committed as src/page/generated/open.html.
/// Secrets: none; it is the same for everybody.
[[nodiscard]] std::string_view offline_page() noexcept;

/// Its SHA-256 in hexadecimal, as sha256sum prints it.
[[nodiscard]] std::string_view offline_page_sha256() noexcept;

}  // namespace stagepass::page
