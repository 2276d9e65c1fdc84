// Many at once: real stagepass processes on one vault, and a history that one person alone could
// have made.
//
//   prove_crowd [--processes P] [--operations N] [--seed S] [--accounts A] [--stagepass PROGRAM]
//
// P workers do N commands each; afterwards A accounts are due at once and many purges and watches
// race for them. The commands of each worker follow from the seed, their interleaving does not: a
// broken run prints the histories that cannot be.
#include "crowd_records.hpp"
#include "crowd_stage.hpp"
#include "crowd_verdict.hpp"
#include "crowd_worker.hpp"
#include "purge_race.hpp"

#include <stagepass/core/secret.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <thread>

namespace {

using namespace stagepass::proof;

constexpr int kBroken = 1;
constexpr int kNoSetup = 2;

struct Options {
  std::size_t processes = 50;
  std::size_t operations = 20;
  std::uint64_t seed = 1;
  std::size_t accounts = 200;
  Programs programs = {STAGEPASS_PROGRAM, FAKE_TARGET_PROGRAM};
};

double seconds_since(Moment start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void let_them_work(const Options& options, CrowdStage& stage, CrowdRecords& records) {
  const RunningClock clock(stage);
  std::vector<std::jthread> workers;
  for (std::size_t number = 1; number <= options.processes; ++number) {
    workers.emplace_back([&, number] {
      try {
        CrowdWorker(stage, records, options.seed, number).work(options.operations);
      } catch (const std::exception& problem) {
        records.add_trouble(fmt::format("worker {} gave up: {}", number, problem.what()));
      }
    });
  }
}

int tell(const Options& options, const std::vector<std::string>& objections) {
  for (const std::string& objection : objections) {
    fmt::print("BROKEN case {}: {}\n", options.seed, objection);
  }
  if (!objections.empty()) {
    fmt::print("again: prove_crowd --processes {} --operations {} --seed {} --accounts {}\n",
               options.processes, options.operations, options.seed, options.accounts);
  }
  return objections.empty() ? 0 : kBroken;
}

/// A target that keeps what it says it deleted: if that goes unnoticed, this proof proves nothing.
bool notices_a_lying_target(const Programs& programs) {
  CrowdStage stage(programs);
  CrowdRecords records;
  stage.set_knob("lying_delete");
  CrowdWorker(stage, records, 1, 1).work(5);
  return !objections_to_the_end(stage, records).empty();
}

int prove(const Options& options) {
  if (!notices_a_lying_target(options.programs)) {
    fmt::print("BROKEN: a target that keeps its accounts is not noticed by this proof\n");
    return kBroken;
  }
  CrowdStage stage(options.programs);
  CrowdRecords records;
  const Moment start = std::chrono::steady_clock::now();
  let_them_work(options, stage, records);
  const double seconds = seconds_since(start);
  const std::size_t operations = options.processes * options.operations;
  for (const auto& [outcome, count] : records.counts()) {
    fmt::print(stderr, "{:>8}  {}\n", count, outcome);
  }
  fmt::print(stderr, "{:.0f} operations/s\n", static_cast<double>(operations) / seconds);

  std::vector<std::string> objections = objections_to_the_end(stage, records);
  for (std::string& each : objections_to(records)) {
    objections.push_back(std::move(each));
  }
  if (const std::size_t believed = forgeries_believed(records); believed > 0) {
    objections.push_back(fmt::format("{} forged histories were believed", believed));
  }
  for (std::string& each : race_to_purge(options.programs, options.accounts)) {
    objections.push_back("race: " + each);
  }
  const int status = tell(options, objections);
  fmt::print(
      "crowd: {} operations of {} processes at once, {} broken, {} grants, {} passwords "
      "shown, {} accounts raced for (seed {}, {:.0f} s)\n",
      operations, options.processes, objections.size(), records.grant_count(),
      records.shown().size(), options.accounts, options.seed, seconds_since(start));
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    CLI::App app("many stagepass processes on one vault");
    app.add_option("--processes", options.processes);
    app.add_option("--operations", options.operations, "of each process");
    app.add_option("--seed", options.seed);
    app.add_option("--accounts", options.accounts, "how many many purges race for");
    app.add_option("--stagepass", options.programs.stagepass);
    CLI11_PARSE(app, argc, argv);
    stagepass::initialize_crypto();
    return prove(options);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "prove_crowd: {}\n", problem.what());
    return kNoSetup;
  }
}
