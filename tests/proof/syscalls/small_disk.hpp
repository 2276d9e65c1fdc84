#pragma once

#include <cstddef>
#include <filesystem>

namespace stagepass::proof {

/// From here on mounts of this process are its own. Throws if it may not.
void have_own_mounts();

/// A file system of its own over a folder, with the folder's content, for as long as the object
/// lives.
class SmallDisk final {
 public:
  explicit SmallDisk(std::filesystem::path folder);
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  SmallDisk(SmallDisk&&) = delete;
  SmallDisk& operator=(SmallDisk&&) = delete;
  ~SmallDisk();

  void fill_but(std::size_t bytes);
  void make_read_only();
  /// As it was at first.
  void heal();

 private:
  void remount(unsigned long flags) const;
  std::filesystem::path folder_;
};

}  // namespace stagepass::proof
