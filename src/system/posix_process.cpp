#include "system/child_process.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/posix_process.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <utility>

namespace stagepass::system {
namespace {

/// A program that does not read its input in this time will not read it later either.
constexpr std::chrono::seconds kInputPatience{5};

std::string name_of(const Command& command) {
  return escape_untrusted(std::filesystem::path(command.argv.front()).filename().string());
}

Failure fail_timeout(const std::string& program, Timeout timeout) {
  return fail(Errc::unreachable, fmt::format("{} did not end within {} s and was stopped", program,
                                             std::chrono::duration<double>(timeout).count()));
}

Failure fail_overflow(const std::string& program) {
  return fail(Errc::unreachable, fmt::format("{} said more than it may and was stopped", program));
}

class PosixRunningCommand final : public RunningCommand {
 public:
  PosixRunningCommand(std::unique_ptr<ChildProcess> child, std::string program, SteadyTime end)
      : child_(std::move(child)), program_(std::move(program)), end_of_life_(end) {}

  bool ended_within(Timeout patience) override {
    wait(patience, [this] { return child_->ended(); });
    return child_->ended() && !stopped_by_us_;
  }

  Result<std::string> wait_for_output(std::string_view text, Timeout patience) override {
    std::string line;
    const auto found = [&] { return find_line(text, line); };
    wait(patience, [&] { return found() || child_->ended() || child_->overflowed(); });
    if (found()) {
      return line;
    }
    if (child_->overflowed()) {
      return fail_overflow(program_);
    }
    if (child_->ended()) {
      return fail(Errc::unreachable, fmt::format("{} ended too early: {}", program_,
                                                 escape_untrusted(child_->error_output())));
    }
    return fail(Errc::unreachable, fmt::format("{} did not answer in time", program_));
  }

 private:
  template <class Done>
  void wait(Timeout patience, Done done) {
    const SteadyTime limit = std::chrono::steady_clock::now() + patience;
    if (!child_->pump(std::min(limit, end_of_life_), done) && end_of_life_ <= limit) {
      stopped_by_us_ = true;
      child_->terminate();
    }
  }

  bool find_line(std::string_view text, std::string& line) const {
    const std::string_view output = child_->output();
    const std::size_t at = output.find(text);
    const std::size_t end = output.find('\n', at);
    if (at == std::string_view::npos || end == std::string_view::npos) {
      return false;
    }
    const std::size_t before = output.rfind('\n', at);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    line = output.substr(start, end - start);
    return true;
  }

  std::unique_ptr<ChildProcess> child_;
  std::string program_;
  SteadyTime end_of_life_;
  bool stopped_by_us_ = false;
};

}  // namespace

PosixProcess::PosixProcess() {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

Result<CommandOutput> PosixProcess::run(const Command& command) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + command.timeout;
  SP_ASSIGN(const auto child, ChildProcess::spawn(command));
  child->pump(deadline, [&] { return child->ended() || child->overflowed(); });
  if (!child->ended() && !child->overflowed()) {
    child->terminate();
    return fail_timeout(name_of(command), command.timeout);
  }
  if (child->overflowed()) {
    return fail_overflow(name_of(command));
  }
  CommandOutput output = child->collect();
  if (child->overflowed()) {
    return fail_overflow(name_of(command));
  }
  return output;
}

Result<std::unique_ptr<RunningCommand>> PosixProcess::start(const Command& command) {
  const SteadyTime start = std::chrono::steady_clock::now();
  const SteadyTime end_of_life = start + command.timeout;
  SP_ASSIGN(auto child, ChildProcess::spawn(command));
  // The input is the caller's and may be gone when we return.
  if (!child->pump(std::min(end_of_life, start + kInputPatience),
                   [&] { return child->input_written() || child->ended(); })) {
    return fail(Errc::unreachable,
                fmt::format("{} did not read its input and was stopped", name_of(command)));
  }
  child->close_input();
  return std::make_unique<PosixRunningCommand>(std::move(child), name_of(command), end_of_life);
}

}  // namespace stagepass::system
