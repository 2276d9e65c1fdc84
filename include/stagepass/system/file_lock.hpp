#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/system/files.hpp>

#include <filesystem>
#include <optional>

namespace stagepass::system {

/// Held by at most one process at a time, and let go when that process ends, however it does.
class FileLock final {
 public:
  /// Nothing if somebody else holds it: nobody is waited for. The file is made where there is none, and stays.
  /// Errors: `permission_denied`, `unavailable`.
  [[nodiscard]] static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& path);

 private:
  explicit FileLock(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

}  // namespace stagepass::system
