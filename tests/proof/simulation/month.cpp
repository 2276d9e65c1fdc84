#include "simulation/month.hpp"

#include "simulation/quiet_progress.hpp"
#include "simulation/simulated_vault.hpp"

#include <stagepass/service/target_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <support/results.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;
using tests::must;

/// Longest a target that is well again, or a process that replaces a dead one, may take until the
/// next purge looks: a lease (10 min) or the longest retry (15 min and half of that), and a run
/// that is going on elsewhere (10 min).
constexpr Elapsed kRecovery = 33min;
/// Nothing is due and nothing is planned: cron's idle runs are skipped for so long.
constexpr Elapsed kLongestIdle = 12h;

/// Today, the ends of 32-bit times, and clocks that were never set.
Timestamp era(Dice& dice) {
  constexpr std::array<std::int64_t, 6> kEras = {1'790'000'000, 1'790'000'000, 1'790'000'000,
                                                 2'146'400'000, 4'293'900'000, 315'532'800};
  return Timestamp(std::chrono::seconds(kEras.at(dice.below(kEras.size()))));
}

}  // namespace

void MonthReport::add(const MonthReport& other) {
  counters.steps += other.counters.steps;
  counters.operations += other.counters.operations;
  counters.crashes += other.counters.crashes;
  counters.stops += other.counters.stops;
  counters.errors += other.counters.errors;
  counters.lost_replies += other.counters.lost_replies;
  counters.lies += other.counters.lies;
  counters.repeats += other.counters.repeats;
  grants += other.grants;
  accounts += other.accounts;
  retrieves += other.retrieves;
  purges += other.purges;
  outages += other.outages;
  clock_steps += other.clock_steps;
  reboots += other.reboots;
  violations.insert(violations.end(), other.violations.begin(), other.violations.end());
}

RandomFate::RandomFate(Dice& dice, unsigned percent, const bool& is_healed)
    : dice_(&dice), is_healed_(&is_healed) {
  constexpr std::array kFaults = {Fault::crash_before, Fault::crash_after, Fault::error,
                                  Fault::lost_reply,   Fault::repeated,    Fault::stopped};
  for (int faults = 0; faults < 2 && dice.percent(percent); ++faults) {
    planned_.emplace(dice.below(16), kFaults.at(dice.below(kFaults.size())));
  }
}

Fault RandomFate::at(const std::string& /*step*/) {
  const auto found = planned_.find(steps_++);
  return found == planned_.end() || *is_healed_ ? Fault::none : found->second;
}

Elapsed RandomFate::stop() {
  return dice_->percent(70) ? Elapsed(std::chrono::seconds(90)) : Elapsed(20min);
}

Month::Month(const MonthOptions& options)
    : options_(options),
      dice_(options.seed),
      random_(options.seed),
      folder_(fast_disk()),
      machine_(era(dice_)),
      vault_(make_vault(random_)),
      disk_(options.in_memory ? make_disk_in_memory(vault_, machine_.read().wall)
                              : make_disk(vault_, folder_.path(), machine_.read().wall)),
      sabotaged_(make_sabotaged(*disk_, options.sabotage)),
      site_{.machine = machine_,
            .disk = sabotaged_ ? *sabotaged_ : *disk_,
            .vault = vault_,
            .fakes = fakes_,
            .random = random_,
            .dice = dice_},
      ledger_(site_) {
  constexpr std::array<Elapsed, 3> kEvery = {1min, 5min, 15min};
  purge_every_ = kEvery.at(dice_.below(kEvery.size()));
  // NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer): the order in which dice are thrown
  watches_ = dice_.percent(25);
  site_.on_tell = options.on_tell;
  ledger_.set_bound(purge_every_ + kRecovery);
  site_.late_delay = [this] { return dice_.spread(10s, Days(20)); };
}

void Month::add_targets() {
  constexpr std::array kNames = {"files", "shop", "database", "mail"};
  const auto count = 1 + dice_.below(kNames.size());
  KindFate kind;
  Process process(site_, kind);
  QuietProgress progress;
  for (std::size_t i = 0; i < count; ++i) {
    targets_.push_back(must(TargetName::parse(kNames.at(i))));
    must(service::TargetService(process.workspace())
             .add({.name = targets_.back(), .driver = "fake"}, progress));
    fakes_.world(kNames.at(i)).add_foreign("root");
    site_.weather[kNames.at(i)].is_sabotaged = options_.sabotage == Sabotage::lying_target;
  }
  ledger_.accept_foreign();
}

void Month::plan(Elapsed after, std::function<void()> what) {
  machine_.at(machine_.true_now() + after, Machine::Kind::process, std::move(what));
}

void Month::plan_people() {
  const auto grants = 6 + dice_.below(9);
  for (std::uint64_t i = 0; i < grants; ++i) {
    plan(dice_.between(1min, kLength), [this] { grant(); });
  }
  plan(dice_.between(1h, kLength), [this] { meddle(); });
}

