#include "stopped_call.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <system_error>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

/// Which arguments name the file. Without a text the first is a descriptor.
struct FileCall {
  long number = 0;
  int text = -1;
  int folder = -1;
};

constexpr std::array kFileCalls = {
    FileCall{SYS_open, 0},
    FileCall{SYS_creat, 0},
    FileCall{SYS_truncate, 0},
    FileCall{SYS_rename, 0},
    FileCall{SYS_link, 1},
    FileCall{SYS_unlink, 0},
    FileCall{SYS_mkdir, 0},
    FileCall{SYS_rmdir, 0},
    FileCall{SYS_mknod, 0},
    FileCall{SYS_chmod, 0},
    FileCall{SYS_chown, 0},
    FileCall{SYS_lchown, 0},
    FileCall{SYS_symlink, 1},
    FileCall{SYS_openat, 1, 0},
    FileCall{SYS_openat2, 1, 0},
    FileCall{SYS_renameat, 1, 0},
    FileCall{SYS_renameat2, 1, 0},
    FileCall{SYS_unlinkat, 1, 0},
    FileCall{SYS_mkdirat, 1, 0},
    FileCall{SYS_mknodat, 1, 0},
    FileCall{SYS_fchmodat, 1, 0},
    FileCall{SYS_fchownat, 1, 0},
    FileCall{SYS_symlinkat, 2, 1},
    FileCall{SYS_linkat, 3, 2},  // the new name: the old one may be of /proc
    FileCall{SYS_read},
    FileCall{SYS_pread64},
    FileCall{SYS_readv},
    FileCall{SYS_preadv},
    FileCall{SYS_write},
    FileCall{SYS_pwrite64},
    FileCall{SYS_writev},
    FileCall{SYS_pwritev},
    FileCall{SYS_pwritev2},
    FileCall{SYS_fsync},
    FileCall{SYS_fdatasync},
    FileCall{SYS_sync_file_range},
    FileCall{SYS_ftruncate},
    FileCall{SYS_fallocate},
    FileCall{SYS_fchmod},
    FileCall{SYS_fchown}};

fs::path link_below_proc(pid_t thread, const std::string& name) {
  std::error_code gone;
  return fs::read_symlink("/proc/" + std::to_string(thread) + "/" + name, gone);
}

}  // namespace

fs::path file_of_descriptor(pid_t thread, std::uint64_t descriptor) {
  return link_below_proc(thread, "fd/" + std::to_string(static_cast<int>(descriptor)));
}

fs::path absolute(pid_t thread, std::uint64_t descriptor, const std::string& text) {
  const fs::path path(text);
  if (path.is_absolute()) {
    return path.lexically_normal();
  }
  const bool is_here = static_cast<int>(descriptor) == AT_FDCWD;
  return ((is_here ? link_below_proc(thread, "cwd") : file_of_descriptor(thread, descriptor)) /
          path)
      .lexically_normal();
}

std::optional<fs::path> file_of(const Call& call) {
  const auto* const found =
      std::find_if(kFileCalls.begin(), kFileCalls.end(),
                   [&](const FileCall& each) { return each.number == call.number; });
  if (found == kFileCalls.end()) {
    return std::nullopt;
  }
  if (found->text < 0) {
    return file_of_descriptor(call.thread, call.arguments[0]);
  }
  const std::uint64_t folder = found->folder < 0
                                   ? static_cast<std::uint64_t>(AT_FDCWD)
                                   : call.arguments.at(static_cast<std::size_t>(found->folder));
  const std::uint64_t text = call.arguments.at(static_cast<std::size_t>(found->text));
  return absolute(call.thread, folder, text_of(call.thread, text));
}

}  // namespace stagepass::proof
