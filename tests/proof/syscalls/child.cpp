#include "child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stagepass::proof {
namespace {

using system::FileDescriptor;

constexpr unsigned kLongestRunSeconds = 60;

FileDescriptor memory_file(const char* name) {
  FileDescriptor file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) {
    throw std::runtime_error("no file in memory: " + system::describe_errno(errno));
  }
  return file;
}

std::string content_of(const FileDescriptor& file) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::pread(file.get(), buffer.data(), buffer.size(),
                                       static_cast<off_t>(text.size()))) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
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

}  // namespace

Child::Child(const Program& program, const std::function<bool()>& before_exec)
    : output_(memory_file("stdout")), error_(memory_file("stderr")) {
  std::vector<std::string> arguments = program.argv;
  std::vector<std::string> environment;
  environment.reserve(program.environment.size());
  for (const auto& [name, value] : program.environment) {
    environment.push_back(std::string(name).append("=").append(value));
  }
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  const pid_t pid = ::fork();
  if (pid < 0) {
    throw std::runtime_error("no new process: " + system::describe_errno(errno));
  }
  if (pid == 0) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output_.get(), STDOUT_FILENO);
    ::dup2(error_.get(), STDERR_FILENO);
    if (::setsid() > 0 && ::chdir(program.folder.c_str()) == 0 && before_exec()) {
      ::execve(argv[0], argv.data(), envp.data());
    }
    ::_exit(127);
  }
  pid_ = pid;  // NOLINT(cppcoreguidelines-prefer-member-initializer): known only now
}

ProgramEnd Child::end(int wait_status) const {
  ProgramEnd end;
  end.was_killed = WIFSIGNALED(wait_status);
  end.exit_status = end.was_killed ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
  end.standard_output = content_of(output_);
  end.standard_error = content_of(error_);
  return end;
}

Deadline::Deadline() {
  struct sigaction interrupt {};
  interrupt.sa_handler = [](int) {};  // without SA_RESTART: only to interrupt
  ::sigaction(SIGALRM, &interrupt, nullptr);
  ::alarm(kLongestRunSeconds);
}

Deadline::~Deadline() {
  ::alarm(0);
}

ProgramEnd run(const Program& program) {
  const Child child(program, [] { return true; });
  const Deadline deadline;
  bool too_long = false;
  int status = 0;
  while (::waitpid(child.pid(), &status, 0) < 0) {
    too_long = true;
    ::kill(-child.pid(), SIGKILL);
  }
  ProgramEnd end = child.end(status);
  end.took_too_long = too_long;
  return end;
}

}  // namespace stagepass::proof
