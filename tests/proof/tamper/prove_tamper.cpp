// A vault database in the hands of a stranger, or on a disk that lies.
//
//   prove_tamper [--cases N] [--seed S] [--jobs J] [--only K]
//
// The file of a vault with twenty-odd accounts is damaged in N ways (0: in all there are): a byte
// changed, the file cut, pages swapped, a record edited, a journal of others beside it. The real store and services
// then list, retrieve and purge with it, each time in a process of its own. Whatever the file says,
// nothing of others may be touched, no wrong credential shown, and nothing called gone that stands; and a record
// that was edited must be noticed.
#include "damage.hpp"
#include "forked_cases.hpp"
#include "tamper_case.hpp"
#include "tamper_stage.hpp"

#include <stagepass/core/secret.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <support/temp_dir.hpp>
#include <thread>
#include <vector>

namespace stagepass::proof {
namespace {

constexpr int kBroken = 1;
constexpr int kNoSetup = 2;

struct Options {
  std::uint64_t cases = 1500;
  std::uint64_t seed = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::optional<std::uint64_t> only;
};

struct Tally {
  std::uint64_t done = 0;
  std::uint64_t broken = 0;
  std::uint64_t refused = 0;  ///< not opened at all
  std::uint64_t told = 0;     ///< opened, and some of the work ended with an error
  std::uint64_t same = 0;     ///< as if nothing had been done to it
  std::uint64_t edits = 0;    ///< of a record, and all of them noticed or without effect
  std::uint64_t changed = 0;  ///< accepted as changed: what no record's MAC is over
};

class Proof final {
 public:
  explicit Proof(const Options& options)
      : options_(options),
        row_edits_(stage_.database(), stage_.earlier(), other_stage_.database()),
        damages_(stage_.database(), {other_stage_.journal(), stage_.journal()}, row_edits_),
        chosen_(damages_.choose(options.cases, options.seed)) {}

  int run() {
    play_undamaged();
    play_lying_targets();
    const std::uint64_t first = options_.only.value_or(0);
    const std::uint64_t end = options_.only ? first + 1 : chosen_.size();
    ForkedCases(options_.jobs)
        .run(
            first, end,
            [this](std::uint64_t number) {
              return play_in(std::to_string(number), damages_.apply(chosen_.at(number)));
            },
            [this](std::uint64_t number, const std::string& text, const std::string& death) {
              note(number, text, death);
            });
    tell();
    return tally_.broken == 0 ? 0 : kBroken;
  }

 private:
  using RealTime = std::chrono::steady_clock;

  std::string play_in(const std::string& name, const Damaged& damaged) {
    const auto folder = folder_.path() / name;
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    return play(stage_, folder, damaged).to_text();
  }

  /// What a sound database leads to; a proof that objects to it would prove nothing.
  void play_undamaged() {
    const Damaged sound{"nothing", stage_.database(), std::nullopt};
    ForkedCases(1).run(
        0, 1, [&](std::uint64_t /*number*/) { return play_in("sound", sound); },
        [&](std::uint64_t /*number*/, const std::string& text, const std::string& death) {
          usual_ = CaseReport::from_text(text);
          if (!death.empty() || !usual_.was_opened || !usual_.broken.empty() || usual_.alarms > 0) {
            throw std::runtime_error("even a sound database is objected to: " + death + text);
          }
        });
  }

  /// Targets that keep what they say they deleted: if that goes unnoticed, this proof proves nothing.
  void play_lying_targets() {
    const Damaged sound{"nothing", stage_.database(), std::nullopt};
    ForkedCases(1).run(
        0, 1,
        [&](std::uint64_t /*number*/) {
          using tests::FakeFault;
          for (const std::string& target : stage_.drivers.world_names()) {
            for (const char* operation : {"erase", "verify_gone"}) {
              stage_.drivers.world(target).break_operation(
                  operation, {.when = FakeFault::When::lie, .times = FakeFault::kEver});
            }
          }
          return play_in("lies", sound);
        },
        [&](std::uint64_t /*number*/, const std::string& text, const std::string& /*death*/) {
          if (CaseReport::from_text(text).broken.empty()) {
            throw std::runtime_error("targets that keep their accounts are not noticed");
          }
        });
  }

  void note(std::uint64_t number, const std::string& text, const std::string& death) {
    std::filesystem::remove_all(folder_.path() / std::to_string(number));
    CaseReport report = CaseReport::from_text(text);
    if (!death.empty()) {
      report.broken.push_back(death);
    }
    if (is_unnoticed_edit(number, report)) {
      report.broken.emplace_back("nobody noticed");
    }
    ++tally_.done;
    tally_.edits += chosen_.at(number).kind == DamageKind::row ? 1 : 0;
    count(report);
    if (!report.broken.empty()) {
      ++tally_.broken;
      fmt::print("BROKEN case {}: {}: {}\nagain: prove_tamper --cases {} --seed {} --only {}\n",
                 number, damages_.apply(chosen_.at(number)).what, fmt::join(report.broken, "; "),
                 options_.cases, options_.seed, number);
    }
    if (const auto now = RealTime::now(); now - told_ > std::chrono::seconds(1)) {
      told_ = now;
      fmt::print(stderr, "\r{} of {}", tally_.done, chosen_.size());
    }
  }

  [[nodiscard]] bool is_unnoticed_edit(std::uint64_t number, const CaseReport& report) const {
    return chosen_.at(number).kind == DamageKind::row && report.was_opened && report.alarms == 0 &&
           report.result != usual_.result;
  }

  void count(const CaseReport& report) {
    if (!report.was_opened) {
      ++tally_.refused;
    } else if (report.complaints > usual_.complaints) {
      ++tally_.told;
    } else if (report.result == usual_.result) {
      ++tally_.same;
    } else {
      ++tally_.changed;
    }
  }

  void tell() const {
    fmt::print(stderr, "\r{} of {}\n", tally_.done, options_.only ? 1 : chosen_.size());
    fmt::print(
        "tamper: {} databases, {} of them by edits of a record, {} broken; {} refused at once, {} "
        "told of, "
        "{} without effect, {} accepted as changed ({} bytes, seed {}, {:.0f} s)\n",
        tally_.done, tally_.edits, tally_.broken, tally_.refused, tally_.told, tally_.same,
        tally_.changed, stage_.database().size(), options_.seed,
        std::chrono::duration<double>(RealTime::now() - begin_).count());
  }

  Options options_;
  RealTime::time_point begin_ = RealTime::now();
  RealTime::time_point told_ = begin_;
  TamperStage stage_{1};
  TamperStage other_stage_{2};
  tests::TempDir folder_{"/dev/shm"};
  RowEdits row_edits_;
  Damages damages_;
  std::vector<DamageId> chosen_;
  CaseReport usual_;
  Tally tally_;
};

int run(int argc, char** argv) {
  CLI::App app("a vault database that somebody has tampered with");
  Options options;
  app.add_option("--cases", options.cases,
                 "how many, and as many edits of records; 0 for all there are");
  app.add_option("--seed", options.seed, "the same seed, the same cases");
  app.add_option("--only", options.only, "replay one case");
  app.add_option("--jobs", options.jobs, "cases at the same time")->check(CLI::Range(1, 64));
  CLI11_PARSE(app, argc, argv);
  return Proof(options).run();
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::initialize_crypto();
  try {
    return stagepass::proof::run(argc, argv);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "prove_tamper: {}\n", problem.what());
    return stagepass::proof::kNoSetup;
  }
}
