#pragma once

#include "crowd_stage.hpp"
#include "grant_history.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::proof {

/// A credential that came out, and what the target thought of it right after.
struct ShownPassword {
  std::string grant;
  std::string target;
  std::string user;
  Span when;  ///< from the start of retrieve to the end of the look at the target
  enum class Found { works, other_password, no_login };
  Found found = Found::works;
};

/// A grant as all workers know it.
struct KnownGrant {
  std::string id;
  std::string case_ref;
  std::size_t accounts = 1;
};

/// What all workers did, and the grants they know of each other.
///
/// Threads: safe from any thread.
class CrowdRecords final {
 public:
  void add(const std::string& grant, Step step);
  void add_purge(Step step);
  void add_shown(ShownPassword shown);
  /// Something that no person should ever see.
  void add_trouble(std::string trouble);
  void count(const std::string& outcome);

  void add_grant(KnownGrant grant);
  [[nodiscard]] std::size_t grant_count() const;
  [[nodiscard]] KnownGrant grant(std::size_t index) const;
  [[nodiscard]] std::optional<std::size_t> accounts_of(const std::string& grant) const;

  // For the verdict, when nobody works any more.
  [[nodiscard]] const std::map<std::string, History>& histories() const { return histories_; }
  [[nodiscard]] const History& purges() const { return purges_; }
  [[nodiscard]] const std::vector<ShownPassword>& shown() const { return shown_; }
  [[nodiscard]] const std::vector<std::string>& troubles() const { return troubles_; }
  [[nodiscard]] const std::map<std::string, std::size_t>& counts() const { return counts_; }
  [[nodiscard]] const std::vector<KnownGrant>& grants() const { return grants_; }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, History> histories_;
  History purges_;
  std::vector<ShownPassword> shown_;
  std::vector<std::string> troubles_;
  std::map<std::string, std::size_t> counts_;
  std::vector<KnownGrant> grants_;
  std::map<std::string, std::size_t> accounts_;
};

}  // namespace stagepass::proof
