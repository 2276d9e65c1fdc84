// Preloaded into the program under test: the allocation that STAGEPASS_FAILING_ALLOCATION names (counted from 0)
// returns nothing, and with STAGEPASS_FAILING_FOR_EVER all later ones, too. At the end the number of
// allocations is written to the file STAGEPASS_ALLOCATIONS.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <malloc.h>
#include <string>
#include <unistd.h>

// glibc's own allocator by the names that are not replaced here.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): glibc's names
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace {

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): an allocator has no other place
std::atomic<long> next{0};
std::atomic<long> failing{-2};  // -2: not asked yet, -1: none
std::atomic<bool> for_ever{false};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

// NOLINTBEGIN(concurrency-mt-unsafe): the first allocation is before any thread
void ask() {
  const char* number = std::getenv("STAGEPASS_FAILING_ALLOCATION");
  for_ever = std::getenv("STAGEPASS_FAILING_FOR_EVER") != nullptr;
  failing = number == nullptr ? -1 : std::strtol(number, nullptr, 10);
}

bool fails() {
  if (failing == -2) {
    ask();
  }
  const long number = next++;
  const bool is_struck = failing >= 0 && (for_ever ? number >= failing : number == failing);
  if (is_struck) {
    errno = ENOMEM;
  }
  return is_struck;
}

class Report final {
 public:
  Report() {
    const char* file = std::getenv("STAGEPASS_ALLOCATIONS");
    fd_ = file == nullptr ? -1 : ::open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  Report(Report&&) = delete;
  Report& operator=(Report&&) = delete;
  ~Report() {
    if (fd_ >= 0) {
      const std::string number = std::to_string(next);
      static_cast<void>(::write(fd_, number.data(), number.size()) > 0);
    }
  }

 private:
  int fd_ = -1;
};
// NOLINTEND(concurrency-mt-unsafe)

const Report report;

}  // namespace

extern "C" {
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc calls them __nmemb

void* malloc(std::size_t size) {
  return fails() ? nullptr : __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* block, std::size_t size) {
  return fails() ? nullptr : __libc_realloc(block, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = fails() ? nullptr : __libc_memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
}
