#pragma once

#include "targets/deadline.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstddef>

namespace stagepass::targets {

/// No request is longer.
inline constexpr std::size_t kLongestRequest = 16UL * 1024;

/// The first line of `fd` without its end. What follows is never looked at.
///
/// Failure: `invalid_argument` if the input ends before the line does (the connection was cut: half
/// a request is none), or the line is longer than a request can be; `unreachable` if it is not
/// there at the deadline. Secrets: passes through no memory but a wiped buffer.
[[nodiscard]] Result<Secret> read_request_line(int fd, const Deadline& deadline);

}  // namespace stagepass::targets
