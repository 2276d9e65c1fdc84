#include "traced_calls.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string_view>
#include <sys/syscall.h>

namespace stagepass::proof {
namespace {

struct NamedCall {
  std::string_view name;
  long number;
  int flags_argument = -1;  ///< of open: a point only if the flags allow a change
};

#define STAGEPASS_CALL(name) \
  NamedCall {                \
#name, SYS_##name        \
  }

constexpr std::array kChanges = {NamedCall{"open", SYS_open, 1},
                                 NamedCall{"openat", SYS_openat, 2},
                                 STAGEPASS_CALL(openat2),
                                 STAGEPASS_CALL(creat),
                                 STAGEPASS_CALL(write),
                                 STAGEPASS_CALL(pwrite64),
                                 STAGEPASS_CALL(writev),
                                 STAGEPASS_CALL(pwritev),
                                 STAGEPASS_CALL(pwritev2),
                                 STAGEPASS_CALL(sendfile),
                                 STAGEPASS_CALL(copy_file_range),
                                 STAGEPASS_CALL(fsync),
                                 STAGEPASS_CALL(fdatasync),
                                 STAGEPASS_CALL(sync_file_range),
                                 STAGEPASS_CALL(msync),
                                 STAGEPASS_CALL(truncate),
                                 STAGEPASS_CALL(ftruncate),
                                 STAGEPASS_CALL(fallocate),
                                 STAGEPASS_CALL(rename),
                                 STAGEPASS_CALL(renameat),
                                 STAGEPASS_CALL(renameat2),
                                 STAGEPASS_CALL(link),
                                 STAGEPASS_CALL(linkat),
                                 STAGEPASS_CALL(unlink),
                                 STAGEPASS_CALL(unlinkat),
                                 STAGEPASS_CALL(symlink),
                                 STAGEPASS_CALL(symlinkat),
                                 STAGEPASS_CALL(mkdir),
                                 STAGEPASS_CALL(mkdirat),
                                 STAGEPASS_CALL(rmdir),
                                 STAGEPASS_CALL(mknod),
                                 STAGEPASS_CALL(mknodat),
                                 STAGEPASS_CALL(chmod),
                                 STAGEPASS_CALL(fchmod),
                                 STAGEPASS_CALL(fchmodat),
                                 STAGEPASS_CALL(chown),
                                 STAGEPASS_CALL(fchown),
                                 STAGEPASS_CALL(lchown),
                                 STAGEPASS_CALL(fchownat),
                                 STAGEPASS_CALL(utimensat),
                                 STAGEPASS_CALL(fork),
                                 STAGEPASS_CALL(vfork),
                                 STAGEPASS_CALL(clone),
                                 STAGEPASS_CALL(clone3),
                                 STAGEPASS_CALL(execve),
                                 STAGEPASS_CALL(execveat),
                                 STAGEPASS_CALL(kill),
                                 STAGEPASS_CALL(tgkill),
                                 STAGEPASS_CALL(connect),
                                 STAGEPASS_CALL(sendto),
                                 STAGEPASS_CALL(sendmsg)};
constexpr std::array kReads = {STAGEPASS_CALL(read), STAGEPASS_CALL(pread64), STAGEPASS_CALL(readv),
                               STAGEPASS_CALL(preadv)};
constexpr std::array kMemory = {STAGEPASS_CALL(mmap),  STAGEPASS_CALL(mprotect),
                                STAGEPASS_CALL(mlock), STAGEPASS_CALL(mremap),
                                STAGEPASS_CALL(brk),   STAGEPASS_CALL(madvise)};

constexpr std::array kEnd = {STAGEPASS_CALL(exit_group)};

#undef STAGEPASS_CALL

std::vector<NamedCall> calls_of(CallSet set) {
  if (set == CallSet::none) {
    return {};
  }
  if (set == CallSet::memory) {
    return {kMemory.begin(), kMemory.end()};
  }
  std::vector<NamedCall> calls(kChanges.begin(), kChanges.end());
  if (set == CallSet::reads) {
    calls.insert(calls.end(), kReads.begin(), kReads.end());
  } else if (set == CallSet::writes) {
    calls.insert(calls.end(), kEnd.begin(), kEnd.end());
  }
  return calls;
}

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter answer(std::uint32_t action) {
  return BPF_STMT(BPF_RET | BPF_K, action);
}

/// The next `skip` instructions are for `value` only.
sock_filter unless_equal_skip(std::uint32_t value, std::uint8_t skip) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

}  // namespace

std::vector<sock_filter> filter_for(CallSet set) {
  constexpr std::uint32_t kChangingFlags =
      O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
  std::vector<sock_filter> filter = {
      load(offsetof(seccomp_data, arch)), unless_equal_skip(AUDIT_ARCH_X86_64, 1),
      BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), answer(SECCOMP_RET_ALLOW)};
  filter.push_back(load(offsetof(seccomp_data, nr)));
  for (const NamedCall& call : calls_of(set)) {
    const auto number = static_cast<std::uint32_t>(call.number);
    if (call.flags_argument < 0) {
      filter.push_back(unless_equal_skip(number, 1));
    } else {
      const auto argument = static_cast<std::size_t>(call.flags_argument);
      filter.push_back(unless_equal_skip(number, 4));
      filter.push_back(load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t)));
      filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kChangingFlags, 1, 0));
      filter.push_back(answer(SECCOMP_RET_ALLOW));
    }
    filter.push_back(answer(SECCOMP_RET_TRACE));
  }
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  return filter;
}

std::string name_of_call(long number) {
  for (const CallSet set : {CallSet::reads, CallSet::memory}) {
    for (const NamedCall& call : calls_of(set)) {
      if (call.number == number) {
        return std::string(call.name);
      }
    }
  }
  return "call " + std::to_string(number);
}

}  // namespace stagepass::proof
