#include "fault.hpp"

#include "stopped_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/syscall.h>

namespace stagepass::proof {
namespace {

template <std::size_t Size>
bool is_one_of(long call, const std::array<long, Size>& calls) {
  return std::find(calls.begin(), calls.end(), call) != calls.end();
}

constexpr std::array kReads = {long{SYS_read}, long{SYS_pread64}, long{SYS_readv},
                               long{SYS_preadv}};
constexpr std::array kSyncs = {long{SYS_fsync}, long{SYS_fdatasync}, long{SYS_sync_file_range},
                               long{SYS_msync}};
constexpr std::array kWrites = {
    long{SYS_write},     long{SYS_pwrite64},  long{SYS_writev},
    long{SYS_pwritev},   long{SYS_ftruncate}, long{SYS_truncate},
    long{SYS_fallocate}, long{SYS_pwritev2},  long{SYS_copy_file_range}};

}  // namespace

bool can_fail_with(long call, int error) {
  if (is_one_of(call, kReads)) {
    return error == EIO;
  }
  return error != EROFS || !(is_one_of(call, kSyncs) || is_one_of(call, kWrites));
}

std::size_t target_calls(const Stage& stage) {
  std::size_t calls = 0;
  for (const std::string& target : stage.targets()) {
    const std::string text = content_of(stage.state(target) / "calls");
    calls += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  return calls;
}

bool Fault::is_ours(const Call& call) const {
  const bool is_output =
      (call.number == SYS_write || call.number == SYS_writev) && call.arguments[0] == 1;
  const auto file = file_of(call);
  return is_output || (file && file->string().starts_with(stage_.folder().string() + "/"));
}

/// SQLite does not look at the answer when it syncs the folder for a new journal; it does when the
/// journal is gone, and nothing is done on a target before that.
bool Fault::is_ignored_by_sqlite(const Call& call) const {
  if (file_of(call) != stage_.home()) {
    return false;
  }
  const std::filesystem::directory_iterator files(stage_.home());
  return std::any_of(begin(files), end(files),
                     [](const auto& file) { return file.path().string().ends_with("-journal"); });
}

Watcher::Verdict Fault::about_to(const Call& call) {
  if (!is_ours(call)) {
    return {};
  }
  const std::int64_t point = points_++;
  const bool is_struck = at_ && (at_->for_ever ? point >= at_->point : point == at_->point);
  if (!is_struck || !can_fail_with(call.number, at_->error)) {
    return {};
  }
  if (point == at_->point) {
    call_ = name_of_call(call.number);
  }
  if (is_one_of(call.number, kSyncs) && !calls_ && !is_ignored_by_sqlite(call)) {
    calls_ = target_calls(stage_);
  }
  return {Verdict::Kind::refuse, at_->error};
}

std::string Fault::describe() const {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): strerrorname_np returns a constant
  return fmt::format("{} at {} (point {}){}", ::strerrorname_np(at_->error), call_, at_->point,
                     at_->for_ever ? ", for ever" : "");
}

}  // namespace stagepass::proof
