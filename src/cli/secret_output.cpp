#include "cli/secret_output.hpp"

#include <stagepass/system/files.hpp>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace stagepass::cli {

Result<void> check_stdout_keeps_secrets() {
  struct ::stat status {};
  const bool is_device = ::fstat(STDOUT_FILENO, &status) == 0 && S_ISCHR(status.st_mode);
  if (is_device && status.st_rdev == makedev(1, 3)) {
    return fail(Errc::invalid_argument,
                "stdout is closed or /dev/null, and a credential is shown only once",
                "give --out FILE, or send stdout somewhere");
  }
  return {};
}

Result<void> write_secret_to_stdout(const Secret& secret) {
  SP_TRY(check_stdout_keeps_secrets());
  if (auto written = system::write_all(STDOUT_FILENO, secret.reveal()); !written) {
    return fail(written.error().code, "cannot write to stdout: " + written.error().message);
  }
  return {};
}

}  // namespace stagepass::cli
