#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/case.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/progress.hpp>
#include <stagepass/service/workspace.hpp>

#include <string>
#include <vector>

namespace stagepass::service {

/// Records that are not as this vault has written them: edited, swapped, put back or brought from elsewhere by
/// somebody who can write the database.
struct ChangedRecords {
  std::vector<Target> targets;
  std::vector<Grant> grants;      ///< with an account that is not gone
  std::vector<Account> accounts;  ///< not gone
  std::vector<Recipient> recipients;
  std::vector<Case> cases;  ///< of one that was taken away only the reference is there

  [[nodiscard]] bool empty() const {
    return targets.empty() && grants.empty() && accounts.empty() && recipients.empty() &&
           cases.empty();
  }
};

/// Looks at every record that something may still be done by.
[[nodiscard]] Result<ChangedRecords> find_changed_records(Workspace& workspace);

/// Goes on with changed targets, grants and cases as they stand, after a person has looked at them; the audit log says
/// so. Accounts are never accepted: see `withdraw_changed_account`. Nor are keys: they are removed and added anew.
[[nodiscard]] Result<void> accept_changed_records(Workspace& workspace,
                                                  const ChangedRecords& changed);

/// Who saw that an account is not on its target any more.
enum class Witness {
  driver,  ///< it is asked now
  person,  ///< who says so now, of a target that cannot be asked
};

/// Closes the record of an account that is not on its target any more: `audit_target` ends it there by its mark.
/// What its record says is believed in nothing, so there is no receipt. Errors: `pending` while it is there.
[[nodiscard]] Result<void> withdraw_changed_account(Workspace& workspace, const Account& account,
                                                    Witness witness = Witness::driver);

/// Vouches once for the records of a vault that an earlier version wrote, which vouched for none. Costs one look
/// at the log in every other vault. Errors: `corrupt` if the log is not whole.
[[nodiscard]] Result<void> vouch_for_earlier_records(Workspace& workspace, Progress& progress);

}  // namespace stagepass::service
