#include "service/case_records.hpp"

#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass::service {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::string_view kSubject = "case/";
/// Rehearsals make their grants under it.
constexpr std::string_view kRehearsal = "rehearsal";

bool vouches_for(const AuditEntry& entry, const std::string& name) {
  return mac_in(entry.records, name).has_value();
}

/// All cases that the log has ever vouched for.
Result<std::set<CaseRef>> vouched_cases(Workspace& workspace) {
  std::set<CaseRef> refs;
  std::int64_t after = 0;
  while (true) {
    SP_ASSIGN(const auto page, workspace.store.audit(after, kPage));
    for (const AuditEntry& entry : page) {
      if (entry.subject.starts_with(kSubject) && vouches_for(entry, entry.subject)) {
        if (auto ref = CaseRef::parse(entry.subject.substr(kSubject.size()))) {
          refs.insert(*std::move(ref));
        }
      }
    }
    // Through a damaged table SQLite may go in circles.
    if (page.size() < kPage || page.back().position <= after) {
      return refs;
    }
    after = page.back().position;
  }
}

}  // namespace

Result<void> refuse_rehearsal(const CaseRef& ref) {
  if (ref.str() != kRehearsal) {
    return {};
  }
  return fail(Errc::invalid_argument,
              fmt::format("{} is what rehearsals of targets run under, and no case", kRehearsal),
              "choose another reference");
}

Result<std::optional<Case>> find_case(Workspace& workspace, const CaseRef& ref) {
  SP_ASSIGN(auto found, workspace.store.find_case(ref));
  if (found) {
    SP_TRY(require_authentic(workspace, *found));
    return found;
  }
  const std::string name = case_record_name(ref);
  SP_ASSIGN(const auto history, workspace.store.audit_of(name));
  if (std::any_of(history.begin(), history.end(),
                  [&](const AuditEntry& entry) { return vouches_for(entry, name); })) {
    return fail(Errc::corrupt,
                fmt::format("the record of case {} was taken away by somebody else", ref.str()),
                "somebody can write your database: see `stagepass recover`");
  }
  return found;
}

Result<Case> require_case(Workspace& workspace, const CaseRef& ref) {
  SP_ASSIGN(auto found, find_case(workspace, ref));
  if (!found) {
    return fail(Errc::not_found, fmt::format("there is no case {}", ref.str()),
                fmt::format("stagepass case open {} opens it", ref.str()));
  }
  return *std::move(found);
}

Result<std::vector<Case>> find_changed_cases(Workspace& workspace) {
  SP_ASSIGN(std::set<CaseRef> missing, vouched_cases(workspace));
  std::vector<Case> changed;
  std::optional<CaseRef> after;
  while (true) {
    SP_ASSIGN(auto page, workspace.store.cases(after, kPage));
    for (Case& record : page) {
      after = record.ref;
      missing.erase(record.ref);
      if (!is_authentic(workspace, record)) {
        changed.push_back(std::move(record));
      }
    }
    if (page.size() < kPage) {
      break;
    }
  }
  for (const CaseRef& ref : missing) {
    changed.push_back({ref, workspace.clock.now()});
  }
  return changed;
}

Result<void> accept_changed_case(Workspace& workspace, const Case& changed) {
  SP_ASSIGN(const auto stored, workspace.store.find_case(changed.ref));
  ChangeSet changes;
  changes.audit.push_back(audit_entry(workspace, "case.accepted", record_name(changed), ""));
  (stored ? changes.changed_cases : changes.new_cases).push_back(changed);
  return commit(workspace, changes);
}

}  // namespace stagepass::service
