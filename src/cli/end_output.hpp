#pragma once

#include "cli/context.hpp"

#include <stagepass/service/grant_service.hpp>

#include <optional>
#include <vector>

namespace stagepass::cli {

struct Ended {
  service::EndReport report;
  std::optional<Error> problem;  ///< why it broke off, if it did
};

/// Tells how the end of these grants went, and of those that had ended `before`. Errors: the problem.
[[nodiscard]] Result<ExitStatus> tell_end(Context& context, const Ended& ended,
                                          const std::vector<GrantWithAccounts>& before);

/// "g-7f3k9q2m5x MSP-48213 ana files, shop"
[[nodiscard]] std::string grant_line(const GrantWithAccounts& grant);

/// A line each on stdout.
[[nodiscard]] Result<ExitStatus> list_grants(Context& context,
                                             const std::vector<GrantWithAccounts>& found);

}  // namespace stagepass::cli
