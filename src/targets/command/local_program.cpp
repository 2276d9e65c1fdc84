#include "targets/command/local_program.hpp"

#include "targets/command/program_file.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

namespace stagepass::targets {

Result<Transport::Call> LocalProgram::call(Timeout /*timeout*/) const {
  SP_TRY(check_program_file(path_));
  return Call{{path_}, nullptr};
}

Failure LocalProgram::failure(const CommandOutput& output) const {
  return fail(Errc::unreachable,
              fmt::format("{} failed with exit status {}: {}", path_, output.exit_status,
                          escape_untrusted(output.standard_error)));
}

}  // namespace stagepass::targets
