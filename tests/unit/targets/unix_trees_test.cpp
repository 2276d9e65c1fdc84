#include "targets/unix/owned_files.hpp"
#include "targets/unix/tree_walk.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <fstream>
#include <string>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/in_child.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using targets::Deadline;
using targets::TemporaryUid;
using targets::TreeEntry;
using targets::TreeVisitor;

constexpr uid_t kAna = 70001;
constexpr uid_t kBob = 70002;
TemporaryUid anas_uid() {
  return must(TemporaryUid::make(kAna, must(targets::UidRange::parse("70000-70009"))));
}

constexpr Timeout kEnough = std::chrono::seconds(60);
constexpr Timeout kNoTime = std::chrono::milliseconds(0);

bool without_root() {
  if (::geteuid() == 0) {
    return false;
  }
  WARN("only root can give files to others and mount");
  return true;
}

void write_file(const fs::path& path, const std::string& text = "x") {
  std::ofstream(path) << text;
}

void give(const fs::path& path, uid_t uid) {
  REQUIRE(::lchown(path.c_str(), uid, uid) == 0);
}

struct stat status_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

/// Folders with the longest possible name, one in the other.
void make_deep(const fs::path& top, int depth) {
  const std::string name(NAME_MAX, 'd');
  int folder = ::open(top.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (int level = 0; level < depth; ++level) {
    ::mkdirat(folder, name.c_str(), S_IRWXU);
    const int next = ::openat(folder, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    ::close(folder);
    folder = next;
  }
  ::close(folder);
}

/// In KiB.
long most_memory_used() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): how glibc spells the member
  return usage.ru_maxrss;
}

/// Mounted until the end of the test.
class Mount final {
 public:
  Mount(const std::string& source, fs::path at, const char* type, const std::string& options = {})
      : at_(std::move(at)) {
    const unsigned long flags = type == nullptr ? MS_BIND : 0;
    REQUIRE(::mount(source.c_str(), at_.c_str(), type, flags, options.c_str()) == 0);
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  Mount(Mount&&) = delete;
  Mount& operator=(Mount&&) = delete;
  ~Mount() { ::umount2(at_.c_str(), MNT_DETACH); }

 private:
  fs::path at_;
};

TEST_CASE("Tree walk: a deep tree costs memory for its names and not for all its paths") {
  const TempDir top;
  const fs::path tree = top.path() / "tree";
  fs::create_directory(tree);
  constexpr int kDepth = 2000;  // all its paths together: 500 MB
  constexpr long kAllowed = 64L * 1024;
  make_deep(tree, kDepth);
  CHECK(holds_in_child([&] {
    const long before = most_memory_used();
    must(targets::remove_tree(tree, Deadline(kEnough)));
    return most_memory_used() - before < kAllowed;
  }));
  CHECK_FALSE(fs::exists(tree));
}

TEST_CASE("Tree walk: what is found deep down is remembered by the begin of its path") {
  if (without_root()) {
    return;
  }
  const TempDir top;
  const fs::path tree = top.path() / "tree";
  fs::create_directory(tree);
  make_deep(tree, 50);
  give(tree, kAna);
  give(tree / std::string(NAME_MAX, 'd'), kAna);
  const auto found = must(targets::find_files_of(top.path(), anas_uid(), Deadline(kEnough)));
  CHECK(found.count == 2);
  CHECK(found.first.size() < 400);
  CHECK_THAT(found.first, Catch::Matchers::StartsWith(tree.string()));
  must(targets::remove_tree(tree, Deadline(kEnough)));
}

TEST_CASE("Tree walk: it ends at its deadline and says so") {
  const TempDir top;
  write_file(top.path() / "file");
  const auto found = targets::find_files_of(top.path(), anas_uid(), Deadline(kNoTime));
  REQUIRE(error_of(found) == Errc::unreachable);
  CHECK_THAT(found.error().message,
             ContainsSubstring("not enough time to look through " + top.path().string()));
  CHECK(error_of(targets::remove_files_of(top.path(), anas_uid(), Deadline(kNoTime))) ==
        Errc::unreachable);
  CHECK(error_of(targets::remove_tree(top.path(), Deadline(kNoTime))) == Errc::unreachable);
  CHECK(fs::exists(top.path() / "file"));
}

TEST_CASE("Tree walk: it starts anew when a folder is moved under it") {
  const TempDir top;
  const fs::path here = top.path() / "a" / "moving";
  const fs::path there = top.path() / "moved";
  fs::create_directories(here);
  write_file(here / "file");
  int walks = 0;
  std::vector<std::string> seen;
  const auto visit = [&](const TreeEntry& entry) -> Result<void> {
    seen.push_back(entry.path);
    if (fs::exists(here)) {
      fs::rename(here, there);
    }
    return {};
  };
  const auto begin = [&] {
    ++walks;
    seen.clear();
  };
  must(targets::walk_below(top.path(), {TreeVisitor::AtMount::skip, visit, begin},
                           Deadline(kEnough)));
  CHECK(walks == 2);
  CHECK_THAT(seen, Catch::Matchers::UnorderedEquals(
                       std::vector<std::string>{there / "file", there, top.path() / "a"}));
}

TEST_CASE("Tree walk: it gives up in the end when folders are moved all the time") {
  const TempDir top;
  const fs::path here = top.path() / "a" / "moving";
  const fs::path there = top.path() / "b" / "moving";
  fs::create_directories(here);
  fs::create_directories(top.path() / "b");
  write_file(here / "file");
  int walks = 0;
  const auto visit = [&](const TreeEntry& entry) -> Result<void> {
    if (entry.name == std::string("file")) {
      fs::exists(here) ? fs::rename(here, there) : fs::rename(there, here);
    }
    return {};
  };
  const auto done = targets::walk_below(
      top.path(), {TreeVisitor::AtMount::skip, visit, [&] { ++walks; }}, Deadline(kEnough));
  REQUIRE(error_of(done) == Errc::unavailable);
  CHECK_THAT(done.error().message, EndsWith("was moved while it was looked at"));
  CHECK(walks == 5);
}

TEST_CASE("Owned files: a folder with somebody else's file becomes root's and is no residue") {
  if (without_root()) {
    return;
  }
  const TempDir top;
  const fs::path folder = top.path() / "anas";
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms::all);
  write_file(folder / "bobs", "kept");
  write_file(folder / "own");
  give(folder, kAna);
  give(folder / "bobs", kBob);
  give(folder / "own", kAna);

