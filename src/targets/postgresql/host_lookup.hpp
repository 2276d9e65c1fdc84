#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/result.hpp>

#include <string>
#include <vector>

namespace stagepass::targets {

/// The addresses of a host, in the order in which they are to be tried.
///
/// libpq would look the name up itself, and wait as long as the resolver likes.
/// Errors: `unreachable` if the name is not known or nobody said so in time.
[[nodiscard]] Result<std::vector<std::string>> addresses_of(const std::string& host,
                                                            const Deadline& deadline);

}  // namespace stagepass::targets
