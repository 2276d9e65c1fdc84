#include "cli/handoff_output.hpp"

#include "cli/describe.hpp"
#include "cli/file_output.hpp"
#include "cli/json_output.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

namespace stagepass::cli {
namespace {

void tell_of_keys(Terminal& terminal, const Recipient& sealed_for) {
  for (const RecipientKey& key : sealed_for.keys) {
    if (key.confirmed_at) {
      terminal.note(fmt::format("sealed for {}, whose key was confirmed {} by {}",
                                sealed_for.name.str(), both_times(*key.confirmed_at),
                                escape_untrusted(key.confirmed_by)));
    } else {
      terminal.note(
          fmt::format("sealed for {}, though nobody has compared the words of his key: {}",
                      sealed_for.name.str(), fingerprint_of(key.text)));
    }
  }
}

/// The passphrase first: a block that nobody can open would be lost.
Result<void> deliver(Context& context, const service::HandoffRequest& request,
                     const std::string& block, const std::optional<std::string>& file) {
  if (request.passphrase != nullptr) {
    SP_TRY(context.terminal.show_on_terminal("passphrase of the block", *request.passphrase));
  }
  const std::string text = context.options.json ? handoff_json(request.grant, block) : block;
  return file ? write_new_file(*file, text) : context.terminal.print(text);
}

}  // namespace

Result<void> hand_off(Context& context, service::Workspace& workspace,
                      const service::HandoffRequest& request,
                      const std::optional<std::string>& file) {
  SP_ASSIGN(const Recipient sealed_for,
            service::HandoffService(workspace).seal(request, [&](const std::string& block) {
              return deliver(context, request, block, file);
            }));
  tell_of_keys(context.terminal, sealed_for);
  if (request.passphrase != nullptr) {
    context.terminal.note(
        "tell the passphrase by phone, never in the ticket: whoever has both opens it");
  }
  return {};
}

}  // namespace stagepass::cli
