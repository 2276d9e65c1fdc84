#include "disk_log.hpp"

#include "stopped_call.hpp"

#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;
using Kind = DiskChange::Kind;

std::string descriptor_path(pid_t thread, std::uint64_t descriptor) {
  return "/proc/" + std::to_string(thread) + "/fd/" + std::to_string(static_cast<int>(descriptor));
}

struct ::stat status_of(const std::string& path) {
  struct ::stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw std::runtime_error("cannot look at " + path);
  }
  return status;
}

/// Where the next write to the descriptor goes.
std::uint64_t position(pid_t thread, std::uint64_t descriptor) {
  std::ifstream info("/proc/" + std::to_string(thread) + "/fdinfo/" +
                     std::to_string(static_cast<int>(descriptor)));
  std::string label;
  std::uint64_t offset = 0;
  info >> label >> offset;
  return offset;
}

class Recorder final : public Watcher {
 public:
  explicit Recorder(Stage stage) : stage_(std::move(stage)) { note_what_is_there(); }

  Verdict about_to(const Call& call) override {
    note_moment();
    pending_[call.thread] = {};
    if (is_output(call)) {
      pending_[call.thread].bytes = memory_of(call.thread, call.arguments[1], call.arguments[2]);
      return {Verdict::Kind::wait_for_result};
    }
    const auto file = file_of(call);
    if (!file || !is_watched(*file)) {
      return {};
    }
    pending_[call.thread] = before(call);
    return {Verdict::Kind::wait_for_result};
  }

  Next made(const Call& call, std::int64_t result) override {
    if (result < 0) {
      return Next::go_on;
    }
    DiskChange change = std::move(pending_[call.thread]);
    if (is_output(call)) {
      output_ += change.bytes.substr(0, static_cast<std::size_t>(result));
    } else {
      after(call, result, std::move(change));
    }
    note_moment();
    return Next::go_on;
  }

  DiskLog finish(ProgramEnd end) {
    note_moment();
    log_.moments.back().is_over = true;
    log_.end = std::move(end);
    return std::move(log_);
  }

 private:
  static bool is_output(const Call& call) {
    return call.number == SYS_write && call.arguments[0] == STDOUT_FILENO;
  }

  [[nodiscard]] bool is_watched(const fs::path& path) const {
    const std::string relative = path.lexically_relative(stage_.folder()).string();
    return !relative.empty() && !relative.starts_with("..") && !relative.starts_with("state");
  }

  void note_what_is_there() {
    log_.before.folders.insert(stage_.folder());
    for (const auto& entry : fs::recursive_directory_iterator(stage_.folder())) {
      if (!is_watched(entry.path())) {
        continue;
      }
      if (entry.is_directory()) {
        log_.before.folders.insert(entry.path());
        continue;
      }
      log_.before.names[entry.path()] = new_file(status_of(entry.path()).st_ino);
      log_.before.files.back() = content_of(entry.path());
    }
    names_ = log_.before.names;
  }

  FileNumber new_file(ino_t inode) {
    log_.before.files.emplace_back();
    return files_[inode] = log_.before.files.size() - 1;
  }

  FileNumber file_at(pid_t thread, std::uint64_t descriptor) const {
    return files_.at(status_of(descriptor_path(thread, descriptor)).st_ino);
  }

  /// Every change of a target has been seen at the next call of the program.
  void note_moment() {
    Moment moment{log_.changes.size(), {}, output_, false};
    for (const std::string& target : stage_.targets()) {
      for (const auto& entry : fs::recursive_directory_iterator(stage_.state(target))) {
        if (entry.is_regular_file()) {
          const std::string name = entry.path().lexically_relative(stage_.folder()).string();
          moment.targets[name] = content_of(entry.path());
        }
      }
    }
    log_.moments.push_back(std::move(moment));
  }

  /// What must be read before the call is made.
  [[nodiscard]] static DiskChange before(const Call& call) {
    DiskChange change;
    change.path = *file_of(call);
    const auto& arguments = call.arguments;
    if (call.number == SYS_write || call.number == SYS_pwrite64) {
      change.bytes = memory_of(call.thread, arguments[1], arguments[2]);
      change.offset = call.number == SYS_write ? position(call.thread, arguments[0]) : arguments[3];
    } else if (call.number == SYS_rename) {
      change.to = absolute(call.thread, static_cast<std::uint64_t>(AT_FDCWD),
                           text_of(call.thread, arguments[1]));
    } else if (call.number == SYS_renameat || call.number == SYS_renameat2) {
      change.to = absolute(call.thread, arguments[2], text_of(call.thread, arguments[3]));
    }
    return change;
  }

