// Power loss (T3): what the program does to its disk is recorded call by call; then the power fails at any moment, and
// the disk holds what it must and anything of what it may.
#include "campaign.hpp"
#include "manners.hpp"
#include "power_cut.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <support/temp_dir.hpp>
#include <utility>
#include <vector>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStatesForOneLife = 8;
constexpr int kKilled = 137;
/// So many states must show that a disk lies.
constexpr std::int64_t kStatesOfLyingDisk = 400;

struct Recorded {
  Template origin;
  Stage stage;
  DiskLog log;
};

std::vector<Recorded> record_all(const fs::path& folder) {
  std::vector<Recorded> all;
  for (const Scenario& scenario : all_scenarios()) {
    const std::string number = std::to_string(all.size());
    Template origin = prepare(scenario, folder / number);
    const Stage stage(folder / (number + ".run"));
    copy_stage(origin.stage, stage);
    DiskLog log = record(stage, stage.installed(origin.command()));
    all.push_back({std::move(origin), stage, std::move(log)});
  }
  return all;
}

class PowerJudge final : public CaseJudge {
 public:
  PowerJudge(const std::vector<Recorded>& recorded, std::uint64_t seed, fs::path folder, Disk disk)
      : recorded_(&recorded), seed_(seed), folder_(std::move(folder)), disk_(disk) {}

  Objections judge(std::int64_t number) override {
    const std::uint64_t dice = mix(seed_, static_cast<std::uint64_t>(number));
    const Recorded& run = recorded_->at(static_cast<std::size_t>(number) % recorded_->size());
    const std::vector<Moment>& moments = run.log.moments;
    // What the command said it had done is the hardest to keep.
    const std::size_t which = dice % 8 == 0 ? moments.size() - 1 : mix(dice, 1) % moments.size();
    const Moment& moment = moments[which];

    const Stage stage(folder_ / "stage");
    const DiskImage image = after_power_cut(run.log, moment.changes, mix(dice, 2), disk_);
    materialise(image, moment, run.stage, stage);
    Struck struck{run.log.end, wall_clock()};
    struck.end.standard_output = moment.output;
    if (!moment.is_over) {
      struck.end.exit_status = kKilled;
      struck.end.was_killed = true;
    }
    Recovery recovery(run.origin, stage);
    recovery.live_a_life_at_the_end(number % kStatesForOneLife == 0);
    Objections objections = recovery.judge(struck);
    tell_story(objections,
               fmt::format("{}: power cut after change {} of {}", run.origin.scenario.name,
                           moment.changes, run.log.changes.size()));
    return objections;
  }

 private:
  const std::vector<Recorded>* recorded_;
  std::uint64_t seed_;
  fs::path folder_;
  Disk disk_;
};

int prove(const Campaign& campaign) {
  const tests::TempDir templates(fast_folder());
  const std::vector<Recorded> recorded = record_all(templates.path());
  end_left_running();
  return run_campaign(campaign, [&](const fs::path& folder) {
    return std::make_unique<PowerJudge>(recorded, campaign.seed, folder, Disk::honest);
  });
}

/// On a disk that ignores syncs no program can keep its promises.
int check_that_a_lying_disk_is_seen(const Campaign& campaign) {
  const tests::TempDir templates(fast_folder());
  const tests::TempDir scratch(fast_folder());
  const std::vector<Recorded> recorded = record_all(templates.path());
  end_left_running();
  PowerJudge judge(recorded, campaign.seed, scratch.path(), Disk::ignores_syncs);
  for (std::int64_t number = 0; number < kStatesOfLyingDisk; ++number) {
    const Objections objections = judge.judge(number);
    for (const Violation& violation : objections) {
      if (violation.which == Invariant::orphan || violation.which == Invariant::lost) {
        fmt::print("a disk ignores syncs: {}: objected\n", to_string(violation));
        return 0;
      }
    }
  }
  fmt::print("a disk ignores syncs: NOT SEEN\n");
  return 1;
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::proof::Campaign campaign;
  campaign.name = "power";
  campaign.unit = "states";
  campaign.cases = 5'000;
  campaign.check = stagepass::proof::check_that_a_lying_disk_is_seen;
  return stagepass::proof::run_proof(argc, argv, campaign, stagepass::proof::prove);
}
