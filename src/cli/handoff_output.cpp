#include "cli/handoff_output.hpp"

#include "cli/describe.hpp"
#include "cli/json_output.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::cli {
namespace {

Result<void> write_to_file(const std::string& path, const std::string& text) {
  SP_ASSIGN(auto file, system::PrivateFile::create(path));
  SP_TRY(file.write(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  return file.publish();
}

void tell_of_keys(Terminal& terminal, const Recipient& recipient,
                  service::HandoffRequest::Unconfirmed unconfirmed) {
  for (const RecipientKey& key : recipient.keys) {
    if (key.confirmed_at) {
      terminal.note(fmt::format("sealed for {}, whose key was confirmed {} by {}",
                                recipient.name.str(), both_times(*key.confirmed_at),
                                escape_untrusted(key.confirmed_by)));
    } else if (unconfirmed == service::HandoffRequest::Unconfirmed::allowed) {
      terminal.note(
          fmt::format("sealed for {}, though nobody has compared the words of his key: {}",
                      recipient.name.str(), fingerprint_of(key.text)));
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
  return file ? write_to_file(*file, text) : context.terminal.print(text);
}

}  // namespace

Result<void> hand_off(Context& context, service::Workspace& workspace,
                      const service::HandoffRequest& request,
                      const std::optional<std::string>& file) {
  service::HandoffService handoffs(workspace);
  SP_TRY(handoffs.seal(
      request, [&](const std::string& block) { return deliver(context, request, block, file); }));
  if (request.passphrase != nullptr) {
    context.terminal.note(
        "tell the passphrase by phone, never in the ticket: whoever has both opens it");
    return {};
  }
  SP_ASSIGN(const GrantWithAccounts found, workspace.store.grant(request.grant));
  SP_ASSIGN(const Recipient recipient,
            handoffs.require_sealable(found.grant.recipient, request.unconfirmed));
  tell_of_keys(context.terminal, recipient, request.unconfirmed);
  return {};
}

}  // namespace stagepass::cli
