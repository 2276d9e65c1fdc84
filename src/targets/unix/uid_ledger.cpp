#include "targets/unix/uid_ledger.hpp"

#include "targets/unix/host_files.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stagepass::targets {
namespace {

using Entries = std::map<std::string, uid_t, std::less<>>;

Failure failed_ledger(const std::filesystem::path& path, int error) {
  return fail(Errc::unavailable, fmt::format("cannot use the uid ledger {}: {}", path.string(),
                                             system::describe_errno(error)));
}

/// A last line without its newline is one that a crash cut short. Its uid was not used yet, since
/// the account is made after the line is on the disk.
std::string_view complete_lines(std::string_view text) {
  const std::size_t end = text.rfind('\n');
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

Result<Entries> parse_entries(std::string_view text, const std::filesystem::path& path) {
  Entries entries;
  for (const std::string_view line : split(complete_lines(text), '\n')) {
    if (line.empty()) {
      continue;
    }
    std::vector<std::string_view> fields = words(line);
    fields.resize(std::max<std::size_t>(fields.size(), 2));
    const Result<uid_t> uid = parse_uid(fields.front());
    const Result<UserName> name = UserName::parse(fields.back());
    if (fields.size() != 2 || !uid || !name) {
      return fail(Errc::corrupt,
                  fmt::format("the uid ledger {} has a line that is not ours: {}", path.string(),
                              quoted(line)),
                  "correct the line by hand; never delete the file: old uids would be given again");
    }
    entries.emplace(name->str(), *uid);
  }
  return entries;
}

Result<uid_t> next_free(const Entries& entries, const UidLedger::IsTaken& is_taken,
                        UidRange range) {
  uid_t next = range.first();
  for (const auto& [name, uid] : entries) {
    if (range.contains(uid)) {
      next = std::max(next, uid + 1);
    }
  }
  for (; range.contains(next); ++next) {
    SP_ASSIGN(const bool taken, is_taken(next));
    if (!taken) {
      return next;
    }
  }
  return fail(
      Errc::unavailable,
      fmt::format("all uids of the range {}-{} have been used", range.first(), range.last()),
      "give the target another uid_range; used uids are never given again");
}

Result<void> append_line(int fd, std::string_view line, off_t keep) {
  if (::ftruncate(fd, keep) != 0) {
    return fail(Errc::unavailable,
                "cannot shorten the uid ledger: " + system::describe_errno(errno));
  }
  SP_TRY(system::write_all(fd,
                           Bytes(reinterpret_cast<const std::uint8_t*>(line.data()), line.size())));
  if (::fsync(fd) != 0) {
    return fail(Errc::unavailable, "cannot sync the uid ledger: " + system::describe_errno(errno));
  }
  return {};
}

/// The file under its lock, which lasts as long as the descriptor: the time to write one line.
Result<system::FileDescriptor> open_locked(const std::filesystem::path& path) {
  SP_TRY(system::ensure_private_directory(path.parent_path()));
  system::FileDescriptor fd(::open(
      path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  const system::FileDescriptor folder(
      ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || !folder || ::flock(fd.get(), LOCK_EX) != 0 || ::fsync(folder.get()) != 0) {
    return failed_ledger(path, errno);
  }
  return fd;
}

}  // namespace

Result<TemporaryUid> UidLedger::assign(const UserName& name, const IsTaken& is_taken) const {
  SP_ASSIGN(const system::FileDescriptor ledger, open_locked(path_));
  SP_ASSIGN(const std::optional<std::string> text, read_text_file(path_));
  SP_ASSIGN(const Entries entries, parse_entries(text.value_or(""), path_));
  if (const auto known = entries.find(name.str()); known != entries.end()) {
    return TemporaryUid::make(known->second, range_);
  }
  SP_ASSIGN(const uid_t uid, next_free(entries, is_taken, range_));
  const auto keep = static_cast<off_t>(complete_lines(text.value_or("")).size());
  SP_TRY(append_line(ledger.get(), fmt::format("{} {}\n", uid, name.str()), keep));
  return TemporaryUid::make(uid, range_);
}

Result<std::optional<TemporaryUid>> UidLedger::find(const UserName& name) const {
  SP_ASSIGN(const std::optional<std::string> text, read_text_file(path_));
  SP_ASSIGN(const Entries entries, parse_entries(text.value_or(""), path_));
  const auto known = entries.find(name.str());
  if (known == entries.end()) {
    return std::nullopt;
  }
  SP_ASSIGN(const TemporaryUid uid, TemporaryUid::make(known->second, range_));
  return uid;
}

}  // namespace stagepass::targets