/// When a purge is worth running: at the next event, when an account's time is over, or when a
/// retry is due. Cron's runs in between would find nothing to do.
Elapsed Month::next_look() const {
  const Elapsed now = machine_.true_now();
  Elapsed next = machine_.next_event(now + kLongestIdle);
  for (const auto& [user, life] : ledger_.lives()) {
    if (!life.true_end || *life.true_end > now) {
      next = std::min(next, life.true_end.value_or(now));
    }
  }
  if (const auto due = must(site_.disk.next_due())) {
    next = std::min<Elapsed>(next, now + (*due - ledger_.vault_time()));
  }
  for (const Target& target : must(site_.disk.targets())) {
    next = std::min<Elapsed>(next, now + (target.next_audit_at - ledger_.vault_time()));
  }
  const auto wait = std::max(next - now, Elapsed(1)) + purge_every_ - Elapsed(1);
  return now + wait / purge_every_ * purge_every_;
}

void Month::purge() {
  const bool is_due = !must(site_.disk.targets_with_due(ledger_.vault_time())).empty();
  KindFate kind;
  RandomFate random(dice_, is_due ? 15 : 0, is_healed_);
  Process process(site_, is_healed_ ? static_cast<Fate&>(kind) : random);
  QuietProgress progress;
  const auto report =
      service::ExpiryScheduler(process.workspace(), {.lanes = 1}).run_due(progress, {});
  ++report_.purges;
  for (const auto& [target, audit] : report ? report->audits : decltype(report->audits)()) {
    site_.tell(fmt::format(
        "audit of {}: {}", target.str(),
        audit ? fmt::format("{} orphans", audit->orphans.size()) : audit.error().message));
  }
  if (!report || !report->accounts.empty() || dice_.percent(10)) {
    ledger_.judge_now();
  }
}

void Month::tick() {
  purge();
  plan_tick();
}

/// The time of the next run may have come nearer; an earlier plan is forgotten.
void Month::plan_tick() {
  if (watches_) {
    return;
  }
  next_tick_ = next_look();
  machine_.at(next_tick_, Machine::Kind::process, [this, when = next_tick_] {
    if (when == next_tick_) {
      tick();
    }
  });
}

/// `stagepass watch` in place of cron; whoever started it starts it again when it dies.
void Month::watch() {
  class Listener final : public service::ExpiryScheduler::Listener {
   public:
    explicit Listener(Month& month) : month_(&month) {}
    void step(std::string_view /*text*/) override {}
    void warn(std::string_view /*text*/) override {}
    void count(std::size_t /*done*/, std::size_t /*total*/) override {}
    void ran(const service::PurgeReport& report) override {
      ++month_->report_.purges;
      if (!report.accounts.empty()) {
        month_->ledger_.judge_now();
      }
    }
    void failed(const Error& /*error*/) override {}

   private:
    Month* month_;
  } listener(*this);

  KindFate kind;
  RandomFate random(dice_, 60, is_healed_);
  Process process(site_, is_healed_ ? static_cast<Fate&>(kind) : random);
  std::stop_source stop;
  process.on_wait([&](Elapsed nap) {
    if (process.is_dead() || is_over_) {
      stop.request_stop();
    }
    return std::max(nap, next_look() - machine_.true_now());
  });
  process.on_death([stop]() mutable { stop.request_stop(); });
  static_cast<void>(
      service::ExpiryScheduler(process.workspace(), {.lanes = 1}).run(stop.get_token(), listener));
  machine_.at(machine_.true_now() + 1min, Machine::Kind::process, [this] { watch(); });
}

/// A clock that stands behind is right now; a person may say so once nothing is open.
void Month::accept_clock() {
  KindFate kind;
  Process process(site_, kind);
  service::ClockGuard& clock = process.workspace().clock;
  if (clock.verdict().state == ClockVerdict::State::behind && machine_.wall_error() == Elapsed()) {
    if (clock.accept("merchant")) {
      ledger_.end_all_promises();
    }
  }
  plan(6h, [this] { accept_clock(); });
}

/// Everything is well again, and all work is over.
void Month::heal() {
  is_healed_ = true;
  site_.is_healed = true;
  for (const TargetName& target : targets_) {
    clear(target.str());
    fakes_.world(target.str()).heal();
  }
  machine_.set_wall_right();
  site_.note_trouble(machine_.true_now());
  for (auto& [user, life] : ledger_.lives()) {
    tests::FakeTarget& world = fakes_.world(life.target);
    world.set_residue(user, {});
    if (world.is_foreign(user, life.ref.marker)) {
      world.remove(user);
    }
  }
  ledger_.accept_foreign();
  plan(Ledger::kAuditLimit + purge_every_ + kRecovery, [this] { finish_all(); });
}

/// Whatever still lives is retrieved, if nobody has done so, and ended.
void Month::finish_all() {
  for (const auto& promise : ledger_.promises()) {
    retrieve(*promise);
    end(*promise, EndReason::finished);
  }
  plan(purge_every_ + kRecovery, [this] { is_over_ = true; });
}

MonthReport Month::live() {
  add_targets();
  plan_people();
  plan_trouble();
  accept_clock();
  plan(Elapsed(1), [this] { watches_ ? watch() : tick(); });
  plan(kLength, [this] { heal(); });
  machine_.run_until(kLength + Days(10), [this] { return is_over_; });
  ledger_.judge_end();

  report_.counters = site_.counters;
  report_.accounts = ledger_.lives().size();
  report_.violations = ledger_.violations();
  return report_;
}

}  // namespace stagepass::proof
