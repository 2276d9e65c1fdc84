#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <optional>
#include <string>
#include <vector>

namespace stagepass::cli {

/// Where a block is, and what opens it.
struct BlockArguments {
  std::optional<std::string> file;
  std::vector<std::string> identities;
  bool passphrase = false;
};
void add_block_options(Command& command, BlockArguments& arguments);

/// What the block says, which may stand in a text with more around it. Errors: `invalid_argument`; `locked` for a key that
/// does not open it; as `read_identities` and `age::decrypt`.
[[nodiscard]] Result<Secret> open_block(Context& context, const BlockArguments& arguments);

}  // namespace stagepass::cli
