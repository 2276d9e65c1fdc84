#include "targets/unix/account_files.hpp"

#include "targets/unix/host_files.hpp"
#include "targets/unix/temporary_uid.hpp"

#include <algorithm>
#include <array>

namespace stagepass::targets {
namespace {

constexpr std::size_t kPasswdFields = 7;
constexpr std::size_t kGroupFields = 4;

std::optional<PasswdEntry> parse_passwd_line(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, ':');
  if (fields.size() != kPasswdFields) {
    return std::nullopt;
  }
  const Result<uid_t> uid = parse_uid(fields[2]);
  if (!uid) {
    return std::nullopt;
  }
  return PasswdEntry{std::string(fields[0]), *uid, std::string(fields[4])};
}

std::optional<GroupEntry> parse_group_line(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, ':');
  if (fields.size() != kGroupFields) {
    return std::nullopt;
  }
  const Result<gid_t> gid = parse_uid(fields[2]);
  if (!gid) {
    return std::nullopt;
  }
  return GroupEntry{std::string(fields[0]), *gid};
}

bool names_user(std::string_view line, std::string_view user) {
  const std::vector<std::string_view> fields = split(line, ':');
  const std::vector<std::string_view> members = split(fields.back(), ',');
  return fields.front() == user || std::find(members.begin(), members.end(), user) != members.end();
}

template <class Matches>
std::optional<PasswdEntry> find_passwd_line(std::string_view text, Matches matches) {
  for (const std::string_view line : split(text, '\n')) {
    std::optional<PasswdEntry> entry = parse_passwd_line(line);
    if (entry && matches(*entry)) {
      return entry;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> AccountFiles::text_of(std::string_view file) const {
  SP_ASSIGN(std::optional<std::string> text, read_text_file(folder_ / file));
  return std::move(text).value_or(std::string());
}

Result<std::optional<PasswdEntry>> AccountFiles::find_user(std::string_view name) const {
  SP_ASSIGN(const std::string text, text_of("passwd"));
  return find_passwd_line(text, [&](const PasswdEntry& entry) { return entry.name == name; });
}

Result<std::optional<PasswdEntry>> AccountFiles::find_user(uid_t uid) const {
  SP_ASSIGN(const std::string text, text_of("passwd"));
  return find_passwd_line(text, [&](const PasswdEntry& entry) { return entry.uid == uid; });
}

Result<std::vector<PasswdEntry>> AccountFiles::all_users() const {
  SP_ASSIGN(const std::string text, text_of("passwd"));
  std::vector<PasswdEntry> users;
  for (const std::string_view line : split(text, '\n')) {
    if (auto entry = parse_passwd_line(line)) {
      users.push_back(*std::move(entry));
    }
  }
  return users;
}

Result<std::optional<GroupEntry>> AccountFiles::find_group(std::string_view name) const {
  SP_ASSIGN(const std::string text, text_of("group"));
  for (const std::string_view line : split(text, '\n')) {
    std::optional<GroupEntry> entry = parse_group_line(line);
    if (entry && entry->name == name) {
      return entry;
    }
  }
  return std::nullopt;
}

Result<std::set<uid_t>> AccountFiles::numbers_in_use() const {
  std::set<uid_t> numbers;
  SP_ASSIGN(const std::vector<PasswdEntry> users, all_users());
  for (const PasswdEntry& user : users) {
    numbers.insert(user.uid);
  }
  SP_ASSIGN(const std::string group, text_of("group"));
  for (const std::string_view line : split(group, '\n')) {
    if (const auto entry = parse_group_line(line)) {
      numbers.insert(entry->gid);
    }
  }
  return numbers;
}

Result<std::vector<std::string>> AccountFiles::files_naming(const UserName& name) const {
  constexpr std::array kFiles = {"passwd", "shadow", "group", "gshadow", "subuid", "subgid"};
  std::vector<std::string> found;
  for (const char* file : kFiles) {
    SP_ASSIGN(const std::string text, text_of(file));
    const std::vector<std::string_view> lines = split(text, '\n');
    if (std::any_of(lines.begin(), lines.end(),
                    [&](std::string_view line) { return names_user(line, name.str()); })) {
      found.push_back((folder_ / file).string());
    }
  }
  return found;
}

}  // namespace stagepass::targets
