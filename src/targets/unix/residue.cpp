#include "targets/unix/residue.hpp"

#include "targets/unix/host_files.hpp"
#include "targets/unix/owned_files.hpp"
#include "targets/unix/sysv_ipc.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>

namespace stagepass::targets {
namespace {

/// A file that carries the user's name.
struct NamedPlace {
  const char* folder;
  const char* what;
};

// Debian and Red Hat keep crontabs and at jobs in different folders.
constexpr std::array kJobFiles = {NamedPlace{"var/spool/cron/crontabs", "crontab"},
                                  NamedPlace{"var/spool/cron", "crontab"},
                                  NamedPlace{"var/lib/systemd/linger", "lingering services"}};
constexpr std::array kMailFiles = {NamedPlace{"var/mail", "mail"}};
constexpr std::array kJobFolders = {"var/spool/cron/atjobs", "var/spool/cron/atspool",
                                    "var/spool/at"};
// Folders in which everybody may write.
constexpr std::array kSharedFolders = {"tmp", "var/tmp", "dev/shm", "run/lock", "dev/mqueue"};

template <class Places>
Result<void> remove_named(const Places& named, const Leaver& leaver, const ResiduePlaces& places) {
  for (const NamedPlace& place : named) {
    SP_TRY(remove_file(places.root / place.folder / leaver.name.str()));
  }
  return {};
}

/// The files of one uid in folders that are not its own.
class FilesOf final {
 public:
  FilesOf(TemporaryUid uid, const ResiduePlaces& places, const Deadline& deadline)
      : uid_(uid), places_(places), deadline_(deadline) {}

  template <class Folders>
  [[nodiscard]] Result<void> remove_in(const Folders& folders) const {
    for (const char* folder : folders) {
      SP_TRY(remove_files_of(places_.root / folder, uid_, deadline_));
    }
    return {};
  }

  template <class Folders>
  Result<void> find_in(const Folders& folders, std::vector<std::string>& found) const {
    for (const char* name : folders) {
      const std::filesystem::path folder = places_.root / name;
      SP_ASSIGN(const OwnedFiles files, find_files_of(folder, uid_, deadline_));
      if (files.count > 0) {
        found.push_back(
            fmt::format("{} of uid {} in {} ({})",
                        files.count == 1 ? "a file" : fmt::format("{} files", files.count),
                        uid_.value(), folder.string(), files.first));
      }
    }
    return {};
  }

 private:
  TemporaryUid uid_;
  const ResiduePlaces& places_;
  const Deadline& deadline_;
};

template <class Places>
void find_named(const Places& named, const Leaver& leaver, const ResiduePlaces& places,
                std::vector<std::string>& found) {
  for (const NamedPlace& place : named) {
    if (!is_absent(places.root / place.folder / leaver.name.str())) {
      found.push_back(fmt::format("{} of {}", place.what, leaver.name.str()));
    }
  }
}

}  // namespace

Result<void> remove_jobs(const Leaver& leaver, const Deadline& deadline,
                         const ResiduePlaces& places) {
  SP_TRY(remove_named(kJobFiles, leaver, places));
  if (leaver.uid) {
    SP_TRY(FilesOf(*leaver.uid, places, deadline).remove_in(kJobFolders));
  }
  return {};
}

Result<void> remove_leftovers(const Leaver& leaver, const Deadline& deadline,
                              const ResiduePlaces& places) {
  SP_TRY(remove_named(kMailFiles, leaver, places));
  if (leaver.uid) {
    SP_TRY(FilesOf(*leaver.uid, places, deadline).remove_in(kSharedFolders));
    SP_TRY(remove_ipc_of(*leaver.uid));
  }
  return {};
}

Result<std::vector<std::string>> find_residue(const Leaver& leaver, const Deadline& deadline,
                                              const ResiduePlaces& places) {
  std::vector<std::string> found;
  find_named(kJobFiles, leaver, places, found);
  find_named(kMailFiles, leaver, places, found);
  if (!leaver.uid) {
    return found;
  }
  const FilesOf files(*leaver.uid, places, deadline);
  SP_TRY(files.find_in(kJobFolders, found));
  SP_TRY(files.find_in(kSharedFolders, found));
  SP_ASSIGN(const std::size_t objects, count_ipc_of(*leaver.uid));
  if (objects > 0) {
    found.push_back(fmt::format("{} System V IPC objects of uid {}", objects, leaver.uid->value()));
  }
  return found;
}

}  // namespace stagepass::targets
