#include "targets/unix/unix_account.hpp"

#include "targets/unix/host_files.hpp"
#include "targets/unix/owned_files.hpp"
#include "targets/unix/password_hash.hpp"
#include "targets/unix/processes.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr const char* kLongAgo = "1970-01-02";
constexpr const char* kNoShell = "/usr/sbin/nologin";
constexpr const char* kSkeleton = "/etc/skel";
constexpr mode_t kPrivate = 0700;
constexpr mode_t kUserAndGroup = 0750;
constexpr mode_t kPublic = 0755;

// Exit statuses of the shadow programs.
constexpr int kNoSuchName = 6;
constexpr int kLoggedIn = 8;

bool belongs_to(const std::filesystem::path& folder, TemporaryUid uid) {
  struct stat status {};
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == uid.value();
}

Result<void> give_to(const std::filesystem::path& folder, TemporaryUid uid) {
  if (::lchown(folder.c_str(), uid.value(), uid.value()) != 0) {
    return fail(Errc::permission_denied,
                fmt::format("cannot give {} to uid {}: {}", folder.string(), uid.value(),
                            system::describe_errno(errno)));
  }
  return {};
}

/// The first day, UTC, on which the host may refuse the account: the smallest unit of shadow(5) is
/// a day, the exact end is the scheduler's.
std::string day_after(Timestamp end) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(end) +
                                         std::chrono::days(1));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

std::string UnixAccount::group_list() const {
  std::vector<std::string> groups = settings_.groups;
  groups.insert(groups.begin(), settings_.match_group());
  return join(groups, ",");
}

/// The group has the number of the uid, so that it is never given twice either.
Result<void> UnixAccount::add_own_group(TemporaryUid uid) const {
  SP_ASSIGN(const auto group, AccountFiles().find_group(name_.str()));
  if (!group) {
    return tools_.must_run({"groupadd", "-g", std::to_string(uid.value()), name_.str()}, deadline_);
  }
  if (group->gid != uid.value()) {
    return fail(Errc::refused, fmt::format("the group {} is there and is not ours", name_.str()));
  }
  return {};
}

Result<void> UnixAccount::add(TemporaryUid uid, const std::string& marker) const {
  SP_TRY(add_own_group(uid));
  const bool shell = settings_.access == UnixAccess::ssh;
  const std::string number = std::to_string(uid.value());
  return tools_.must_run(
      {"useradd", "-M", "-N", "-g", number, "-u", number, "-c", marker, "-d",
       shell ? settings_.folder_of(name_).string() : "/", "-s", shell ? settings_.shell : kNoShell,
       "-G", group_list(), "-e", kLongAgo, name_.str()},
      deadline_);
}

Result<void> UnixAccount::join_groups() const {
  // The door again shut, should useradd have died before it wrote the expiry.
  return tools_.must_run({"usermod", "-e", kLongAgo, "-G", group_list(), name_.str()}, deadline_);
}

Result<void> UnixAccount::make_folder(TemporaryUid uid) const {
  return settings_.access == UnixAccess::ssh ? make_home(uid) : make_jail(uid);
}

Result<void> UnixAccount::make_home(TemporaryUid uid) const {
  const std::string home = settings_.folder_of(name_).string();
  if (belongs_to(home, uid)) {
    return {};  // given away as the last step: complete, and no place for root to write any more
  }
  SP_TRY(make_root_folder(home, kPrivate));
  if (std::filesystem::is_directory(kSkeleton)) {
    SP_TRY(tools_.must_run({"cp", "-rT", "--", kSkeleton, home}, deadline_));
  }
  const std::string owner = fmt::format("{0}:{0}", uid.value());
  return tools_.must_run({"chown", "-R", "-h", owner, "--", home}, deadline_);
}

/// The jail belongs to root, or sshd refuses it; the account writes in `files` only.
Result<void> UnixAccount::make_jail(TemporaryUid uid) const {
  const std::filesystem::path jail = settings_.folder_of(name_);
  SP_TRY(make_root_folder(settings_.sftp_root, kPublic));
  SP_TRY(make_root_folder(jail, kPublic));
  const std::filesystem::path files = jail / "files";
  if (belongs_to(files, uid)) {
    return {};
  }
  SP_TRY(make_root_folder(files, kUserAndGroup));
  return give_to(files, uid);
}

Result<void> UnixAccount::set_password(const Secret& password, Random& random) const {
  SP_ASSIGN(const Secret hash, hash_password(password, random));
  const std::string begin = name_.str() + ":";
  const Secret line = Secret::make(begin.size() + hash.size() + 1, [&](MutableBytes out) {
    auto next = std::copy(begin.begin(), begin.end(), out.begin());
    next = std::copy(hash.reveal().begin(), hash.reveal().end(), next);
    *next = '\n';
  });
  return tools_.must_run({"chpasswd", "-e"}, deadline_, &line);
}

Result<void> UnixAccount::expire_after(Timestamp end) const {
  return tools_.must_run({"usermod", "-e", day_after(end), name_.str()}, deadline_);
}

Result<void> UnixAccount::close() const {
  // Both: a locked password leaves keys working, an expired account may be overlooked without PAM.
  SP_TRY(tools_.must_run({"usermod", "-L", "-e", "1", name_.str()}, deadline_));
  SP_TRY(AuthorizedKeys(settings_.key_root).remove(name_));
  return tools_.must_run({"usermod", "-G", "", name_.str()}, deadline_);
}

Result<void> UnixAccount::remove(std::optional<TemporaryUid> uid) const {
  SP_ASSIGN(CommandOutput output, tools_.run({"userdel", name_.str()}, deadline_));
  while (output.exit_status == kLoggedIn && uid) {
    SP_ASSIGN([[maybe_unused]] const std::size_t ended, end_processes(*uid, name_, deadline_));
    SP_ASSIGN(output, tools_.run({"userdel", name_.str()}, deadline_));
  }
  if (output.exit_status != 0 && output.exit_status != kNoSuchName) {
    return failed_program("userdel", output);
  }
  SP_ASSIGN(const auto group, AccountFiles().find_group(name_.str()));
  if (group && uid && group->gid == uid->value()) {
    return tools_.must_run({"groupdel", name_.str()}, deadline_);
  }
  return {};
}

Result<void> UnixAccount::remove_folder() const {
  return remove_tree(settings_.folder_of(name_), deadline_);
}

}  // namespace stagepass::targets
