#include "targets/unix/sysv_ipc.hpp"

#include "targets/unix/host_files.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

namespace stagepass::targets {
namespace {

constexpr std::array kTables = {"shm", "msg", "sem"};

constexpr std::size_t kIdColumn = 1;  // shmid, msqid, semid

Failure not_understood() {
  return fail(Errc::unavailable, "cannot understand the tables of /proc/sysvipc");
}

/// As the kernel writes it: neither negative nor with zeros before it.
Result<int> parse_id(std::string_view text) {
  int id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || id < 0 || std::to_string(id) != text) {
    return not_understood();
  }
  return id;
}

std::size_t column_of(const std::vector<std::string_view>& headings, std::string_view name) {
  return static_cast<std::size_t>(std::find(headings.begin(), headings.end(), name) -
                                  headings.begin());
}

Result<std::vector<int>> ids_in(const char* table, TemporaryUid uid) {
  SP_ASSIGN(const std::optional<std::string> text,
            read_text_file(fmt::format("/proc/sysvipc/{}", table)));
  return ipc_ids_of(text.value_or(""), uid);
}

int remove_one(std::string_view table, int id) {
  if (table == "shm") {
    return ::shmctl(id, IPC_RMID, nullptr);
  }
  return table == "msg" ? ::msgctl(id, IPC_RMID, nullptr) : ::semctl(id, 0, IPC_RMID);
}

}  // namespace

Result<std::vector<int>> ipc_ids_of(std::string_view table, TemporaryUid uid) {
  std::vector<int> ids;
  if (table.empty()) {
    return ids;
  }
  const std::vector<std::string_view> lines = split(table, '\n');
  const std::vector<std::string_view> headings = words(lines.front());
  const std::size_t owner = column_of(headings, "uid");
  const std::size_t creator = column_of(headings, "cuid");
  if (std::max(owner, creator) >= headings.size()) {
    return not_understood();
  }
  const std::string wanted = std::to_string(uid.value());
  for (const std::string_view line : lines) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.size() <= std::max(owner, creator) ||
        (fields[owner] != wanted && fields[creator] != wanted)) {
      continue;
    }
    SP_ASSIGN(const int id, parse_id(fields[kIdColumn]));
    ids.push_back(id);
  }
  return ids;
}

Result<std::size_t> count_ipc_of(TemporaryUid uid) {
  std::size_t count = 0;
  for (const char* table : kTables) {
    SP_ASSIGN(const std::vector<int> ids, ids_in(table, uid));
    count += ids.size();
  }
  return count;
}

Result<void> remove_ipc_of(TemporaryUid uid) {
  for (const char* table : kTables) {
    SP_ASSIGN(const std::vector<int> ids, ids_in(table, uid));
    for (const int id : ids) {
      if (remove_one(table, id) != 0 && errno != EINVAL && errno != EIDRM) {
        return fail(Errc::unavailable, fmt::format("cannot remove System V object {} of uid {}: {}",
                                                   id, uid.value(), system::describe_errno(errno)));
      }
    }
  }
  return {};
}

}  // namespace stagepass::targets
