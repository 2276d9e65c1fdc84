// The host's own passwd and group, which other programs write.

#include "targets/unix/account_files.hpp"

#include <algorithm>
#include <fstream>
#include <fuzz/fuzz.hpp>
#include <support/temp_dir.hpp>

namespace stagepass::fuzz {
namespace {

/// Both files with the same text, in memory.
class Folder final {
 public:
  void write(std::string_view text) const {
    for (const char* name : {"passwd", "group"}) {
      std::ofstream(folder_.path() / name, std::ios::binary | std::ios::trunc) << text;
    }
  }
  [[nodiscard]] targets::AccountFiles files() const {
    return targets::AccountFiles(folder_.path());
  }

 private:
  tests::TempDir folder_{"/dev/shm"};
};

void try_user(const targets::AccountFiles& files, const targets::PasswdEntry& user) {
  const auto same_name = files.find_user(user.name);
  require(same_name && *same_name && (*same_name)->name == user.name,
          "whoever is listed is found by name");
  const auto same_uid = files.find_user(user.uid);
  require(same_uid && *same_uid && (*same_uid)->uid == user.uid,
          "whoever is listed is found by number");
  require(files.numbers_in_use()->contains(user.uid), "a number of somebody is in use");
}

void try_files(std::string_view input) {
  static const Folder folder;
  folder.write(input);
  const targets::AccountFiles files = folder.files();
  const auto users = files.all_users();
  require(users.has_value(), "a file that can be read is read");
  // All of them would take the square of their number.
  for (std::size_t i = 0; i < std::min<std::size_t>(users->size(), 4); ++i) {
    try_user(files, (*users)[i]);
  }
  const std::string first_name(input.substr(0, input.find(':')));
  if (const auto group = files.find_group(first_name); group && *group) {
    require((*group)->name == first_name && files.numbers_in_use()->contains((*group)->gid),
            "a group that is found has its name and number");
  }
  if (const auto ours = UserName::parse(first_name)) {
    const auto naming = files.files_naming(*ours);
    require(naming && naming->size() == 2, "an owner of a line is named by its file");
  }
}

const Registration registration({"account_files", try_files});

}  // namespace
}  // namespace stagepass::fuzz
