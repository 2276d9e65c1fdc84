#pragma once

#include "damage.hpp"
#include "tamper_stage.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace stagepass::proof {

/// What came of a damaged database in the hands of real services.
struct CaseReport {
  bool was_opened = false;
  std::size_t complaints = 0;       ///< errors that were told, also those of a sound database
  std::size_t alarms = 0;           ///< of them, and of what recover shows: a record is not ours
  std::string result;               ///< what records, targets and the person saw in the end
  std::vector<std::string> broken;  ///< promises that do not depend on what the records say

  /// For the way from a child to its parent.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static CaseReport from_text(const std::string& text);
};

/// Puts the file into `folder` and lists, retrieves and purges with it. Broken is:
///   - anything done to an account that is not of this vault;
///   - a credential shown that is not the one of that account, for a grant that it is not of, or a second time;
///   - an error that calls the damage a bug of the program: wrong advice for a person whose disk is dying;
///   - an account that this work called gone while it stands on its target.
/// What no MAC is over, such as a lease, may be believed, and shows in `result` only.
[[nodiscard]] CaseReport play(TamperStage& stage, const std::filesystem::path& folder,
                              const Damaged& damaged);

}  // namespace stagepass::proof
