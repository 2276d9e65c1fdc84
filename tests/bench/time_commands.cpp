// Runs commands by turns (A B A B ...), so that a busy moment of the machine hits all of them
// alike, and prints for each one line: median ms, least ms, peak KiB, runs.
//
//   time_commands RUNS ITEMS -- COMMAND... [-- COMMAND...]...
//
// The time is the whole process, from spawn to exit. ITEMS is a file: an argument "{}" becomes
// its line with the number of the run, for commands that work only once on the same thing. One run
// of each command comes first and does not count, so ITEMS has RUNS + 1 lines; "-" means none.
// The first command that fails ends everything.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <span>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

using Words = std::vector<std::string>;

struct Sample {
  double milliseconds = 0;
  long peak_kib = 0;  // never below the peak of this program itself: Linux hands it on
};

struct Plan {
  std::size_t runs = 0;
  Words items;
  std::vector<Words> commands;
};

Words lines_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error(fmt::format("cannot read {}", path));
  }
  Words lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  return lines;
}

Plan parse(std::span<char*> arguments) {
  if (arguments.size() < 5) {
    throw std::runtime_error("usage: time_commands RUNS ITEMS -- COMMAND... [-- COMMAND...]...");
  }
  Plan plan;
  const std::string_view runs = arguments[1];
  if (std::from_chars(runs.data(), runs.data() + runs.size(), plan.runs).ec != std::errc{} ||
      plan.runs == 0) {
    throw std::runtime_error(fmt::format("not a number of runs: {}", runs));
  }
  if (const std::string items = arguments[2]; items != "-") {
    plan.items = lines_of(items);
    if (plan.items.size() <= plan.runs) {
      throw std::runtime_error(fmt::format("{} needs {} lines", items, plan.runs + 1));
    }
  }
  for (const char* word : arguments.subspan(3)) {
    if (std::string_view(word) == "--") {
      plan.commands.emplace_back();
    } else if (!plan.commands.empty()) {
      plan.commands.back().emplace_back(word);
    }
  }
  if (std::any_of(plan.commands.begin(), plan.commands.end(),
                  [](const Words& command) { return command.empty(); })) {
    throw std::runtime_error("an empty command");
  }
  return plan;
}

Words with_item(Words command, const Words& items, std::size_t run) {
  if (!items.empty()) {
    std::replace(command.begin(), command.end(), std::string("{}"), items.at(run));
  }
  return command;
}

/// What the commands print: a file in memory, because a credential is not shown to /dev/null.
int output_file() {
  static const int file = ::memfd_create("output", MFD_CLOEXEC);
  return file;
}

/// The errors of the program come through.
pid_t spawn(Words command) {
  std::vector<char*> argv;
  std::transform(command.begin(), command.end(), std::back_inserter(argv),
                 [](std::string& word) { return word.data(); });
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output_file(), STDOUT_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv.front(), &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    throw std::runtime_error(
        fmt::format("cannot run {}: {}", command.front(), std::system_category().message(error)));
  }
  return pid;
}

Sample run_once(const Words& command) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t pid = spawn(command);
  int status = 0;
  rusage usage{};
  if (::wait4(pid, &status, 0, &usage) != pid) {
    throw std::runtime_error(fmt::format("cannot wait for {}", command.front()));
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error(
        fmt::format("failed (wait status {}): {}", status, fmt::join(command, " ")));
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): glibc wraps the member in a union
  return {took.count(), usage.ru_maxrss};
}

void print(const std::vector<Sample>& samples) {
  std::vector<double> times;
  long peak = 0;
  for (const Sample& sample : samples) {
    times.push_back(sample.milliseconds);
    peak = std::max(peak, sample.peak_kib);
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:.2f}\t{:.2f}\t{}\t{}\n", times[times.size() / 2], times.front(), peak,
             times.size());
}

void run(const Plan& plan) {
  std::vector<std::vector<Sample>> samples(plan.commands.size());
  for (std::size_t run = 0; run <= plan.runs; ++run) {
    for (std::size_t i = 0; i < plan.commands.size(); ++i) {
      const Sample sample = run_once(with_item(plan.commands[i], plan.items, run));
      if (run > 0) {
        samples[i].push_back(sample);
      }
    }
  }
  std::for_each(samples.begin(), samples.end(), print);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(std::span(argv, static_cast<std::size_t>(argc))));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "time_commands: error: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
