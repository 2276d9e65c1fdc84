#include "leak_watch.hpp"

#include "program_memory.hpp"
#include "stopped_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace stagepass::proof {
namespace {

/// What a process is made of may fail, but then there is nothing to look at.
bool may_be_refused(long call) {
  constexpr std::array kNeeded = {SYS_fork,   SYS_vfork,    SYS_clone, SYS_clone3,
                                  SYS_execve, SYS_execveat, SYS_kill,  SYS_exit_group};
  return std::find(kNeeded.begin(), kNeeded.end(), call) == kNeeded.end();
}

std::string gathered(const Call& call) {
  const std::string raw =
      memory_of(call.thread, call.arguments[1], call.arguments[2] * sizeof(iovec));
  std::string bytes;
  for (std::size_t at = 0; at + sizeof(iovec) <= raw.size(); at += sizeof(iovec)) {
    iovec part{};
    std::memcpy(&part, raw.data() + at, sizeof part);
    bytes += memory_of(call.thread, reinterpret_cast<std::uint64_t>(part.iov_base), part.iov_len);
  }
  return bytes;
}

/// What a call hands over; nothing for one that hands nothing over.
std::string output_of(const Call& call) {
  switch (call.number) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_sendto:
      return memory_of(call.thread, call.arguments[1], call.arguments[2]);
    case SYS_writev:
    case SYS_pwritev:
    case SYS_pwritev2:
      return gathered(call);
    default:
      return {};
  }
}

bool is_way_to_a_target(const std::string& file) {
  return file.starts_with("pipe:") || file.starts_with("socket:");
}

}  // namespace

Watcher::Verdict LeakWatch::about_to(const Call& call) {
  if (call.number == SYS_exit_group) {
    note_memory(call.thread);
    return {};
  }
  const std::int64_t point = points_++;
  if (refusal_ && refusal_->point == point && may_be_refused(call.number)) {
    refused_call_ = name_of_call(call.number);
    return {Verdict::Kind::refuse, refusal_->error};
  }
  note_output(call);
  return {};
}

/// A key file, or a credential that was asked for: it has no name before it is complete.
bool LeakWatch::is_for_secrets(const std::filesystem::path& file) const {
  return file.parent_path() == stage_.key_file().parent_path() ||
         file.parent_path() == stage_.folder();
}

void LeakWatch::note_output(const Call& call) {
  std::string bytes = output_of(call);
  if (bytes.empty() || call.arguments[0] == STDOUT_FILENO) {
    return;
  }
  const std::filesystem::path file = file_of_descriptor(call.thread, call.arguments[0]);
  if (is_way_to_a_target(file.string())) {
    sent_.push_back(std::move(bytes));
  } else if (!is_for_secrets(file)) {
    pieces_.push_back({name_of_call(call.number) + " to " + file.string(), std::move(bytes)});
  }
}

void LeakWatch::note_memory(pid_t process) {
  saw_the_end_ = true;
  for_each_region(process, [this](const std::string& where, std::string_view bytes) {
    const bool is_empty = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
    if (!is_empty) {
      pieces_.push_back({"memory at the end, " + where, std::string(bytes)});
    }
  });
}

std::string LeakWatch::describe() const {
  return refusal_ ? fmt::format("{} at {} (point {})", ::strerrorname_np(refusal_->error),
                                refused_call_, refusal_->point)
                  : "no fault";
}

std::vector<Secret> LeakWatch::sent_passwords() const {
  constexpr std::string_view kMember = R"("password":")";
  std::vector<Secret> passwords;
  for (const std::string& each : sent_) {
    const auto found = each.find(kMember);
    if (found != std::string::npos) {
      const auto begin = found + kMember.size();
      passwords.push_back(Secret::copy_of(each.substr(begin, each.find('"', begin) - begin)));
    }
  }
  return passwords;
}

std::vector<Violation> LeakWatch::objections(const SecretSearch& search) const {
  std::vector<Violation> objections;
  for (const Piece& piece : pieces_) {
    if (const auto found = search.find(piece.bytes)) {
      objections.push_back({Invariant::leaked, *found + " stands in " + piece.where});
    }
  }
  return objections;
}

}  // namespace stagepass::proof
