// Disks that fail (T5): calls on the files of the vault, the key and the output return errors, once or for ever;
// full and read-only file systems.
#include "campaign.hpp"
#include "fault.hpp"
#include "manners.hpp"
#include "self_check.hpp"
#include "small_disk.hpp"

#include <stagepass/core/secret.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <exception>
#include <support/temp_dir.hpp>
#include <utility>
#include <vector>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

/// More than there are faults, so that its multiples meet each of them.
constexpr std::int64_t kPrime = 1'000'003;
/// One case in so many has a whole file system that is full or read-only.
constexpr std::int64_t kCasesForOneDisk = 12;
constexpr std::int64_t kCasesForOneLife = 8;
constexpr std::array kErrors = {EIO, ENOSPC, EDQUOT, EROFS};
constexpr std::size_t kMostFree = 48UL * 1024;

struct OneFault {
  std::size_t scenario = 0;
  FaultPoint at;
};

/// Writes down the calls that could fail.
class Listing final : public Watcher {
 public:
  explicit Listing(const Stage& stage) : fault_(stage, std::nullopt) {}
  Verdict about_to(const Call& call) override {
    const std::int64_t before = fault_.points();
    static_cast<void>(fault_.about_to(call));
    if (fault_.points() > before) {
      calls_.push_back(call.number);
    }
    return {};
  }
  [[nodiscard]] const std::vector<long>& calls() const { return calls_; }

 private:
  Fault fault_;
  std::vector<long> calls_;
};

class Faults final {
 public:
  explicit Faults(const fs::path& folder) {
    for (const Scenario& scenario : all_scenarios()) {
      templates_.push_back(prepare(scenario, folder / std::to_string(templates_.size())));
      add_faults(folder / "count");
    }
  }

  [[nodiscard]] std::size_t size() const { return faults_.size(); }
  [[nodiscard]] const std::vector<Template>& templates() const { return templates_; }
  /// In an order in which few of them are some of every scenario.
  [[nodiscard]] const OneFault& at(std::int64_t number) const {
    return faults_.at(static_cast<std::size_t>(number * kPrime) % faults_.size());
  }

 private:
  void add_faults(const fs::path& folder) {
    const Stage stage(folder);
    copy_stage(templates_.back().stage, stage);
    Listing listing(stage);
    static_cast<void>(
        supervise(stage.installed(templates_.back().command()), CallSet::reads, listing));
    for (std::size_t point = 0; point < listing.calls().size(); ++point) {
      for (const int error : kErrors) {
        for (const bool for_ever : {false, true}) {
          if (can_fail_with(listing.calls()[point], error)) {
            faults_.push_back(
                {templates_.size() - 1, {static_cast<std::int64_t>(point), error, for_ever}});
          }
        }
      }
    }
  }

  std::vector<Template> templates_;
  std::vector<OneFault> faults_;
};

/// Lanes work side by side. Each other one may have a request on its way, and begin one more before the
/// failure has come back from the kernel.
std::size_t calls_of_other_lanes(const Template& origin) {
  const std::string command = origin.command().front();
  const bool has_lanes = command == "finish" || command == "revoke" || command == "purge";
  return has_lanes ? 2 * (static_cast<std::size_t>(origin.scenario.targets) - 1) : 0;
}

/// On a busy machine the failure may come back late, and other lanes get further. What only chance has
/// done, it does not do each time.
int attempts_at(const Template& origin) {
  constexpr int kAttempts = 4;
  return calls_of_other_lanes(origin) > 0 ? kAttempts : 1;
}

class IoJudge final : public CaseJudge {
 public:
  IoJudge(const Faults& faults, std::uint64_t seed, fs::path folder)
      : faults_(&faults), seed_(seed), folder_(std::move(folder)) {
    have_own_mounts();
  }

  Objections judge(std::int64_t number) override {
    lives_ = number % kCasesForOneLife == 0;
    Objections objections = number % kCasesForOneDisk == kCasesForOneDisk - 1
                                ? judge_disk(number / kCasesForOneDisk)
                                : judge_fault(faults_->at(number));
    end_left_running();
    return objections;
  }

 private:
  Objections judge_fault(const OneFault& which) {
    Objections objections;
    for (int left = attempts_at(faults_->templates()[which.scenario]); left > 0; --left) {
      const bool goes_on = strike(which, objections);
      if (!goes_on || objections.size() > 1) {
        break;
      }
    }
    return objections;
  }

  /// Says what was broken; true if a target was called after a sync had failed.
  bool strike(const OneFault& which, Objections& objections) const {
    const Template& origin = faults_->templates()[which.scenario];
    const Stage stage(folder_ / "stage");
    copy_stage(origin.stage, stage);
    Fault fault(stage, which.at);
    const Struck struck{supervise(stage.installed(origin.command()), CallSet::reads, fault),
                        wall_clock()};
    objections = judge_manners(struck.end, MayAbort::no);
    const auto calls = fault.calls_at_failed_sync();
    const bool goes_on = calls && target_calls(stage) > *calls + calls_of_other_lanes(origin);
    if (goes_on) {
      objections.push_back({Invariant::damaged, "a target was called after a sync had failed"});
    }
    recover(origin, stage, struck, objections);
    tell_story(objections, origin.scenario.name + ": " + fault.describe());
    return goes_on;
  }

  Objections judge_disk(std::int64_t number) {
    const auto index = static_cast<std::size_t>(number);
    const Template& origin = faults_->templates()[index % faults_->templates().size()];
    const Stage stage(folder_ / "stage");
    copy_stage(origin.stage, stage);
    SmallDisk disk(origin.scenario.has_vault ? stage.home() : stage.folder());
    const bool is_full = index / faults_->templates().size() % 4 != 0;
    const std::size_t free = mix(seed_, index) % kMostFree;
    is_full ? disk.fill_but(free) : disk.make_read_only();
    const Struck struck{run(stage.installed(origin.command())), wall_clock()};
    disk.heal();
    Objections objections = judge_manners(struck.end, MayAbort::no);
    recover(origin, stage, struck, objections);
    tell_story(objections, fmt::format("{}: {}", origin.scenario.name,
                                       is_full ? fmt::format("a disk with {} bytes free", free)
                                               : "a read-only disk"));
    return objections;
  }

  void recover(const Template& origin, const Stage& stage, const Struck& struck,
               Objections& objections) const {
    Recovery recovery(origin, stage);
    recovery.live_a_life_at_the_end(lives_);
    for (Violation& violation : recovery.judge(struck)) {
      objections.push_back(std::move(violation));
    }
  }

  const Faults* faults_;
  std::uint64_t seed_;
  fs::path folder_;
  bool lives_ = true;
};

int prove(const Campaign& campaign) {
  const tests::TempDir templates(fast_folder());
  const Faults faults(templates.path());
  fmt::print(stderr, "io: every fault of {} scenarios: {}\n", faults.templates().size(),
             faults.size());
  return run_campaign(campaign, [&](const fs::path& folder) {
    return std::make_unique<IoJudge>(faults, campaign.seed, folder);
  });
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::proof::Campaign campaign;
  campaign.name = "io";
  campaign.unit = "faults";
  campaign.cases = 2'000;
  return stagepass::proof::run_proof(argc, argv, campaign, stagepass::proof::prove);
}
