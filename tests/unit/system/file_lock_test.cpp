#include <stagepass/system/file_lock.hpp>

#include <filesystem>
#include <optional>
#include <support/catch.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>

namespace stagepass::system {
namespace {

using tests::error_of;
using tests::must;

TEST_CASE("FileLock: one holder at a time and nobody waits", "[system]") {
  const tests::TempDir folder;
  const auto path = folder.path() / "lock";
  auto first = must(FileLock::try_lock(path));
  REQUIRE(first);
  CHECK_FALSE(must(FileLock::try_lock(path)));
  first.reset();
  CHECK(must(FileLock::try_lock(path)));
}

TEST_CASE("FileLock: a link is not followed and a missing folder is an error", "[system]") {
  const tests::TempDir folder;
  std::filesystem::create_symlink(folder.path() / "elsewhere", folder.path() / "link");
  CHECK(error_of(FileLock::try_lock(folder.path() / "link")) == Errc::unavailable);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
  CHECK(error_of(FileLock::try_lock(folder.path() / "none" / "lock")) == Errc::unavailable);
}

}  // namespace
}  // namespace stagepass::system
