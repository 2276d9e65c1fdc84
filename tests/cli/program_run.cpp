#include "program_run.hpp"

#include <stagepass/system/files.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace stagepass::tests {
namespace {

using system::FileDescriptor;

constexpr int kLongestRunMs = 60'000;

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;

  Pipe() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    read_end = FileDescriptor(fds[0]);
    write_end = FileDescriptor(fds[1]);
  }
};

FileDescriptor open_terminal() {
  FileDescriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) {
    throw std::runtime_error("no pseudo terminal");
  }
  return master;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

struct Channels {
  Pipe in;
  Pipe out;
  Pipe err;
  FileDescriptor terminal;
  FileDescriptor terminal_keeper;  ///< a terminal that nobody has open counts as hung up
};

// In the child, between fork and exec.
[[noreturn]] void become(const ProgramRun& program, const Channels& channels) {
  ::setsid();
  int in = channels.in.read_end.get();
  int out = channels.out.write_end.get();
  int err = channels.err.write_end.get();
  if (program.terminal != ProgramRun::Terminal::none) {
    const char* name = ::ptsname(channels.terminal.get());  // NOLINT(concurrency-mt-unsafe): alone
    const int slave = ::open(name, O_RDWR | O_CLOEXEC);
    ::ioctl(slave, TIOCSCTTY, 0);
    if (program.terminal == ProgramRun::Terminal::all) {
      in = out = err = slave;
    }
  }
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  std::vector<std::string> arguments = program.argv;
  std::vector<std::string> environment;
  for (const auto& [name, value] : program.environment) {
    environment.push_back(std::string(name).append("=").append(value));
  }
  if (::chdir(program.folder.c_str()) == 0) {
    ::execve(arguments[0].c_str(), pointers(arguments).data(), pointers(environment).data());
  }
  ::_exit(127);
}

// Reads what there is; false at the end of the channel.
bool read_some(int fd, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return got > 0 || (got < 0 && errno == EINTR);
}

// Types the next line when a prompt has appeared since the last one.
class Typist final {
 public:
  Typist(int terminal, std::vector<std::string> lines)
      : terminal_(terminal), lines_(std::move(lines)) {}

  void look(std::string_view screen) {
    const bool prompts = screen.ends_with(": ") || screen.ends_with("] ");
    if (next_ == lines_.size() || screen.size() <= seen_ || !prompts) {
      return;
    }
    seen_ = screen.size();
    const std::string keys = lines_[next_++] + "\n";
    static_cast<void>(::write(terminal_, keys.data(), keys.size()) > 0);
  }

 private:
  int terminal_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
  std::size_t seen_ = 0;
};

void converse(const ProgramRun& program, const Channels& channels, ProgramOutcome& outcome) {
  Typist typist(channels.terminal.get(), program.typed);
  std::array<pollfd, 3> waits = {pollfd{channels.out.read_end.get(), POLLIN, 0},
                                 pollfd{channels.err.read_end.get(), POLLIN, 0},
                                 pollfd{channels.terminal.get(), POLLIN, 0}};
  const std::array<std::string*, 3> texts = {&outcome.standard_output, &outcome.standard_error,
                                             &outcome.terminal};
  const bool only_terminal = program.terminal == ProgramRun::Terminal::all;
  const auto is_open = [&] {
    return only_terminal ? waits[2].fd >= 0 : waits[0].fd >= 0 || waits[1].fd >= 0;
  };
  while (is_open()) {
    if (::poll(waits.data(), waits.size(), kLongestRunMs) <= 0) {
      throw std::runtime_error("the program does not end");
    }
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits.at(i).revents != 0 && !read_some(waits.at(i).fd, *texts.at(i))) {
        waits.at(i).fd = -1;
      }
    }
    typist.look(outcome.terminal);
  }
}

int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramOutcome run(const ProgramRun& program) {
  ::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for SIGPIPE
  Channels channels;
  if (program.terminal != ProgramRun::Terminal::none) {
    channels.terminal = open_terminal();
  }
  if (program.terminal == ProgramRun::Terminal::prompts) {
    const char* name = ::ptsname(channels.terminal.get());  // NOLINT(concurrency-mt-unsafe): alone
    channels.terminal_keeper = FileDescriptor(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  }
  const pid_t child = ::fork();
  if (child == 0) {
    become(program, channels);
  }
  channels.in.read_end.reset();
  channels.out.write_end.reset();
  channels.err.write_end.reset();
  const auto& input = program.input;
  static_cast<void>(::write(channels.in.write_end.get(), input.data(), input.size()) > 0);
  channels.in.write_end.reset();
  ProgramOutcome outcome;
  try {
    converse(program, channels, outcome);
  } catch (...) {
    ::kill(-child, SIGKILL);
    status_of(child);
    throw;
  }
  outcome.exit_status = status_of(child);
  return outcome;
}

}  // namespace stagepass::tests
