#include "cli/request_input.hpp"

#include "cli/file_input.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/recipient_service.hpp>

#include <fmt/format.h>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestRequest = 64UL * 1024;

void tell_unless_empty(Terminal& terminal, std::string_view what, const std::string& text) {
  if (!text.empty()) {
    terminal.detail(fmt::format("{}: {}", what, escape_untrusted(text)));
  }
}

}  // namespace

Result<handoff::AccessRequest> read_access_request(const std::string& path) {
  SP_ASSIGN(const Secret content, read_input(path, "the request", kLongestRequest));
  return handoff::read_request(content.reveal_text());
}

void tell_request(Terminal& terminal, const handoff::AccessRequest& request) {
  terminal.note(fmt::format("{} asks for access under {} for {}", request.who.str(),
                            request.case_ref.str(), format_duration(request.life)));
  tell_unless_empty(terminal, "wants", request.wants);
  tell_unless_empty(terminal, "reason", request.reason);
  terminal.detail("key: " + request.key.str());
  terminal.detail("words: " + check_words(request));
}

Result<void> take_key_of(Context& context, service::Workspace& workspace,
                         const handoff::AccessRequest& request) {
  service::RecipientService recipients(workspace);
  const std::string key = request.key.str();
  const auto known = recipients.find(request.who);
  const RecipientKey* const before = known ? known->key(key) : nullptr;
  if (before != nullptr && before->confirmed_at) {
    return {};
  }
  if (context.terminal.can_ask()) {
    SP_ASSIGN(const bool same,
              context.terminal.confirm("did " + request.who.str() + " read these words to you?"));
    if (!same) {
      return fail(Errc::aborted, "the request was not granted",
                  "call back under a number that you know, not one from the ticket");
    }
    SP_TRY(recipients.add_keys(request.who, {request.key}));
    return recipients.confirm(request.who, key);
  }
  SP_TRY(recipients.add_keys(request.who, {request.key}));
  return {};
}

}  // namespace stagepass::cli
