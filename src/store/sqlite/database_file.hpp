#pragma once

#include <stagepass/core/result.hpp>

#include <filesystem>

namespace stagepass::store {

/// Is `path` a database file that may be opened: a regular file with one name, of this user, closed
/// to others, in a private folder on a local disk? Returns its path without links in the folders.
///
/// Looks without opening: closing any descriptor of a database drops all of SQLite's locks on it in
/// this process. Errors: `not_found`, `corrupt` for an empty file, `permission_denied`.
[[nodiscard]] Result<std::filesystem::path> check_database_file(const std::filesystem::path& path);

/// The same questions about the folder of a database that is to be made.
[[nodiscard]] Result<std::filesystem::path> check_database_folder(
    const std::filesystem::path& path);

/// Locks of network file systems cannot be trusted with a database. `magic` as of statfs(2).
[[nodiscard]] bool is_network_file_system(unsigned long magic) noexcept;

/// Removes what an UnfinishedFile of a killed process left beside `path`. Only for who holds the
/// write lock of the database there: then nobody else is at it.
void remove_unfinished_beside(const std::filesystem::path& path);

/// An empty private file that takes its name only when it is complete. Until then its destructor
/// removes it and what SQLite put beside it.
class UnfinishedFile final {
 public:
  /// Makes a file beside `path`, mode 0600.
  [[nodiscard]] static Result<UnfinishedFile> beside(const std::filesystem::path& path);

  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  UnfinishedFile(UnfinishedFile&& other) noexcept;
  UnfinishedFile& operator=(UnfinishedFile&&) = delete;
  ~UnfinishedFile();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  enum class Existing { refuse, replace };

  /// Durable when it returns. Errors: `conflict` if `name` exists and is not to be replaced.
  [[nodiscard]] Result<void> publish(const std::filesystem::path& name, Existing existing);

 private:
  explicit UnfinishedFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace stagepass::store
