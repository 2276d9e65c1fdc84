#include "forked_cases.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <map>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stagepass::proof {
namespace {

constexpr unsigned kSecondsForACase = 60;

struct Running {
  std::uint64_t number;
  system::FileDescriptor answer;
};

/// The child writes its text and ends at once: nothing of the parent is torn down twice.
[[noreturn]] void play_in_child(const ForkedCases::Play& play, std::uint64_t number, int answer) {
  ::alarm(kSecondsForACase);
  std::string text;
  try {
    text = play(number);
  } catch (const std::exception& problem) {
    text = fmt::format("broken an exception: {}\n", problem.what());
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(answer, rest.data(), rest.size());
    if (written < 0) {
      ::_exit(1);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::_exit(0);
}

std::pair<pid_t, Running> start(const ForkedCases::Play& play, std::uint64_t number) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  system::FileDescriptor reading(ends[0]);
  const system::FileDescriptor writing(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (pid == 0) {
    play_in_child(play, number, writing.get());
  }
  return {pid, Running{number, std::move(reading)}};
}

/// A text is smaller than a pipe holds, so the child never waits for us.
std::string all_of(const system::FileDescriptor& answer) {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = ::read(answer.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::string death_of(int status) {
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM ? "it never ended"
                                       : fmt::format("it died of signal {}", WTERMSIG(status));
  }
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("it ended with {}", WEXITSTATUS(status));
}

}  // namespace

void ForkedCases::run(std::uint64_t first, std::uint64_t end, const Play& play,
                      const Note& note) const {
  std::map<pid_t, Running> running;
  for (std::uint64_t next = first; next < end || !running.empty();) {
    if (next < end && running.size() < jobs_) {
      running.insert(start(play, next++));
      continue;
    }
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, 0);
    const auto found = running.find(pid);
    if (found == running.end()) {
      throw std::runtime_error("a child is lost");
    }
    note(found->second.number, all_of(found->second.answer), death_of(status));
    running.erase(found);
  }
}

}  // namespace stagepass::proof
