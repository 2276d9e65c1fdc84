#include "service/case_records.hpp"
#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/case_service.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kCommitAttempts = 5;

/// What has changed, not what was said: that is in the record, and may be long.
std::string describe_change(const Case& before, const Case& after) {
  std::vector<std::string> parts;
  if (before.environment != after.environment && after.environment) {
    parts.emplace_back(to_string(*after.environment));
  }
  if (before.platform != after.platform) {
    parts.emplace_back("platform");
  }
  if (before.versions != after.versions) {
    parts.emplace_back("versions");
  }
  for (const Basic basic : kBasics) {
    const auto old = before.answers.find(basic);
    const auto now = after.answers.find(basic);
    const bool had = old != before.answers.end();
    const bool has = now != after.answers.end();
    if (had != has || (has && old->second != now->second)) {
      parts.emplace_back(to_string(basic));
    }
  }
  return join(parts, ", ");
}

const char* action_of(const Case& before) {
  if (before.closed_at) {
    return "case.reopen";
  }
  return before.opened_at ? "case.change" : "case.open";
}

/// Commits a case that was read as `before`; nothing if there was none.
Result<void> write(Workspace& workspace, const std::optional<Case>& before, const Case& after,
                   AuditEntry entry) {
  ChangeSet changes;
  (before ? changes.changed_cases : changes.new_cases).push_back(after);
  changes.audit.push_back(std::move(entry));
  return commit(workspace, changes);
}

Result<OpenedCase> try_to_open(Workspace& workspace, const CaseRef& ref, const CaseFacts& facts) {
  SP_ASSIGN(const auto found, find_case(workspace, ref));
  const Timestamp now = workspace.clock.now();
  const Case before = found.value_or(Case{ref, now});
  SP_ASSIGN(Case after, with_facts(before, facts));
  after.opened_at = before.opened_at.value_or(now);
  after.closed_at.reset();
  using Was = OpenedCase::Was;
  const Was was = before.closed_at ? Was::closed : (before.opened_at ? Was::open : Was::unknown);
  const std::string change = describe_change(before, after);
  if (was != Was::open || !change.empty()) {
    SP_TRY(write(workspace, found, after,
                 audit_entry(workspace, action_of(before), record_name(after), change)));
  }
  return OpenedCase{std::move(after), was};
}

Result<ClosedCase> try_to_mark_closed(Workspace& workspace, const CaseRef& ref) {
  SP_ASSIGN(Case record, require_case(workspace, ref));
  if (record.closed_at) {
    return ClosedCase{std::move(record), {}, true};
  }
  const Case before = record;
  record.closed_at = workspace.clock.now();
  SP_TRY(write(workspace, before, record,
               audit_entry(workspace, "case.close", record_name(record), "")));
  return ClosedCase{std::move(record), {}, false};
}

/// Again when somebody else has changed the case in between.
template <class Attempt>
auto until_nobody_interferes(const Attempt& attempt) -> decltype(attempt()) {
  for (int number = 1;; ++number) {
    auto done = attempt();
    if (done || done.error().code != Errc::conflict || number == kCommitAttempts) {
      return done;
    }
  }
}

Result<std::vector<GrantWithAccounts>> open_grants_of(Workspace& workspace, const CaseRef& ref) {
  std::vector<GrantWithAccounts> open;
  GrantFilter under_case;
  under_case.case_ref = ref;
  SP_TRY(for_each_page(workspace, under_case, [&](const auto& page) -> Result<void> {
    open.insert(open.end(), page.begin(), page.end());
    return {};
  }));
  return open;
}

}  // namespace

Result<std::optional<Case>> CaseService::find(const CaseRef& ref) {
  return find_case(*workspace_, ref);
}

Result<OpenedCase> CaseService::open(const CaseRef& ref, const CaseFacts& facts) {
  SP_TRY(refuse_rehearsal(ref));
  return until_nobody_interferes([&] { return try_to_open(*workspace_, ref, facts); });
}

Result<CaseReport> CaseService::show(const CaseRef& ref) {
  SP_ASSIGN(Case record, require_case(*workspace_, ref));
  SP_ASSIGN(auto open, open_grants_of(*workspace_, ref));
  const CaseState state = state_of(record, !open.empty());
  return CaseReport{std::move(record), state, std::move(open)};
}

Result<ClosedCase> CaseService::close(const CaseRef& ref, Progress& progress) {
  SP_TRY(refuse_rehearsal(ref));
  SP_ASSIGN(ClosedCase closed,
            until_nobody_interferes([&] { return try_to_mark_closed(*workspace_, ref); }));
  // From here on none is added, so these are all.
  GrantFilter under_case;
  under_case.case_ref = ref;
  auto ended = GrantService(*workspace_).end(under_case, EndReason::finished, progress);
  if (ended) {
    closed.ended = *std::move(ended);
  } else if (ended.error().code != Errc::not_found) {  // none was open
    return fail(std::move(ended).error());
  }
  return closed;
}

}  // namespace stagepass::service
