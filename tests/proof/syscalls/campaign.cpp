#include "campaign.hpp"

#include "self_check.hpp"

#include <stagepass/core/secret.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <new>
#include <stdexcept>
#include <support/temp_dir.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kMostJobs = 64;
constexpr std::size_t kInvariants = 8;

/// What the processes share.
struct Shared {
  std::atomic<std::int64_t> next;
  std::atomic<std::int64_t> done;
  std::atomic<std::int64_t> broken;
  std::array<std::atomic<std::int64_t>, kInvariants> by_invariant;
  std::array<std::atomic<std::int64_t>, kMostJobs> at_work;  ///< the case of each process
};

Shared& shared_memory() {
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {  // NOLINT(performance-no-int-to-ptr): as the system defines it
    throw std::runtime_error("no shared memory");
  }
  return *new (memory) Shared();
}

std::int64_t count(const Shared& shared, std::initializer_list<Invariant> which) {
  std::int64_t sum = 0;
  for (const Invariant each : which) {
    sum += shared.by_invariant.at(static_cast<std::size_t>(each));
  }
  return sum;
}

void tell_broken(const Campaign& campaign, std::int64_t number, const Objections& objections) {
  std::string text;
  for (const Violation& violation : objections) {
    text += fmt::format("BROKEN case {}: {}\n", number, to_string(violation));
  }
  text += fmt::format("  again: {} --{} {} --seed {} --only {}\n", campaign.program, campaign.unit,
                      campaign.cases, campaign.seed, number);
  std::cout << text << std::flush;  // at once, and whole: other processes print as well
}

class Jobs final {
 public:
  Jobs(const Campaign& campaign, const MakeJudge& make_judge)
      : campaign_(&campaign),
        make_judge_(&make_judge),
        shared_(&shared_memory()),
        scratch_(fast_folder()) {}

  int run() {
    const std::int64_t first = first_case();
    shared_->next = first;
    begin_ = Clock::now();
    for (int job = 0; job < campaign_->jobs; ++job) {
      start(job);
    }
    const bool all_worked = wait_for_all();
    tell_result(first);
    return !all_worked ? 2 : shared_->broken > 0 ? 1 : 0;
  }

 private:
  [[nodiscard]] std::int64_t first_case() const {
    std::int64_t first = 0;
    if (campaign_->only) {
      return *campaign_->only;
    }
    std::ifstream(campaign_->progress) >> first;
    return first;
  }

  [[nodiscard]] std::int64_t end_case() const {
    return campaign_->only ? *campaign_->only + 1 : campaign_->cases;
  }

  void start(int job) {
    const pid_t pid = ::fork();
    if (pid < 0) {
      throw std::runtime_error("no new process");
    }
    if (pid == 0) {
      ::_exit(work(job));
    }
    ++running_;
  }

  int work(int job) {
    try {
      const fs::path folder = scratch_.path() / std::to_string(job);
      fs::create_directory(folder);
      const auto judge = (*make_judge_)(folder);
      while (true) {
        const std::int64_t number = shared_->next++;
        shared_->at_work.at(static_cast<std::size_t>(job)) = number;
        if (number >= end_case()) {
          return 0;
        }
        note(number, judge->judge(number));
      }
    } catch (const std::exception& problem) {
      fmt::print(stderr, "{}: {}\n", campaign_->name, problem.what());
      return 2;
    }
  }

  void note(std::int64_t number, const Objections& objections) {
    for (const Violation& violation : objections) {
      ++shared_->by_invariant.at(static_cast<std::size_t>(violation.which));
    }
    if (!objections.empty()) {
      ++shared_->broken;
      tell_broken(*campaign_, number, objections);
    }
    ++shared_->done;
  }

  bool wait_for_all() {
    bool all_worked = true;
    while (running_ > 0) {
      int status = 0;
      if (::waitpid(-1, &status, WNOHANG) > 0) {
        --running_;
        all_worked = all_worked && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        continue;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      tell_progress();
    }
    tell_progress();
    return all_worked;
  }

  void tell_progress() {
    if (!campaign_->progress.empty() && !campaign_->only) {
      std::int64_t finished = std::min(shared_->next.load(), campaign_->cases);
      for (int job = 0; job < campaign_->jobs; ++job) {
        finished = std::min(finished, shared_->at_work.at(static_cast<std::size_t>(job)).load());
      }
      std::ofstream(campaign_->progress) << finished << '\n';
    }
    if (Clock::now() - told_ >= std::chrono::seconds(1)) {
      told_ = Clock::now();
      fmt::print(stderr, "{}: {} of {} {}, {} broken\n", campaign_->name, shared_->done,
                 campaign_->cases, campaign_->unit, shared_->broken);
    }
  }

  void tell_result(std::int64_t first) const {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin_).count();
    const auto other =
        count(*shared_, {Invariant::damaged, Invariant::leaked, Invariant::repeated});
    fmt::print(
        "{}: {} {}, {} orphans, {} lost credentials, {} foreign accounts touched, {} other "
        "objections (seed {}{}, {} s)\n",
        campaign_->name, shared_->done.load() + (campaign_->only ? 0 : first), campaign_->unit,
        count(*shared_, {Invariant::orphan, Invariant::false_gone, Invariant::overdue}),
        count(*shared_, {Invariant::lost}), count(*shared_, {Invariant::foreign}), other,
        campaign_->seed,
        first > 0 && !campaign_->only ? fmt::format(", continued after {}", first) : "", seconds);
  }

  const Campaign* campaign_;
  const MakeJudge* make_judge_;
  Shared* shared_;
  tests::TempDir scratch_;
  int running_ = 0;
  Clock::time_point begin_;
  Clock::time_point told_;
};

/// False: the answer to --help was given, or an option was wrong; the exit status is in `status`.
bool read_command_line(int argc, char** argv, Campaign& campaign, int& status) {
  CLI::App app("proof: " + campaign.name);
  campaign.program = argv[0];
  campaign.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  app.add_option("--" + campaign.unit, campaign.cases, "how many")->capture_default_str();
  app.add_option("--seed", campaign.seed, "the same seed is the same cases")->capture_default_str();
  app.add_option("--jobs", campaign.jobs, "side by side")
      ->check(CLI::Range(1, kMostJobs))
      ->capture_default_str();
  app.add_option("--only", campaign.only, "this case alone");
  app.add_option("--progress", campaign.progress, "a file that remembers how many are done");
  app.add_flag("--self-check", campaign.self_check, "break the product: the oracle must object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& answer) {
    status = app.exit(answer) == 0 ? 0 : 2;
    return false;
  }
  campaign.jobs = campaign.only ? 1 : campaign.jobs;
  return true;
}

}  // namespace

int run_campaign(const Campaign& campaign, const MakeJudge& make_judge) {
  return Jobs(campaign, make_judge).run();
}

int run_proof(int argc, char** argv, Campaign campaign, int (*prove)(const Campaign& campaign)) {
  try {
    int status = 0;
    if (!read_command_line(argc, argv, campaign, status)) {
      return status;
    }
    initialize_crypto();
    if (campaign.self_check) {
      return campaign.check != nullptr ? campaign.check(campaign) : check_that_the_oracle_objects();
    }
    return prove(campaign);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "{}: {}\n", campaign.name, problem.what());
    return 2;
  }
}

fs::path fast_folder() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
}

std::uint64_t mix(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15ULL + number + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

}  // namespace stagepass::proof