  void after(const Call& call, std::int64_t result, DiskChange change) {
    switch (call.number) {
      case SYS_open:
      case SYS_openat:
        return opened(call, static_cast<std::uint64_t>(result), std::move(change));
      case SYS_write:
      case SYS_pwrite64:
        change.bytes.resize(static_cast<std::size_t>(result));
        return data(Kind::write, call, std::move(change));
      case SYS_ftruncate:
        change.offset = call.arguments[1];
        return data(Kind::truncate, call, std::move(change));
      case SYS_fsync:
      case SYS_fdatasync:
        return synced(call, std::move(change));
      case SYS_rename:
      case SYS_renameat:
      case SYS_renameat2:
        change.file = names_.at(change.path);
        names_[change.to] = change.file;
        names_.erase(change.path);
        return add(Kind::rename, std::move(change));
      case SYS_linkat:
        change.file = linked_file(call);
        names_[change.path] = change.file;
        return add(Kind::name_file, std::move(change));
      case SYS_unlink:
      case SYS_unlinkat:
        return removed(std::move(change));
      case SYS_mkdir:
      case SYS_mkdirat:
        return add(Kind::make_folder, std::move(change));
      case SYS_rmdir:
        return add(Kind::remove_folder, std::move(change));
      case SYS_fchmod:
      case SYS_fchown:
        return;  // what a power cut makes of them is no question here
      default:
        throw std::runtime_error("a call that is not understood: " + name_of_call(call.number));
    }
  }

  void opened(const Call& call, std::uint64_t descriptor, DiskChange change) {
    const auto status = status_of(descriptor_path(call.thread, descriptor));
    const auto flags = call.arguments[call.number == SYS_open ? 1 : 2];
    if ((flags & O_TMPFILE) == O_TMPFILE) {
      new_file(status.st_ino);
    } else if (S_ISREG(status.st_mode) && !names_.contains(change.path)) {
      change.file = new_file(status.st_ino);
      names_[change.path] = change.file;
      add(Kind::name_file, std::move(change));
    } else if ((flags & O_TRUNC) != 0) {
      change.file = files_.at(status.st_ino);
      add(Kind::truncate, std::move(change));
    }
  }

  void data(Kind kind, const Call& call, DiskChange change) {
    change.file = file_at(call.thread, call.arguments[0]);
    add(kind, std::move(change));
  }

  void synced(const Call& call, DiskChange change) {
    const auto status = status_of(descriptor_path(call.thread, call.arguments[0]));
    if (S_ISDIR(status.st_mode)) {
      add(Kind::sync_folder, std::move(change));
    } else {
      data(Kind::sync_file, call, std::move(change));
    }
  }

  void removed(DiskChange change) {
    const bool is_file = names_.erase(change.path) == 1;
    add(is_file ? Kind::remove_name : Kind::remove_folder, std::move(change));
  }

  /// linkat(…, "/proc/self/fd/N", …): the file that has no name yet.
  [[nodiscard]] FileNumber linked_file(const Call& call) const {
    const fs::path from(text_of(call.thread, call.arguments[1]));
    if (from.parent_path() != "/proc/self/fd") {
      return names_.at(absolute(call.thread, call.arguments[0], from.string()));
    }
    return file_at(call.thread, std::stoull(from.filename().string()));
  }

  void add(Kind kind, DiskChange change) {
    change.kind = kind;
    log_.changes.push_back(std::move(change));
  }

  Stage stage_;
  DiskLog log_;
  std::map<pid_t, DiskChange> pending_;
  std::map<fs::path, FileNumber> names_;  ///< as the program sees them now
  std::map<ino_t, FileNumber> files_;
  std::string output_;
};

}  // namespace

DiskLog record(const Stage& stage, const Program& program) {
  Recorder recorder(stage);
  ProgramEnd end = supervise(program, CallSet::changes, recorder);
  return recorder.finish(std::move(end));
}

}  // namespace stagepass::proof
