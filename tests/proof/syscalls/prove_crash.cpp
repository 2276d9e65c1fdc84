// Kill points (T1, T2, T4): the program that users install is struck dead at every system call that changes something.
#include "campaign.hpp"
#include "killer.hpp"
#include "manners.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <support/temp_dir.hpp>
#include <utility>
#include <vector>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;
using When = KillPoint::When;

/// More points than the purge of any scenario has.
constexpr std::uint64_t kRecoveryPoints = 150;
/// A new life takes as long as everything else.
constexpr std::int64_t kPointsForOneLife = 8;
/// More than there are points, so that its multiples meet each of them.
constexpr std::int64_t kPrime = 1'000'003;
/// Points of one random scenario before the next is made.
constexpr std::int64_t kPointsOfOneScenario = 100;

std::int64_t points_of(const Template& origin, const fs::path& folder) {
  const Stage stage(folder);
  copy_stage(origin.stage, stage);
  Counter counter;
  static_cast<void>(supervise(stage.installed(origin.command()), CallSet::changes, counter));
  return counter.points();
}

/// A template and how many points its command has.
struct Struckable {
  Template origin;
  std::int64_t points = 0;
};

struct Case {
  const Template* origin = nullptr;
  KillPoint at;
  std::optional<KillPoint> in_recovery;
};

When when_of(std::uint64_t number) {
  return number % 2 == 0 ? When::before_call : When::after_call;
}

/// Every point of every scenario before and after its call; then, by turns, pairs (a second kill while
/// purge recovers) and points of random scenarios.
class Cases final {
 public:
  Cases(std::uint64_t seed, const fs::path& folder) : seed_(seed) {
    for (const Scenario& scenario : all_scenarios()) {
      Template origin = prepare(scenario, folder / std::to_string(fixed_.size()));
      const std::int64_t points = points_of(origin, folder / "count");
      fixed_.push_back({std::move(origin), points});
      every_point_ += 2 * points;
    }
  }

  [[nodiscard]] std::int64_t every_point() const { return every_point_; }

  /// `folder` is this process' own.
  [[nodiscard]] Case of(std::int64_t number, const fs::path& folder) {
    if (number < every_point_) {
      return one_of_every_point(number);
    }
    const std::int64_t beyond = number - every_point_;
    const std::uint64_t dice = mix(seed_, static_cast<std::uint64_t>(beyond));
    return beyond % 2 == 0 ? pair(dice)
                           : random_point(beyond / 2 / kPointsOfOneScenario, dice, folder);
  }

 private:
  /// In an order in which few of them are some of every scenario.
  [[nodiscard]] Case one_of_every_point(std::int64_t number) const {
    number = number * kPrime % every_point_;
    for (const Struckable& each : fixed_) {
      if (number < 2 * each.points) {
        return {
            &each.origin, {number / 2, when_of(static_cast<std::uint64_t>(number))}, std::nullopt};
      }
      number -= 2 * each.points;
    }
    throw std::logic_error("there is no such point");
  }

  [[nodiscard]] Case pair(std::uint64_t dice) const {
    const Struckable& chosen =
        fixed_.at(1 + dice % (fixed_.size() - 1));  // the first has no vault to purge
    const std::uint64_t first = mix(dice, 1);
    const std::uint64_t second = mix(dice, 2);
    return {&chosen.origin,
            {static_cast<std::int64_t>(first / 2 % static_cast<std::uint64_t>(chosen.points)),
             when_of(first)},
            KillPoint{static_cast<std::int64_t>(second / 2 % kRecoveryPoints), when_of(second)}};
  }

  Case random_point(std::int64_t scenario, std::uint64_t dice, const fs::path& folder) {
    if (scenario != random_number_) {
      fs::remove_all(folder / "random");
      const std::uint64_t scenario_seed =
          mix(seed_, static_cast<std::uint64_t>(scenario)) % 1'000'000;
      random_.origin = prepare(random_scenario(scenario_seed), folder / "random");
      random_.points = points_of(random_.origin, folder / "count");
      random_number_ = scenario;
    }
    return {&random_.origin,
            {static_cast<std::int64_t>(dice / 2 % static_cast<std::uint64_t>(random_.points)),
             when_of(dice)},
            std::nullopt};
  }

  std::uint64_t seed_;
  std::vector<Struckable> fixed_;
  std::int64_t every_point_ = 0;
  std::int64_t random_number_ = -1;
  Struckable random_{{{}, Stage({}), {}, {}}, 0};
};

class CrashJudge final : public CaseJudge {
 public:
  CrashJudge(Cases& cases, fs::path folder) : cases_(&cases), folder_(std::move(folder)) {}

  Objections judge(std::int64_t number) override {
    const Case which = cases_->of(number, folder_);
    const Stage stage(folder_ / "stage");
    const Template& origin = *which.origin;
    copy_stage(origin.stage, stage);
    Killer killer(which.at);
    Struck struck{supervise(stage.installed(origin.command()), CallSet::changes, killer),
                  wall_clock()};

    std::string story = fmt::format("{}: {}", origin.scenario.name, killer.describe());
    Recovery recovery(origin, stage);
    recovery.live_a_life_at_the_end(number % kPointsForOneLife == 0);
    if (which.in_recovery) {
      recovery.strike_first_purge_with([&](const Program& purge) {
        Killer again(*which.in_recovery);
        ProgramEnd end = supervise(purge, CallSet::changes, again);
        story += ", purge " + again.describe();
        return end;
      });
    }
    Objections objections = recovery.judge(struck);
    end_left_running();
    if (struck.end.took_too_long) {
      objections.push_back({Invariant::damaged, "it did not end"});
    }
    tell_story(objections, story);
    return objections;
  }

 private:
  Cases* cases_;
  fs::path folder_;
};

int prove(const Campaign& campaign) {
  const tests::TempDir templates(fast_folder());
  Cases cases(campaign.seed, templates.path());
  fmt::print(stderr, "crash: every point of {} scenarios, before and after its call: {}\n",
             all_scenarios().size(), cases.every_point());
  return run_campaign(campaign, [&](const fs::path& folder) {
    return std::make_unique<CrashJudge>(cases, folder);
  });
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::proof::Campaign campaign;
  campaign.name = "crash";
  campaign.unit = "points";
  campaign.cases = 10'000;
  return stagepass::proof::run_proof(argc, argv, campaign, stagepass::proof::prove);
}
