#pragma once

#include "supervisor.hpp"

#include <filesystem>
#include <optional>

namespace stagepass::proof {

/// The file that a stopped program's descriptor stands for; a file without a name has the name that
/// the kernel shows.
[[nodiscard]] std::filesystem::path file_of_descriptor(pid_t thread, std::uint64_t descriptor);

/// `text` as the stopped program means it, seen from the folder `descriptor` (or where it runs).
[[nodiscard]] std::filesystem::path absolute(pid_t thread, std::uint64_t descriptor,
                                             const std::string& text);

/// The file that a stopped call is about: the first if there are two, nothing if none.
[[nodiscard]] std::optional<std::filesystem::path> file_of(const Call& call);

}  // namespace stagepass::proof
