#pragma once

#include <stagepass/core/case.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <vector>

namespace stagepass::service {

/// A case as it is now, and the grants under it that are not over.
struct CaseReport {
  Case record;
  CaseState state = CaseState::unopened;
  std::vector<GrantWithAccounts> open_grants;
};

struct OpenedCase {
  Case record;
  enum class Was { unknown, open, closed };
  Was was = Was::unknown;
};

/// A grant whose end a time-box has moved.
struct CutGrant {
  GrantId id;
  Timestamp before;
};

struct TimeboxReport {
  Case record;
  std::vector<CutGrant> cut;
};

struct ClosedCase {
  Case record;
  EndReport ended;
  bool was_closed = false;
};

/// Support cases: what is known of them, and the time-box that bounds all access under one.
///
/// Guarantees: once a time-box is on record no account under the case lives longer than it by our records, whatever its
/// target does: running grants are cut in the same commit, and no grant or extension beyond it can be committed any
/// more. The same holds for a closed case and new grants. What was said of a case is vouched for by the audit log.
/// Threads: one call at a time per object; several processes may work on one vault.
/// Failure: `corrupt` for a record that somebody else has changed or taken away; then nothing is done by it.
class CaseService final {
 public:
  /// `workspace` must outlive this object.
  explicit CaseService(Workspace& workspace) : workspace_(&workspace) {}

  /// The case as it was said; nothing if nobody has named it. For a hand-off: its answers, none of them empty.
  [[nodiscard]] Result<std::optional<Case>> find(const CaseRef& ref);

  /// Opens a case, or a closed one again, or says more about one that is open. Errors: `invalid_argument`.
  [[nodiscard]] Result<OpenedCase> open(const CaseRef& ref, const CaseFacts& facts);

  /// Errors: `not_found`.
  [[nodiscard]] Result<CaseReport> show(const CaseRef& ref);

  /// Sets, shortens or lengthens the time-box. Running grants that would outlive it end with it; where a target cannot be
  /// told, `progress` warns, and purge ends the account all the same. Errors: `not_found`, `expired` and `policy` (its
  /// end; a closed case), `unavailable` while a grant that it would cut is being made.
  [[nodiscard]] Result<TimeboxReport> timebox(const CaseRef& ref, const End& end,
                                              Progress& progress);

  /// Finishes all grants under the case. What cannot be ended yet stays due and is in the report; the case is closing
  /// until it is gone. May be repeated. Errors: `not_found`.
  [[nodiscard]] Result<ClosedCase> close(const CaseRef& ref, Progress& progress);

 private:
  Workspace* workspace_;
};

}  // namespace stagepass::service
