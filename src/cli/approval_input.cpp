#include "cli/approval_input.hpp"

#include "cli/file_input.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <vector>

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
    std::vector<std::string> names;
    names.reserve(approval.targets.size());
    for (const TargetName& target : approval.targets) {
      names.push_back(target.str());
    }
    terminal.note(fmt::format("approval {}: {} under case {} for {}{}{}", approval.id,
                              join(names, ", "), approval.case_ref.str(),
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
