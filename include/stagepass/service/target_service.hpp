#pragma once

#include <stagepass/ports/progress.hpp>
#include <stagepass/service/workspace.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::service {

struct TargetDraft {
  TargetName name;
  std::string driver;
  /// None: nobody said. Taken for staging if nothing speaks against it.
  std::optional<Environment> environment;
  std::map<std::string, std::string> settings;
  SecretSettings secrets;
  enum class Install { yes, no };
  Install install = Install::no;  ///< let the driver prepare the target first
};

/// Other settings of a target; what is not named stays as it is.
struct TargetChange {
  TargetName name;
  std::optional<Environment> environment;
  std::map<std::string, std::string> settings;  ///< an empty value: the driver's standard again
  SecretSettings secrets;
};

struct TargetReport {
  Target target;
  std::vector<std::string> installed;  ///< what was done on the target
  std::vector<Finding> findings;
  [[nodiscard]] bool ready() const;
};

struct Rehearsal {
  std::vector<std::string> steps;  ///< what was seen, a sentence each
};

/// The targets of a vault.
///
/// Guarantees: a target is added or changed only when its check finds no problem, and changed only
/// when what is open on it stays in reach; removed only when no account is open on it; a rehearsal leaves nothing behind, or a recorded account that purge
/// goes on with.
/// Threads: one call at a time per object.
class TargetService final {
 public:
  explicit TargetService(Workspace& workspace) : workspace_(&workspace) {}

  /// Errors: `conflict` (name taken), `invalid_argument` (settings), `policy` (FTP, or it looks
  /// like a live shop and nobody said what it is). A report that is not `ready()` was not added:
  /// its findings say what to do.
  [[nodiscard]] Result<TargetReport> add(TargetDraft draft, Progress& progress);

  /// For a password or a key that was renewed, or a host that has moved. Errors: `not_found`,
  /// `invalid_argument` and `policy` as above; `conflict` if an account that is open there is not
  /// found with the new settings, or just being made. A report that is not `ready()` changed nothing.
  [[nodiscard]] Result<TargetReport> change(const TargetChange& change, Progress& progress);

  [[nodiscard]] Result<TargetReport> test(const TargetName& name);

  /// Makes an account, logs in, stays logged in, ends it, and sees the session die and the login
  /// refused. Errors: `invalid_argument` on a target that a person keeps by hand.
  [[nodiscard]] Result<Rehearsal> rehearse(const TargetName& name, Progress& progress);

  /// Errors: `conflict` while accounts are open on it, `not_found`.
  [[nodiscard]] Result<void> remove(const TargetName& name);

 private:
  Workspace* workspace_;
};

}  // namespace stagepass::service
