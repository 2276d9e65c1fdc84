#include "cli/approval_input.hpp"

#include "cli/file_input.hpp"

#include <stagepass/core/duration.hpp>

#include <fmt/format.h>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestFile = 64UL * 1024;

}  // namespace

Result<handoff::SignedApproval> read_approval_file(const std::string& file) {
  SP_ASSIGN(const Secret text, read_input(file, "the approval", kLongestFile));
  return handoff::read_approval(text.reveal_text());
}

void tell_live(Terminal& terminal, const service::LiveAccess& live) {
  if (live.approval) {
    const handoff::Approval& approval = live.approval->approval;
    terminal.note(fmt::format("approval {}: {} under case {} for {}{}{}", approval.id,
                              handoff::names_of(approval.targets), approval.case_ref.str(),
                              format_duration(approval.life), approval.note.empty() ? "" : ": ",
                              approval.note));
    terminal.detail(fmt::format("signed with {}; its words are: {}",
                                live.approval->key.fingerprint(),
                                handoff::words_of(approval).value_or("")));
  }
  if (live.risk == service::LiveAccess::Risk::accepted) {
    terminal.note(fmt::format("you accept that {}", service::kRiskText));
  }
}

}  // namespace stagepass::cli
