#include "cli/tell_audit.hpp"

#include "cli/describe.hpp"

#include <fmt/format.h>

namespace stagepass::cli {
namespace {

std::string describe(const service::Orphan& orphan, const TargetName& target) {
  const std::string what = fmt::format("{} on {} was an orphan: no open record accounted for it",
                                       orphan.user_name.str(), target.str());
  return orphan.problem ? fmt::format("{}; it is not gone yet: {}", what, orphan.problem->message)
                        : what + "; it is gone now";
}

}  // namespace

bool tell_audit(Terminal& terminal, const TargetName& target, const service::TargetAudit& audit) {
  bool left = false;
  for (const auto& orphan : audit.orphans) {
    terminal.note(describe(orphan, target));
    left = left || orphan.problem.has_value();
  }
  for (const auto& outcome : audit.missing) {
    terminal.note(fmt::format("{} on {} was deleted by somebody else",
                              outcome.account.user_name.str(), target.str()));
    terminal.note(cli::describe(outcome));
    left = left || outcome.problem.has_value();
  }
  for (const auto& phrase : audit.foreign) {
    terminal.note(fmt::format("on {}, {}; it was left alone", target.str(), phrase));
  }
  for (const auto& problem : audit.problems) {
    terminal.note(fmt::format("on {}, {}", target.str(), problem));
  }
  if (!audit.was_complete) {
    terminal.note(fmt::format("{} was not compared completely: the time was over", target.str()));
  }
  return left || !audit.problems.empty();
}

bool tell_audits(Terminal& terminal,
                 const std::vector<std::pair<TargetName, Result<service::TargetAudit>>>& audits) {
  bool left = false;
  for (const auto& [target, audit] : audits) {
    if (audit) {
      left = tell_audit(terminal, target, *audit) || left;
    } else {
      terminal.note(fmt::format("{} could not be compared with the records: {}", target.str(),
                                audit.error().message));
      left = left || audit.error().code != Errc::unreachable;
    }
  }
  return left;
}

}  // namespace stagepass::cli
