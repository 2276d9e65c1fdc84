#include "small_disk.hpp"

#include <stagepass/system/files.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSize = "size=1m,mode=0700";
constexpr const char* kFiller = "filler";

void must(int outcome, const std::string& what) {
  if (outcome != 0) {
    throw std::runtime_error(what + ": " + system::describe_errno(errno));
  }
}

}  // namespace

void have_own_mounts() {
  must(::unshare(CLONE_NEWNS), "full disks need root: cannot have mounts of my own");
  must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
}

SmallDisk::SmallDisk(fs::path folder) : folder_(std::move(folder)) {
  const fs::path aside = folder_.string() + ".aside";
  fs::copy(folder_, aside, fs::copy_options::recursive);
  must(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, kSize), "cannot mount a small disk");
  fs::copy(aside, folder_, fs::copy_options::recursive);
  fs::remove_all(aside);
}

SmallDisk::~SmallDisk() {
  ::umount2(folder_.c_str(), MNT_DETACH);
}

void SmallDisk::fill_but(std::size_t bytes) {
  const system::FileDescriptor filler(
      ::open((folder_ / kFiller).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const auto free = fs::space(folder_).available;
  const auto size = free - std::min<std::uintmax_t>(free, bytes);
  must(::posix_fallocate(filler.get(), 0, static_cast<off_t>(std::max<std::uintmax_t>(size, 1))),
       "cannot fill a disk");
}

void SmallDisk::make_read_only() {
  remount(MS_RDONLY);
}

void SmallDisk::heal() {
  remount(0);
  fs::remove(folder_ / kFiller);
}

void SmallDisk::remount(unsigned long flags) const {
  must(::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | flags, kSize), "cannot remount");
}

}  // namespace stagepass::proof
