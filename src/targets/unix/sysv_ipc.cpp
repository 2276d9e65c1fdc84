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

std::vector<int> ipc_ids_of(std::string_view table, TemporaryUid uid) {
  const std::vector<std::string_view> lines = split(table, '\n');
  const std::vector<std::string_view> headings = words(lines.front());
  const std::size_t owner = column_of(headings, "uid");
  const std::size_t creator = column_of(headings, "cuid");
  const std::string wanted = std::to_string(uid.value());
  std::vector<int> ids;
  for (const std::string_view line : lines) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.size() <= std::max(owner, creator) ||
        (fields[owner] != wanted && fields[creator] != wanted)) {
      continue;
    }
    int id = 0;  // the second column: shmid, msqid, semid
    std::from_chars(fields[1].data(), fields[1].data() + fields[1].size(), id);
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
