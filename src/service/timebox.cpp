// CaseService::timebox: the records first, in one commit, for they alone end an account in every case; then the targets.
#include "service/case_records.hpp"
#include "service/ending.hpp"
#include "service/moving_ends.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/checkpoints.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

bool is_live(const Account& account) {
  return account.state == AccountState::planned || account.state == AccountState::active;
}

/// One attempt to put a time-box and all that it cuts on record.
class Attempt final {
 public:
  Attempt(Workspace& workspace, const CaseRef& ref, Timestamp end)
      : workspace_(&workspace), ref_(&ref), end_(end) {}

  /// Errors: `conflict` and `undecryptable` if somebody else has changed something since it was read.
  Result<TimeboxReport> run() {
    SP_ASSIGN(report_.record, require_case(*workspace_, *ref_));
    if (report_.record.closed_at) {
      return fail(Errc::policy, fmt::format("case {} is closed", ref_->str()),
                  fmt::format("stagepass case open {} opens it again", ref_->str()));
    }
    report_.record.timebox_at = end_;
    changes_.changed_cases.push_back(report_.record);
    changes_.audit.push_back(audit_entry(*workspace_, "case.timebox", record_name(report_.record),
                                         "until " + format_utc(end_)));
    SP_TRY(cut_all());
    changes_.key_epoch = oldest_epoch_of(changes_.accounts);
    SP_TRY(commit(*workspace_, changes_));
    return report_;
  }

  [[nodiscard]] const ChangeSet& changes() const { return changes_; }

 private:
  Result<void> cut_all() {
    GrantFilter under_case;
    under_case.case_ref = *ref_;
    return for_each_page(*workspace_, under_case, [&](const auto& page) -> Result<void> {
      for (const GrantWithAccounts& each : page) {
        if (std::any_of(each.accounts.begin(), each.accounts.end(),
                        [&](const Account& account) { return outlives(account); })) {
          SP_ASSIGN(const GrantWithAccounts found, workspace_->store.grant(each.grant.id));
          SP_TRY(cut(found));
        }
      }
      return {};
    });
  }

  [[nodiscard]] bool outlives(const Account& account) const {
    return is_live(account) && account.expires_at > end_;
  }

  Result<void> cut(const GrantWithAccounts& found) {
    SP_TRY(require_authentic(*workspace_, found));
    const Grant& grant = found.grant;
    changes_.grants.push_back(grant);
    changes_.grants.back().expires_at = std::min(grant.expires_at, end_);
    const Timestamp ends_at = counting_end(changes_.grants.back(), found.accounts).at;
    for (const Account& account : found.accounts) {
      if (outlives(account)) {
        SP_TRY(cut(account, ends_at));
      }
    }
    changes_.audit.push_back(
        audit_entry(*workspace_, "timebox", grant.id.str(),
                    fmt::format("from {} to {}", format_utc(grant.expires_at), format_utc(end_))));
    report_.cut.push_back({grant.id, grant.expires_at});
    return {};
  }

  Result<void> cut(const Account& account, Timestamp ends_at) {
    if (account.state == AccountState::planned) {
      return fail(Errc::unavailable,
                  fmt::format("grant {} would outlive the time-box, and is being made right now",
                              account.grant.str()),
                  fmt::format("try again when it is there, or end it: stagepass revoke {}",
                              account.grant.str()));
    }
    SP_TRY(workspace_->vault.unlock());
    auto moved = with_new_end(*workspace_, account, end_, ends_at);
    if (!moved) {
      return fail(moved.error().code,
                  fmt::format("the end of grant {} cannot be moved: {}", account.grant.str(),
                              moved.error().message),
                  fmt::format("end it first: stagepass revoke {}", account.grant.str()));
    }
    changes_.accounts.push_back(*std::move(moved));
    return {};
  }

  Workspace* workspace_;
  const CaseRef* ref_;
  Timestamp end_;
  ChangeSet changes_;
  TimeboxReport report_{Case{*ref_, end_}, {}};
};

struct Recorded {
  TimeboxReport report;
  std::vector<Account> cut;
};

Result<Recorded> record_timebox(Workspace& workspace, const CaseRef& ref, Timestamp end) {
  for (int number = 1;; ++number) {
    Attempt attempt(workspace, ref, end);
    auto done = attempt.run();
    if (done) {
      return Recorded{*std::move(done), attempt.changes().accounts};
    }
    const bool may_have_changed =
        done.error().code == Errc::conflict || done.error().code == Errc::undecryptable;
    if (!may_have_changed || number == kCommitAttempts) {
      return fail(std::move(done).error());
    }
    SP_TRY(was_overtaken(workspace, attempt.changes().key_epoch));
  }
}

Result<void> move_on_target(Workspace& workspace, const Account& account) {
  SP_TRY(check_identity(workspace, ref_of(account), account.target));
  SP_ASSIGN(const Target target, workspace.store.target(account.target));
  SP_ASSIGN(const auto driver, driver_for(workspace, target));
  return driver->set_end(ref_of(account), account.expires_at, kStepTimeout);
}

}  // namespace

Result<TimeboxReport> CaseService::timebox(const CaseRef& ref, const End& end, Progress& progress) {
  const Timestamp now = workspace_->clock.now();
  const Timestamp ends_at = resolve(end, now);
  SP_TRY(refuse_rehearsal(ref));
  SP_TRY(check_timebox(now, ends_at));
  SP_TRY(require_whole_log(*workspace_));
  SP_TRY(require_sound_clock(*workspace_, progress));
  SP_ASSIGN(const Recorded recorded, record_timebox(*workspace_, ref, ends_at));
  for (const Account& account : recorded.cut) {
    progress.step(fmt::format("moving the end on {}", account.target.str()));
    if (const auto moved = move_on_target(*workspace_, account); !moved) {
      progress.warn(fmt::format("{} could not be told of the new end of {}, and purge ends it: {}",
                                account.target.str(), account.user_name.str(),
                                moved.error().message));
    }
  }
  return recorded.report;
}

}  // namespace stagepass::service