  must(targets::remove_files_of(top.path(), anas_uid(), Deadline(kEnough)));
  CHECK(must(targets::find_files_of(top.path(), anas_uid(), Deadline(kEnough))).count == 0);
  CHECK(status_of(folder).st_uid == 0);
  CHECK(status_of(folder).st_gid == 0);
  CHECK((status_of(folder).st_mode & ALLPERMS) == 0755);
  CHECK(status_of(folder / "bobs").st_uid == kBob);
  CHECK(content_of(folder / "bobs") == "kept");
  CHECK_FALSE(fs::exists(folder / "own"));
}

TEST_CASE("Owned files: a FUSE mount that does not answer root keeps no account from its end") {
  const int fuse = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (without_root() || fuse < 0) {
    return;
  }
  const TempDir top;
  const fs::path mounted = top.path() / "fuse";
  fs::create_directory(mounted);
  write_file(top.path() / "own");
  give(top.path() / "own", kAna);
  {
    const Mount mount("nobody-answers", mounted, "fuse",
                      fmt::format("fd={},rootmode=40000,user_id={},group_id={}", fuse, kAna, kAna));
    struct stat status {};
    REQUIRE(::lstat(mounted.c_str(), &status) != 0);
    must(targets::remove_files_of(top.path(), anas_uid(), Deadline(kEnough)));
    CHECK(must(targets::find_files_of(top.path(), anas_uid(), Deadline(kEnough))).count == 0);
    CHECK_FALSE(fs::exists(top.path() / "own"));

    for (const fs::path& tree : {top.path(), mounted}) {
      const auto refused = targets::remove_tree(tree, Deadline(kEnough));
      REQUIRE(error_of(refused) == Errc::refused);
      CHECK(refused.error().hint == "umount " + mounted.string());
    }
  }
  ::close(fuse);
}

TEST_CASE("Owned files: what is mounted on a tree or on a file in it is not touched") {
  if (without_root()) {
    return;
  }
  const TempDir top;
  const fs::path shop = top.path() / "shop";
  const fs::path tree = top.path() / "tree";
  fs::create_directory(shop);
  fs::create_directory(tree);
  write_file(shop / "index.php", "the shop");
  write_file(tree / "file", "below");
  {
    const Mount mount(shop, tree, nullptr);
    CHECK(error_of(targets::remove_tree(tree, Deadline(kEnough))) == Errc::refused);
  }
  {
    const Mount mount(shop / "index.php", tree / "file", nullptr);
    CHECK(error_of(targets::remove_tree(tree, Deadline(kEnough))) == Errc::refused);
  }
  CHECK(content_of(shop / "index.php") == "the shop");
  must(targets::remove_tree(tree, Deadline(kEnough)));
  CHECK_FALSE(fs::exists(tree));
}

}  // namespace
}  // namespace stagepass::tests
