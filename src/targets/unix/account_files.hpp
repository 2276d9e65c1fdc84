#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace stagepass::targets {

struct PasswdEntry {
  std::string name;
  uid_t uid = 0;
  std::string gecos;
};

struct GroupEntry {
  std::string name;
  gid_t gid = 0;
};

/// The host's own account files (passwd, shadow, group …): read directly, so that a directory
/// service can neither add a name nor hide one.
///
/// Guarantees: changes nothing. Failure: `permission_denied`, `unavailable`.
class AccountFiles final {
 public:
  explicit AccountFiles(std::filesystem::path folder = "/etc") : folder_(std::move(folder)) {}

  [[nodiscard]] Result<std::optional<PasswdEntry>> find_user(std::string_view name) const;
  [[nodiscard]] Result<std::optional<PasswdEntry>> find_user(uid_t uid) const;
  [[nodiscard]] Result<std::vector<PasswdEntry>> all_users() const;
  [[nodiscard]] Result<std::optional<GroupEntry>> find_group(std::string_view name) const;

  /// Every uid of passwd and every gid of group.
  [[nodiscard]] Result<std::set<uid_t>> numbers_in_use() const;

  /// The files that still name the user, as owner of a line or as member of a group.
  [[nodiscard]] Result<std::vector<std::string>> files_naming(const UserName& name) const;

 private:
  [[nodiscard]] Result<std::string> text_of(std::string_view file) const;
  std::filesystem::path folder_;
};

}  // namespace stagepass::targets
