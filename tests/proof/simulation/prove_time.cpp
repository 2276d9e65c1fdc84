// Proofs in virtual time (scripts/prove time, arrows, week): whole months of an installation, every
// step of a life struck by every fault, and a target that is dead for a week.
#include "simulation/arrows.hpp"
#include "simulation/cases.hpp"
#include "simulation/month.hpp"
#include "simulation/week_down.hpp"

#include <stagepass/core/secret.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>

namespace stagepass::proof {
namespace {

struct Options {
  std::uint64_t months = 200;
  std::uint64_t years = 0;
  std::uint64_t pairs = 5000;
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> only;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool all_on_disk = false;
  bool arrows = false;
  bool week_down = false;
  bool trace = false;
};

std::function<void(const std::string&)> teller(const Options& options) {
  if (!options.trace) {
    return {};
  }
  return [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
}

std::vector<std::string> lines_of(const std::vector<Violation>& violations) {
  std::vector<std::string> lines;
  lines.reserve(violations.size());
  for (const Violation& violation : violations) {
    lines.push_back(to_string(violation));
  }
  return lines;
}

/// A month takes the same course on both stores; on SQLite it takes many times as long.
bool is_in_memory(const Options& options, std::uint64_t number) {
  constexpr std::uint64_t kOnDisk = 5;
  return !options.all_on_disk && number % kOnDisk != 0;
}

int prove_months(const Options& options) {
  const std::uint64_t months = options.years > 0 ? options.years * 12 : options.months;
  Cases cases(months, options.jobs, options.only);
  std::mutex mutex;
  MonthReport all;
  cases.run(
      [&](std::uint64_t number) {
        const std::uint64_t seed = Dice(options.seed * 1'000'003 + number).next();
        MonthReport report = Month({.seed = seed,
                                    .in_memory = is_in_memory(options, number),
                                    .on_tell = teller(options)})
                                 .live();
        auto broken = lines_of(report.violations);
        report.violations.clear();
        const std::lock_guard lock(mutex);
        all.add(report);
        return broken;
      },
      fmt::format("prove_time --seed {}{}", options.seed, options.all_on_disk ? " --disk" : ""));
  const Counters& counters = all.counters;
  fmt::print(
      "time: {} virtual months, {} with a broken promise; {} grants, {} accounts, {} retrieves, {} "
      "purges, {} target operations; {} crashes, {} stops, {} errors, {} lost replies, {} lies, {} "
      "repeats, {} outages, {} clock steps, {} reboots and suspends (seed {}, {:.0f} s)\n",
      cases.done(), cases.broken(), all.grants, all.accounts, all.retrieves, all.purges,
      counters.operations, counters.crashes, counters.stops, counters.errors, counters.lost_replies,
      counters.lies, counters.repeats, all.outages, all.clock_steps, all.reboots, options.seed,
      cases.seconds());
  return cases.exit_status();
}

/// So many of all pairs, spread evenly; the seed says where it begins. 0: all of them.
std::vector<ArrowCase> some_pairs(const std::vector<ArrowCase>& singles, const Options& options) {
  std::vector<ArrowCase> all;
  for (const ArrowCase& first : singles) {
    for (ArrowCase& second : second_strikes(first)) {
      all.push_back(std::move(second));
    }
  }
  if (options.pairs == 0 || options.pairs >= all.size()) {
    return all;
  }
  std::vector<ArrowCase> some;
  const std::uint64_t offset = Dice(options.seed).below(all.size());
  for (std::uint64_t i = 0; i < options.pairs; ++i) {
    some.push_back(all[(offset + i * all.size() / options.pairs) % all.size()]);
  }
  return some;
}

int prove_arrows(const Options& options) {
  std::vector<ArrowCase> all = single_strikes();
  const std::size_t singles = all.size();
  for (ArrowCase& pair : some_pairs(all, options)) {
    all.push_back(std::move(pair));
  }
  Cases cases(all.size(), options.jobs, options.only);
  cases.run(
      [&](std::uint64_t number) {
        ArrowCase which = all.at(number);
        which.on_tell = teller(options);
        const ArrowReport report = live_struck(which);
        std::vector<std::string> broken;
        for (const std::string& line : lines_of(report.violations)) {
          broken.push_back(fmt::format("{} ({})", line, describe(which, report.steps)));
        }
        return broken;
      },
      fmt::format("prove_time --arrows --pairs {} --seed {}", options.pairs, options.seed));
  fmt::print(
      "arrows: {} single strikes and {} pairs, {} with a broken promise (seed {}, {:.0f} s)\n",
      singles, all.size() - singles, cases.broken(), options.seed, cases.seconds());
  return cases.exit_status();
}

int prove_week_down(const Options& options) {
  WeekDownReport report;
  Cases cases(1, 1, std::nullopt);
  cases.run(
      [&](std::uint64_t /*number*/) {
        report = live_through_outage({.seed = options.seed});
        return lines_of(report.violations);
      },
      fmt::format("prove_time --week-down --seed {}", options.seed));
  using Minutes = std::chrono::duration<double, std::ratio<60>>;
  fmt::print(
      "week: 7 days down with {} vain attempts, then {} of {} accounts gone within {:.1f} virtual "
      "minutes, at most {} connections open (seed {}, {:.0f} s)\n",
      report.attempts_while_down, report.gone, report.accounts,
      Minutes(report.until_all_gone).count(), report.most_connections, options.seed,
      cases.seconds());
  return cases.exit_status();
}

int run(int argc, char** argv) {
  CLI::App app("proofs in virtual time");
  Options options;
  app.add_option("--months", options.months, "how many months");
  app.add_option("--years", options.years, "how many, in years");
  app.add_flag("--disk", options.all_on_disk, "every month on SQLite, not one in five");
  app.add_flag("--arrows", options.arrows, "every step of a life with every fault, and pairs");
  app.add_option("--pairs", options.pairs, "how many pairs; 0 for all");
  app.add_flag("--week-down", options.week_down, "a target dead for a week, then 15,000 accounts");
  app.add_option("--seed", options.seed, "the same seed, the same cases");
  app.add_option("--only", options.only, "replay one case");
  app.add_option("--jobs", options.jobs, "cases at the same time")->check(CLI::Range(1, 64));
  app.add_flag("--trace", options.trace, "tell everything that happens, for --only");
  CLI11_PARSE(app, argc, argv);
  if (options.arrows) {
    return prove_arrows(options);
  }
  return options.week_down ? prove_week_down(options) : prove_months(options);
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::initialize_crypto();
  try {
    return stagepass::proof::run(argc, argv);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "{}\n", problem.what());
    return 2;
  }
}
