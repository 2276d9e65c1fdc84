// Memory that cannot be had (T6): each allocation of the program fails, once or with all later ones, and each
// request to the kernel for memory.
#include "campaign.hpp"
#include "manners.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <support/temp_dir.hpp>
#include <utility>
#include <vector>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

/// More than there are faults, so that its multiples meet each of them.
constexpr std::int64_t kPrime = 1'000'003;
constexpr std::int64_t kCasesForOneLife = 8;

struct OneFault {
  std::size_t scenario = 0;
  enum class Kind { allocation, kernel };
  Kind kind = Kind::allocation;
  std::int64_t number = 0;
  bool for_ever = false;
};

/// The kernel has no memory.
class NoMemory final : public Watcher {
 public:
  /// `first` below 0: only counts.
  NoMemory(std::int64_t first, bool for_ever) : first_(first), for_ever_(for_ever) {}

  Verdict about_to(const Call& call) override {
    ++points_;
    const bool is_struck = first_ >= 0 && (for_ever_ ? call.point >= first_ : call.point == first_);
    return is_struck ? Verdict{Verdict::Kind::refuse, ENOMEM} : Verdict{};
  }
  [[nodiscard]] std::int64_t points() const { return points_; }

 private:
  std::int64_t first_;
  bool for_ever_;
  std::int64_t points_ = 0;
};

Program with_allocator(Program program, const std::map<std::string, std::string>& orders) {
  program.environment["LD_PRELOAD"] = STAGEPASS_FAILING_ALLOCATOR;
  program.environment.insert(orders.begin(), orders.end());
  return program;
}

class Faults final {
 public:
  explicit Faults(const fs::path& folder) {
    for (const Scenario& scenario : all_scenarios()) {
      templates_.push_back(prepare(scenario, folder / std::to_string(templates_.size())));
      add(OneFault::Kind::allocation, allocations(folder));
      add(OneFault::Kind::kernel, kernel_calls(folder));
    }
  }

  [[nodiscard]] std::size_t size() const { return faults_.size(); }
  [[nodiscard]] const Template& template_of(const OneFault& fault) const {
    return templates_.at(fault.scenario);
  }
  /// In an order in which few of them are some of every scenario.
  [[nodiscard]] const OneFault& at(std::int64_t number) const {
    return faults_.at(static_cast<std::size_t>(number * kPrime) % faults_.size());
  }

 private:
  void add(OneFault::Kind kind, std::int64_t count) {
    for (std::int64_t number = 0; number < count; ++number) {
      for (const bool for_ever : {false, true}) {
        faults_.push_back({templates_.size() - 1, kind, number, for_ever});
      }
    }
  }

  [[nodiscard]] std::int64_t allocations(const fs::path& folder) const {
    const Stage stage(folder / "count");
    copy_stage(templates_.back().stage, stage);
    const fs::path report = folder / "allocations";
    fs::remove(report);
    static_cast<void>(run(with_allocator(stage.installed(templates_.back().command()),
                                         {{"STAGEPASS_ALLOCATIONS", report.string()}})));
    const std::string number = content_of(report);
    if (number.empty()) {
      throw std::runtime_error("the allocator that fails was not loaded");
    }
    return std::stol(number);
  }

  [[nodiscard]] std::int64_t kernel_calls(const fs::path& folder) const {
    const Stage stage(folder / "count");
    copy_stage(templates_.back().stage, stage);
    NoMemory counter(-1, false);
    static_cast<void>(
        supervise(stage.installed(templates_.back().command()), CallSet::memory, counter));
    return counter.points();
  }

  std::vector<Template> templates_;
  std::vector<OneFault> faults_;
};

class MemoryJudge final : public CaseJudge {
 public:
  MemoryJudge(const Faults& faults, fs::path folder)
      : faults_(&faults), folder_(std::move(folder)) {}

  Objections judge(std::int64_t number) override {
    const OneFault& fault = faults_->at(number);
    const Template& origin = faults_->template_of(fault);
    const Stage stage(folder_ / "stage");
    copy_stage(origin.stage, stage);
    const Struck struck{strike(stage.installed(origin.command()), fault), wall_clock()};
    Objections objections = judge_manners(struck.end, MayAbort::yes);
    if (struck.end.exit_status != 0 && !struck.end.was_killed &&
        struck.end.standard_error.empty()) {
      objections.push_back({Invariant::damaged, "it failed and said nothing"});
    }
    Recovery recovery(origin, stage);
    recovery.live_a_life_at_the_end(number % kCasesForOneLife == 0);
    for (Violation& violation : recovery.judge(struck)) {
      objections.push_back(std::move(violation));
    }
    end_left_running();
    tell_story(objections, describe(origin, fault));
    return objections;
  }

 private:
  static ProgramEnd strike(const Program& program, const OneFault& fault) {
    if (fault.kind == OneFault::Kind::kernel) {
      NoMemory watcher(fault.number, fault.for_ever);
      return supervise(program, CallSet::memory, watcher);
    }
    std::map<std::string, std::string> orders = {
        {"STAGEPASS_FAILING_ALLOCATION", std::to_string(fault.number)}};
    if (fault.for_ever) {
      orders.emplace("STAGEPASS_FAILING_FOR_EVER", "yes");
    }
    NoMemory nobody(-1, false);
    return supervise(with_allocator(program, orders), CallSet::none, nobody);
  }

  static std::string describe(const Template& origin, const OneFault& fault) {
    return fmt::format(
        "{}: no memory at {} {}{}", origin.scenario.name,
        fault.kind == OneFault::Kind::kernel ? "request to the kernel" : "allocation", fault.number,
        fault.for_ever ? " and ever after" : "");
  }

  const Faults* faults_;
  fs::path folder_;
};

int prove(const Campaign& campaign) {
  const tests::TempDir templates(fast_folder());
  const Faults faults(templates.path());
  fmt::print(stderr, "memory: every fault of {} scenarios: {}\n", all_scenarios().size(),
             faults.size());
  return run_campaign(campaign, [&](const fs::path& folder) {
    return std::make_unique<MemoryJudge>(faults, folder);
  });
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::proof::Campaign campaign;
  campaign.name = "memory";
  campaign.unit = "faults";
  campaign.cases = 2'000;
  return stagepass::proof::run_proof(argc, argv, campaign, stagepass::proof::prove);
}
