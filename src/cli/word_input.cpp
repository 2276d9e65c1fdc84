#include "cli/word_input.hpp"

#include "cli/describe.hpp"
#include "cli/end_output.hpp"
#include "cli/file_input.hpp"
#include "cli/session.hpp"

#include <stagepass/service/word_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestText = 64UL * 1024;

Result<handoff::Word> read_word(const std::string& file) {
  SP_ASSIGN(const Secret content, read_input(file, "the word", kLongestText));
  return handoff::read_word(content.reveal_text());
}

/// One page is enough to say that there are any.
Result<std::size_t> other_open_grants(Store& store, const Grant& grant) {
  constexpr std::size_t kMost = 100;
  GrantFilter filter;
  filter.recipient = grant.recipient;
  SP_ASSIGN(const auto open, store.grants(filter, std::nullopt, kMost));
  return static_cast<std::size_t>(
      std::count_if(open.begin(), open.end(),
                    [&](const GrantWithAccounts& each) { return each.grant.id != grant.id; }));
}

/// What ending the accounts does not undo.
Result<void> tell_what_else_to_do(Context& context, Store& store, const Grant& grant) {
  const std::string& name = grant.recipient.str();
  context.terminal.note(fmt::format(
      "look at the logs of its targets from {} on: what was done with the credential stays done",
      both_times(grant.created_at)));
  context.terminal.note(
      fmt::format("if it was his key that somebody else has: stagepass recipient remove {}", name));
  SP_ASSIGN(const std::size_t others, other_open_grants(store, grant));
  if (others > 0) {
    context.terminal.note(fmt::format("{} other grant{} to {} {} open: stagepass revoke --to {}",
                                      others, others == 1 ? "" : "s", name,
                                      others == 1 ? "is" : "are", name));
  }
  return {};
}

}  // namespace

Result<ExitStatus> run_word_of_specialist(Context& context, const std::string& file, bool dry_run) {
  SP_ASSIGN(const handoff::Word word, read_word(file));
  Session session(context);
  SP_ASSIGN(auto workspace, session.workspace());
  SP_ASSIGN(const GrantWithAccounts before, service::verify_word(workspace, word));
  context.terminal.note(fmt::format("{} says of {}: {}, at {}", word.by.str(), word.grant.str(),
                                    to_string(word.says), both_times(word.at)));
  if (dry_run) {
    return list_grants(context, {before});
  }
  SP_ASSIGN(const auto report, service::act_on_word(workspace, word, context.terminal));
  SP_ASSIGN(const ExitStatus status, tell_end(context, {report, std::nullopt}, {before}));
  if (word.says == handoff::Saying::compromised) {
    SP_TRY(tell_what_else_to_do(context, workspace.store, before.grant));
  }
  return status;
}

}  // namespace stagepass::cli
