#include "simulation/arrows.hpp"

#include "simulation/people.hpp"
#include "simulation/quiet_progress.hpp"
#include "simulation/simulated_vault.hpp"

#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <array>
#include <support/results.hpp>
#include <support/seeded_random.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;
using tests::must;

constexpr std::array kFaults = {Fault::crash_before, Fault::crash_after, Fault::error,
                                Fault::lost_reply,   Fault::repeated,    Fault::late,
                                Fault::stopped};
constexpr std::array<std::string_view, 8> kFaultNames = {
    "nothing", "crash before", "crash after", "error", "lost reply", "repeated", "late", "stopped"};
constexpr std::array<std::string_view, 3> kCourseNames = {"finished", "expired", "bundle"};

constexpr Elapsed kPurgeEvery = 15min;
/// A lease (10 min) or the longest retry (23 min), and a run that goes on elsewhere (10 min).
constexpr Elapsed kRecovery = 33min;
/// Long enough that an order which is held up arrives after the end.
constexpr Elapsed kHeldUp = 6h;
constexpr Timestamp kStart{1'790'000'000s};

/// Strikes the steps it was told to, whichever process takes them.
class PlannedFate final : public Fate {
 public:
  PlannedFate(const Strikes& strikes, std::vector<std::string>& steps)
      : strikes_(&strikes), steps_(&steps) {}

  Fault at(const std::string& step) override {
    const auto found = strikes_->find(steps_->size());
    steps_->push_back(step);
    return found == strikes_->end() ? Fault::none : found->second;
  }
  Elapsed stop() override { return 90s; }

 private:
  const Strikes* strikes_;
  std::vector<std::string>* steps_;
};

class StruckLife final {
 public:
  explicit StruckLife(const ArrowCase& which) : which_(&which) {
    site_.late_delay = [] { return kHeldUp; };
    site_.on_tell = which.on_tell;
    ledger_.set_bound(kPurgeEvery + kRecovery);
    KindFate kind;
    Process process(site_, kind);
    QuietProgress progress;
    for (const char* name : {"files", "shop"}) {
      must(service::TargetService(process.workspace())
               .add({.name = must(TargetName::parse(name)), .driver = "fake"}, progress));
      fakes_.world(name).add_foreign("root");
      site_.weather[name].is_sabotaged = which.forgets_to_delete;
    }
    ledger_.accept_foreign();
  }

  ArrowReport live() {
    at(1min, [this] { grant(); });
    for (const Elapsed when : {5min, 7min, 50min}) {
      at(when, [this] { retrieve(); });
    }
    for (const Elapsed when : {Elapsed(20min), Elapsed(25min)}) {
      at(when, [this] { extend(); });
    }
    at(30min, [this] { reissue(); });
    if (which_->course != Course::expired) {
      for (const Elapsed when : {Elapsed(52min), Elapsed(55min)}) {
        at(when, [this] { end(); });
      }
    }
    for (Elapsed when = kPurgeEvery; when < 4h; when += kPurgeEvery) {
      at(when, [this] { purge(); });
    }
    // Then only what was held up on its way, and the audits that find it.
    const Elapsed audit = kPurgeEvery + Ledger::kAuditLimit;
    for (const Elapsed when : {Elapsed(10h), audit, audit + 15min, audit + 30min, audit + 1h}) {
      at(when, [this] { purge(); });
    }
    machine_.run_until(kHeldUp + Ledger::kAuditLimit + 2h, [] { return false; });
    ledger_.judge_end();
    report_.violations = ledger_.violations();
    return std::move(report_);
  }

 private:
  void at(Elapsed when, std::function<void()> what) {
    machine_.at(when, Machine::Kind::process, std::move(what));
  }

  void grant() {
    std::vector<TargetName> targets = {must(TargetName::parse("files"))};
    if (which_->course == Course::bundle) {
      targets.push_back(must(TargetName::parse("shop")));
    }
    promise_ = &people_.grant(fate_, std::move(targets), 1h, {});
  }
  void retrieve() { people_.retrieve(fate_, *promise_, People::Terminal::works); }
  void extend() { people_.extend(fate_, *promise_, 1h); }
  void reissue() { people_.reissue(fate_, *promise_); }
  void end() { people_.end(fate_, *promise_, EndReason::finished); }

  void purge() {
    Process process(site_, fate_);
    QuietProgress progress;
    // What it could not end is judged below, and tried again by the next one.
    static_cast<void>(
        service::ExpiryScheduler(process.workspace(), {.lanes = 1}).run_due(progress, {}));
    ledger_.judge_now();
  }

  const ArrowCase* which_;
  ArrowReport report_;
  PlannedFate fate_{which_->strikes, report_.steps};
  Machine machine_{kStart};
  Dice dice_{1};
  tests::SeededRandom random_;
  tests::FakeDriverFactory fakes_;
  vault::Vault vault_ = make_vault(random_);
  std::unique_ptr<Store> disk_ = make_disk_in_memory(vault_, kStart);
  Site site_{.machine = machine_,
             .disk = *disk_,
             .vault = vault_,
             .fakes = fakes_,
             .random = random_,
             .dice = dice_};
  Ledger ledger_{site_};
  People people_{site_, ledger_};
  Promise* promise_ = nullptr;
};

}  // namespace

ArrowReport live_struck(const ArrowCase& which) {
  return StruckLife(which).live();
}

std::string describe(const ArrowCase& which, const std::vector<std::string>& steps) {
  std::string text(kCourseNames.at(static_cast<std::size_t>(which.course)));
  for (const auto& [step, fault] : which.strikes) {
    text += fmt::format(", {} at step {} ({})", kFaultNames.at(static_cast<std::size_t>(fault)),
                        step, step < steps.size() ? steps[step] : "never taken");
  }
  return text;
}

std::vector<ArrowCase> single_strikes() {
  std::vector<ArrowCase> cases;
  for (const Course course : {Course::finished, Course::expired, Course::bundle}) {
    for (ArrowCase& each : second_strikes({.course = course, .strikes = {}})) {
      cases.push_back(std::move(each));
    }
  }
  return cases;
}

std::vector<ArrowCase> second_strikes(const ArrowCase& first) {
  const std::uint64_t steps = live_struck(first).steps.size();
  const std::uint64_t begin = first.strikes.empty() ? 0 : first.strikes.rbegin()->first + 1;
  std::vector<ArrowCase> cases;
  for (std::uint64_t step = begin; step < steps; ++step) {
    for (const Fault fault : kFaults) {
      ArrowCase second = first;
      second.strikes.emplace(step, fault);
      cases.push_back(std::move(second));
    }
  }
  return cases;
}

}  // namespace stagepass::proof
