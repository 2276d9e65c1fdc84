#include "cli/watch_notices.hpp"

#include <stagepass/service/checkpoints.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace stagepass::cli {

WatchNotices::WatchNotices(Session& session, Terminal& terminal, std::stop_token stop)
    : session_(&session), terminal_(&terminal), stop_(std::move(stop)) {
  if (const auto store = session.store()) {
    if (const auto log = (*store)->audit_head()) {
      begin_ = *log;
    }
  }
}

WatchNotices::~WatchNotices() {
  if (running_.valid()) {
    running_.wait();
  }
}

// The places of checkpoints are for one thread: they are looked at here, in the scheduler's.
void WatchNotices::follow_round() {
  const bool is_busy =
      running_.valid() && running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  auto workspace = session_->unvouched_workspace();
  if (is_busy || !workspace || !service::require_whole_log(*workspace)) {
    return;
  }
  const auto log = workspace->store.audit_head();
  if (!log) {
    return;
  }
  const AuditHead begin = begin_.value_or(*log);
  begin_ = *log;
  running_ = std::async(std::launch::async, [this, begin] { pass(begin); });
}

void WatchNotices::pass(const AuditHead& begin) {
  std::vector<std::string> remarks;
  try {
    auto report = session_->pass_over_notices(begin, notices::kPatient, stop_);
    if (report) {
      remarks = std::move(report->remarks);
    } else {
      remarks.push_back("no notices are sent: " + report.error().message);
    }
  } catch (const std::exception& problem) {
    remarks.emplace_back(std::string("no notices are sent: ") + problem.what());
  }
  for (const std::string& remark : remarks) {
    if (std::find(said_.begin(), said_.end(), remark) == said_.end()) {
      terminal_->note(remark);
    }
  }
  said_ = std::move(remarks);
}

}  // namespace stagepass::cli
