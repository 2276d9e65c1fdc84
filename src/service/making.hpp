#pragma once

#include <stagepass/service/grant_service.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace stagepass::service {

/// One account on its way: recorded, not yet on its target.
struct PlannedAccount {
  Account account;
  std::optional<Secret> password;
  std::unique_ptr<TargetDriver> driver;
  bool is_reissue =
      false;  ///< it is there, and opens with another secret that must not count any more
};

/// A password as the target's policy wants it.
[[nodiscard]] Result<Secret> new_password(Workspace& workspace, const Target& target);

/// Commits what `plan` makes of the accounts, before any target hears of it. Secrets that a rotation has overtaken
/// are sealed anew. Errors: as Store::commit.
[[nodiscard]] Result<void> record_plan(Workspace& workspace, std::vector<PlannedAccount>& planned,
                                       const std::function<ChangeSet()>& plan);

/// Makes the recorded accounts of one grant on their targets, or takes back what was made.
///
/// Guarantees: while an account is being made nobody else ends it (its row is leased until
/// kCreateLimit); one whose creation could not be recorded, or may still happen later because the
/// target did not answer, is taken away on the target and stays due until that was proven.
class GrantMaker final {
 public:
  GrantMaker(Workspace& workspace, const Grant& grant, Progress& progress)
      : workspace_(&workspace), grant_(&grant), progress_(&progress) {}

  [[nodiscard]] Result<void> make(std::vector<PlannedAccount>& planned,
                                  const std::optional<SshPublicKey>& public_key);

 private:
  [[nodiscard]] Result<void> create(PlannedAccount& planned,
                                    const std::optional<SshPublicKey>& public_key);
  [[nodiscard]] Result<void> record_active(Account& account);
  [[nodiscard]] Failure take_back(const std::vector<PlannedAccount>& planned,
                                  const PlannedAccount& failed, Error cause);

  Workspace* workspace_;
  const Grant* grant_;
  Progress* progress_;
};

}  // namespace stagepass::service
