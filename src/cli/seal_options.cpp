#include "cli/seal_options.hpp"

namespace stagepass::cli {

service::HandoffRequest::Unconfirmed counting_keys(bool also_unconfirmed) {
  using Unconfirmed = service::HandoffRequest::Unconfirmed;
  return also_unconfirmed ? Unconfirmed::allowed : Unconfirmed::refused;
}

void add_seal_options(Command& command, SealOptions& options) {
  command.flag("--seal", options.wanted, "print the credentials as a block for the ticket");
  command.option("--out FILE", options.file, "with --seal: write the block to a new file");
  command.flag("--unconfirmed", options.unconfirmed,
               "with --seal: also for keys whose words nobody has compared");
}

Result<void> check(const SealOptions& options) {
  return options.wanted || (!options.file && !options.unconfirmed)
             ? Result<void>()
             : fail(Errc::invalid_argument, "--out and --unconfirmed belong to --seal");
}

}  // namespace stagepass::cli
