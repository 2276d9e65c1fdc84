#include <stagepass/system/files.hpp>

#include <array>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/crypto.hpp>
#include <support/in_child.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

constexpr std::size_t kLimit = 64;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

fs::path private_file(const TempDir& folder, const std::string& text) {
  fs::path path = folder.path() / "secret";
  std::ofstream(path) << text;
  fs::permissions(path, fs::perms(0600));
  return path;
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

bool writes_and_publishes(const fs::path& path) {
  auto file = system::PrivateFile::create(path);
  return file && file->write(bytes_of("content")) && file->publish();
}

/// From now on this process finds a file system without unnamed files.
bool forbid_unnamed_files() {
  std::array<struct sock_filter, 6> program = {
      {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + sizeof(__u64) * 2),
       BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_TMPFILE & ~O_DIRECTORY, 0, 1),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const struct sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_CASE("Files: a private file is read whole and only up to the limit", "[system]") {
  const TempDir folder;
  const fs::path path = private_file(folder, std::string(kLimit, 'k'));
  CHECK(must(system::read_private_file(path, kLimit)).size() == kLimit);
  CHECK(error_of(system::read_private_file(path, kLimit - 1)) == Errc::invalid_argument);
}

TEST_CASE("Files: a missing file is not found", "[system]") {
  const TempDir folder;
  CHECK(error_of(system::read_private_file(folder.path() / "none", kLimit)) == Errc::not_found);
}

TEST_CASE("Files: a file that others can read or write is refused", "[system]") {
  const TempDir folder;
  const fs::path path = private_file(folder, "key");
  for (const auto mode : {0640, 0604, 0620, 0602, 0610, 0601}) {
    fs::permissions(path, fs::perms(mode));
    CHECK(error_of(system::read_private_file(path, kLimit)) == Errc::permission_denied);
  }
}

TEST_CASE("Files: links and folders and pipes are refused without hanging", "[system]") {
  const TempDir folder;
  const fs::path path = private_file(folder, "key");
  const fs::path other = folder.path() / "other";
  fs::create_symlink(path, other);
  CHECK(error_of(system::read_private_file(other, kLimit)) == Errc::permission_denied);
  fs::remove(other);
  fs::create_hard_link(path, other);
  CHECK(error_of(system::read_private_file(other, kLimit)) == Errc::permission_denied);
  fs::remove(other);
  REQUIRE(::mkfifo(other.c_str(), 0600) == 0);
  CHECK(error_of(system::read_private_file(other, kLimit)) == Errc::permission_denied);
  CHECK(error_of(system::read_private_file(folder.path(), kLimit)) == Errc::permission_denied);
}

TEST_CASE("Files: a file of somebody else is refused", "[system]") {
  if (::geteuid() != 0) {
    WARN("not tried: only root can give files away");
    return;
  }
  const TempDir folder;
  const fs::path path = private_file(folder, "key");
  REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
  const auto refused = system::read_private_file(path, kLimit);
  CHECK(error_of(refused) == Errc::permission_denied);
  CHECK_THAT(refused.error().message, ContainsSubstring("belongs to somebody else"));
}

TEST_CASE("Files: a private file appears complete and closed to others", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "new";
  auto file = must(system::PrivateFile::create(path));
  must(file.write(bytes_of("first ")));
  must(file.write(bytes_of("second")));
  CHECK(entries_in(folder.path()) == 0);
  must(file.publish());
  CHECK(content_of(path) == "first second");
  CHECK(fs::status(path).permissions() == fs::perms(0600));
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("Files: an unpublished file leaves nothing", "[system]") {
  const TempDir folder;
  { must(must(system::PrivateFile::create(folder.path() / "new")).write(bytes_of("secret"))); }
  CHECK(entries_in(folder.path()) == 0);
}

TEST_CASE("Files: an existing name is never overwritten", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "new";
  auto file = must(system::PrivateFile::create(path));
  std::ofstream(path) << "theirs";
  CHECK(error_of(file.publish()) == Errc::conflict);
  CHECK(error_of(system::PrivateFile::create(path)) == Errc::conflict);
  CHECK(content_of(path) == "theirs");
  const fs::path dangling = folder.path() / "link";
  fs::create_symlink(folder.path() / "nowhere", dangling);
  CHECK(error_of(system::PrivateFile::create(dangling)) == Errc::conflict);
}

TEST_CASE("Files: a file in a missing folder says so", "[system]") {
  const TempDir folder;
  CHECK(error_of(system::PrivateFile::create(folder.path() / "none" / "new")) == Errc::not_found);
}

TEST_CASE("Files: an undumpable process without root can publish too", "[system]") {
  const TempDir folder;
  fs::permissions(folder.path(), fs::perms(0777));
  const fs::path path = folder.path() / "new";
  CHECK(holds_in_child([&] {
    become_nobody();
    return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && writes_and_publishes(path);
  }));
  CHECK(content_of(path) == "content");
}

TEST_CASE("Files: a file system without unnamed files serves too", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "new";
  CHECK(holds_in_child([&] {
    { auto unpublished = system::PrivateFile::create(path); }
    return forbid_unnamed_files() &&
           !system::FileDescriptor(::open(folder.path().c_str(), O_TMPFILE | O_WRONLY, 0600)) &&
           writes_and_publishes(path);
  }));
  CHECK(content_of(path) == "content");
  CHECK(fs::status(path).permissions() == fs::perms(0600));
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("Files: a full disk is told as it is", "[system]") {
  const system::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto written = system::write_all(full.get(), bytes_of("text"));
  CHECK(error_of(written) == Errc::unavailable);
  CHECK_THAT(written.error().message, ContainsSubstring("No space left on device"));
}

TEST_CASE("Files: a private folder is made with its parents for its owner alone", "[system]") {
  const TempDir folder;
  const fs::path path = folder.path() / "a" / "b";
  must(system::ensure_private_directory(path));
  CHECK(fs::status(path).permissions() == fs::perms(0700));
  CHECK(fs::status(path.parent_path()).permissions() == fs::perms(0700));
  must(system::ensure_private_directory(path));
}

TEST_CASE("Files: a folder that others can write is refused", "[system]") {
  const TempDir folder;
  for (const auto mode : {0720, 0702}) {
    fs::permissions(folder.path(), fs::perms(mode));
    CHECK(error_of(system::ensure_private_directory(folder.path())) == Errc::permission_denied);
  }
}

TEST_CASE("Files: a file in the place of a folder is refused", "[system]") {
  const TempDir folder;
  const fs::path path = private_file(folder, "text");
  CHECK(error_of(system::ensure_private_directory(path)) == Errc::invalid_argument);
  CHECK(error_of(system::ensure_private_directory(path / "below")) == Errc::not_found);
}

TEST_CASE("Files: a descriptor is closed once and moves its ownership", "[system]") {
  system::FileDescriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = first.get();
  {
    const system::FileDescriptor second = std::move(first);
    CHECK(second.get() == number);
  }
  CHECK(::fcntl(number, F_GETFD) == -1);
}

}  // namespace
}  // namespace stagepass::tests
