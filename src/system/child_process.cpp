#include "system/child_process.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace stagepass::system {
namespace {

constexpr std::string_view kSearchPath = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::chrono::seconds kGrace{2};

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(Errc::unavailable, fmt::format("cannot make a pipe: {}", describe_errno(errno)));
  }
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

struct Pipes {
  Pipe input;
  Pipe output;
  Pipe error;
};

Result<Pipes> make_pipes() {
  SP_ASSIGN(Pipe input, make_pipe());
  SP_ASSIGN(Pipe output, make_pipe());
  SP_ASSIGN(Pipe error, make_pipe());
  return Pipes{std::move(input), std::move(output), std::move(error)};
}

/// posix_spawn's preparations fail only for want of memory.
void require(int error) {
  if (error != 0) {
    throw std::bad_alloc();
  }
}

/// The child keeps three pipe ends as 0, 1, 2 and nothing else.
class FileActions final {
 public:
  explicit FileActions(const Pipes& pipes) {
    require(::posix_spawn_file_actions_init(&actions_));
    duplicate(pipes.input.read_end, STDIN_FILENO);
    duplicate(pipes.output.write_end, STDOUT_FILENO);
    duplicate(pipes.error.write_end, STDERR_FILENO);
    require(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  FileActions(FileActions&&) = delete;
  FileActions& operator=(FileActions&&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  void duplicate(const FileDescriptor& from, int to) {
    require(::posix_spawn_file_actions_adddup2(&actions_, from.get(), to));
  }
  posix_spawn_file_actions_t actions_{};
};

/// Own process group, no blocked and no ignored signals.
class Attributes final {
 public:
  Attributes() {
    require(::posix_spawnattr_init(&attributes_));
    sigset_t signals;
    ::sigemptyset(&signals);
    require(::posix_spawnattr_setsigmask(&attributes_, &signals));
    ::sigfillset(&signals);
    require(::posix_spawnattr_setsigdefault(&attributes_, &signals));
    require(::posix_spawnattr_setpgroup(&attributes_, 0));
    require(::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  Attributes(Attributes&&) = delete;
  Attributes& operator=(Attributes&&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> entries = {std::string(kSearchPath), "LC_ALL=C"};
  for (const auto& [name, value] : command.environment) {
    entries.push_back(fmt::format("{}={}", name, value));
  }
  return entries;
}

/// The null-ended array of C strings that exec wants.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

Failure fail_spawn(const std::string& program, int error) {
  const std::string name = stagepass::quoted(program);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(Errc::not_found, fmt::format("the program {} does not exist", name));
    case EACCES:
    case EPERM:
    case ENOEXEC:
      return fail(Errc::permission_denied,
                  fmt::format("the program {} cannot be run: {}", name, describe_errno(error)));
    default:
      return fail(Errc::unavailable,
                  fmt::format("cannot start {}: {}", name, describe_errno(error)));
  }
}

Result<pid_t> spawn_program(const Command& command, const Pipes& pipes) {
  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> environment = environment_of(command);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, command.argv.front().c_str(), FileActions(pipes).get(),
                                  Attributes().get(), pointers_to(arguments).data(),
                                  pointers_to(environment).data());
  if (error != 0) {
    return fail_spawn(command.argv.front(), error);
  }
  return pid;
}

/// By system call: glibc 2.36 declares pidfd_open without C linkage.
FileDescriptor open_handle(pid_t pid) {
  return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

void set_nonblocking(const FileDescriptor& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

int milliseconds_until(SteadyTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(
      std::clamp(left, std::chrono::milliseconds(0), std::chrono::milliseconds(60'000)).count());
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::spawn(const Command& command) {
  if (command.argv.empty() || !command.argv.front().starts_with('/')) {
    return fail(Errc::internal, "a program must be named by its absolute path");
  }
  SP_ASSIGN(Pipes pipes, make_pipes());
  SP_ASSIGN(const pid_t pid, spawn_program(command, pipes));
  std::unique_ptr<ChildProcess> child(new ChildProcess(pid, command.output_limit));
  child->handle_ = open_handle(pid);
  if (!child->handle_) {
    return fail(Errc::unavailable,
                fmt::format("cannot watch a program: {}", describe_errno(errno)));
  }
  if (command.input != nullptr && !command.input->empty()) {
    child->pending_input_ = command.input->reveal();
    child->input_ = std::move(pipes.input.write_end);
    set_nonblocking(child->input_);
  }
  child->output_.fd = std::move(pipes.output.read_end);
  child->error_.fd = std::move(pipes.error.read_end);
  set_nonblocking(child->output_.fd);
  set_nonblocking(child->error_.fd);
  return child;
}

ChildProcess::~ChildProcess() {
  if (!reaped_) {
    kill_group(SIGKILL);
    reap();
  }
}

bool ChildProcess::pump(SteadyTime deadline, const std::function<bool()>& done) {
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    poll_once(deadline);
  }
  return true;
}

void ChildProcess::poll_once(SteadyTime deadline) {
  // poll ignores the negative descriptor of a closed pipe.
  std::array<struct pollfd, 4> waiting = {{{handle_.get(), POLLIN, 0},
                                           {input_.get(), POLLOUT, 0},
                                           {output_.fd.get(), POLLIN, 0},
                                           {error_.fd.get(), POLLIN, 0}}};
  if (::poll(waiting.data(), waiting.size(), milliseconds_until(deadline)) <= 0) {
    return;
  }
  if (waiting[1].revents != 0) {
    write_input();
  }
  if (waiting[2].revents != 0) {
    read_available(output_);
  }
  if (waiting[3].revents != 0) {
    read_available(error_);
  }
  if (waiting[0].revents != 0) {
    ended_ = true;
    handle_.reset();
  }
}

void ChildProcess::write_input() {
  const ssize_t count = ::write(input_.get(), pending_input_.data(), pending_input_.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  // A program may close its input unread: what it then says or does decides, not this.
  pending_input_ = count < 0 ? Bytes() : pending_input_.subspan(static_cast<std::size_t>(count));
  if (pending_input_.empty()) {
    input_.reset();
  }
}

void ChildProcess::close_input() {
  pending_input_ = {};
  input_.reset();
}

void ChildProcess::read_available(Stream& stream) const {
  std::array<char, 16384> buffer{};
  while (stream.fd) {
    const ssize_t count = ::read(stream.fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && errno == EAGAIN) {
      return;
    }
    if (count <= 0) {
      stream.fd.reset();
      return;
    }
    const auto size = static_cast<std::size_t>(count);
    const std::size_t room = output_limit_ - stream.text.size();
    stream.text.append(buffer.data(), std::min(size, room));
    if (size > room) {
      stream.overflowed = true;
      return;
    }
  }
}

void ChildProcess::terminate() {
  kill_group(SIGTERM);
  pump(std::chrono::steady_clock::now() + kGrace, [this] { return ended_; });
  kill_group(SIGKILL);
  reap();
}

CommandOutput ChildProcess::collect() {
  kill_group(SIGKILL);
  read_available(output_);
  read_available(error_);
  const int status = reap();
  return {status, std::move(output_.text), std::move(error_.text)};
}

// Only before `reap`: until then the number cannot belong to anybody else.
void ChildProcess::kill_group(int signal) const {
  ::kill(-pid_, signal);
}

int ChildProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  ended_ = true;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace stagepass::system
