#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

namespace stagepass::system {

/// Owns a file descriptor; closes it once.
class FileDescriptor final {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int get() const noexcept { return fd_; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// Writes all of `bytes`. Errors: `unavailable` naming the cause (disk full, closed pipe …).
[[nodiscard]] Result<void> write_all(int fd, Bytes bytes);

/// Reads all of `fd` into a Secret without passing through other memory than a wiped buffer.
/// Errors: `invalid_argument` beyond `limit` bytes.
[[nodiscard]] Result<Secret> read_secret(int fd, std::size_t limit);

/// Reads a file that must be a regular file, not a link, of this user or root, with one link,
/// closed to others. Opens without waiting, so that a FIFO cannot hang us. Errors: `not_found`,
/// `permission_denied` with what is wrong.
[[nodiscard]] Result<Secret> read_private_file(const std::filesystem::path& path,
                                               std::size_t limit);

/// Reads a file that is no secret and that nobody else may have written: a regular file, not a link, of this user or
/// root, closed to the writing of others. Opens without waiting. Errors: as `read_private_file`.
[[nodiscard]] Result<Secret> read_trusted_file(const std::filesystem::path& path,
                                               std::size_t limit);

/// A file written in secret and given its name only when complete: an unnamed file (O_TMPFILE),
/// synced, then linked to a name that must not exist yet; mode 0600. A crash before `publish`
/// leaves nothing; where the file system has no unnamed files, a hidden file with a random name.
class PrivateFile final {
 public:
  /// Errors: `conflict` if `path` exists, `not_found` for a missing folder, `permission_denied`,
  /// `unavailable`.
  [[nodiscard]] static Result<PrivateFile> create(const std::filesystem::path& path);
  /// The same for a file that may exist, and is then replaced as a whole.
  [[nodiscard]] static Result<PrivateFile> for_replacing(const std::filesystem::path& path);

  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  PrivateFile(PrivateFile&& other) noexcept;
  PrivateFile& operator=(PrivateFile&&) = delete;
  ~PrivateFile();

  [[nodiscard]] Result<void> write(Bytes bytes);
  /// Syncs file and folder and gives the name. Errors: `conflict` if somebody else made `path` in
  /// between.
  [[nodiscard]] Result<void> publish();
  /// Syncs file and folder and takes the name, whoever has it; one process after the other. A crash
  /// leaves at most a hidden name beside it, which the next one takes.
  [[nodiscard]] Result<void> replace();

 private:
  PrivateFile(FileDescriptor fd, std::filesystem::path path, std::filesystem::path temporary_name)
      : fd_(std::move(fd)), path_(std::move(path)), temporary_name_(std::move(temporary_name)) {}
  [[nodiscard]] Result<void> link_to(const std::filesystem::path& name) const;

  FileDescriptor fd_;
  std::filesystem::path path_;
  std::filesystem::path temporary_name_;  ///< empty while the file has no name at all
};

/// Makes `path` (and missing parents) with mode 0700; one that exists must be a folder of this user
/// (or root) that nobody else can write.
[[nodiscard]] Result<void> ensure_private_directory(const std::filesystem::path& path);

/// Makes durable which names stand in `folder`, whoever has put them there.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

/// "No space left on device" and the like.
[[nodiscard]] std::string describe_errno(int error);

}  // namespace stagepass::system
