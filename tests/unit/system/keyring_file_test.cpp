#include <stagepass/system/files.hpp>
#include <stagepass/system/keyring_file.hpp>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <support/temp_dir.hpp>
#include <unistd.h>

namespace stagepass::system {
namespace {

namespace fs = std::filesystem;
using tests::error_of;
using tests::must;

struct KeyringFolder {
  tests::TempDir folder{"/var/tmp"};
  fs::path path = folder.path() / "keys" / "keyring";
  std::shared_ptr<KeyringPlace> place = keyring_file(path);

  [[nodiscard]] std::string text() const { return std::string(must(place->read())->reveal_text()); }
};

std::string content_of(int fd) {
  std::string content(64, '\0');
  const ssize_t size = ::pread(fd, content.data(), content.size(), 0);
  content.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return content;
}

}  // namespace

TEST_CASE_METHOD(KeyringFolder, "a keyring is nothing before the first and then what was written") {
  CHECK_FALSE(must(place->read()).has_value());
  must(place->replace(Secret::copy_of("first")));
  CHECK(text() == "first");
  must(place->replace(Secret::copy_of("second")));
  CHECK(text() == "second");
  CHECK((fs::status(path).permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK((fs::status(path.parent_path()).permissions() & fs::perms::mask) == fs::perms::owner_all);
}

TEST_CASE_METHOD(KeyringFolder, "the bytes of a keyring that was replaced are overwritten") {
  must(place->replace(Secret::copy_of("the old secrets")));
  const FileDescriptor old(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  must(place->replace(Secret::copy_of("new")));
  CHECK(content_of(old.get()) == std::string(15, '\0'));
  CHECK(text() == "new");
}

TEST_CASE_METHOD(KeyringFolder, "a keyring that others can read or that is a link is refused") {
  must(place->replace(Secret::copy_of("text")));
  fs::permissions(path, fs::perms::group_read, fs::perm_options::add);
  CHECK(error_of(place->read()) == Errc::permission_denied);
  fs::permissions(path, fs::perms::group_read, fs::perm_options::remove);
  fs::rename(path, path.parent_path() / "real");
  fs::create_symlink("real", path);
  CHECK(error_of(place->read()) == Errc::permission_denied);
  CHECK_FALSE(place->replace(Secret::copy_of("other")).has_value());
}

TEST_CASE_METHOD(KeyringFolder, "who changes a keyring keeps others out until it is done") {
  {
    const auto lock = must(place->lock());
    CHECK(error_of(keyring_file(path)->lock()) == Errc::conflict);
    CHECK_FALSE(must(place->read()).has_value());
  }
  CHECK(keyring_file(path)->lock().has_value());
}

}  // namespace stagepass::system
