#include "simulation/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <support/results.hpp>
#include <utility>

namespace stagepass::proof {

/// The machine's clocks as one process reads them.
class ProcessClock final : public Clock {
 public:
  explicit ProcessClock(Process& process) : process_(&process) {}

  [[nodiscard]] Timestamp now() const override { return read().wall; }
  [[nodiscard]] ClockReading read() const override { return process_->site_->machine.read(); }

  Wake wait_until(Timestamp deadline, std::stop_token stop) override {
    if (process_->is_dead() || stop.stop_requested()) {
      return Wake::stopped;
    }
    Elapsed time = std::max<Elapsed>(deadline - now(), Elapsed(1));
    if (process_->wake_) {
      time = process_->wake_(time);
    }
    process_->is_waiting_ = true;
    const bool is_alive = process_->spend(time);
    process_->is_waiting_ = false;
    return is_alive && !stop.stop_requested() ? Wake::deadline : Wake::stopped;
  }

 private:
  Process* process_;
};

void Site::tell(const std::string& what) const {
  if (on_tell) {
    on_tell(fmt::format("{:>12.3f} {}", static_cast<double>(machine.true_now().count()) / 1000.0,
                        what));
  }
}

void Site::kill_all() {
  for (Process* process : processes) {
    process->die();
  }
}

Process::Process(Site& site, Fate& fate)
    : site_(&site),
      fate_(&fate),
      clock_(std::make_unique<ProcessClock>(*this)),
      store_(make_struck_store(*this)),
      drivers_(make_struck_drivers(*this)),
      guard_(tests::must(service::ClockGuard::open(*clock_, *store_))) {
  workspace_ = std::make_unique<service::Workspace>(service::Workspace{
      *store_, site.vault, *drivers_, *guard_, site.random, "merchant (uid 1000)", {}, 1});
  site.processes.insert(this);
}

Process::~Process() {
  site_->processes.erase(this);
}

void Process::die() {
  if (!is_dead_) {
    is_dead_ = true;
    was_struck_ = true;
    ++site_->counters.crashes;
    site_->note_trouble(site_->machine.true_now());
    if (on_death_) {
      on_death_();
    }
  }
}

bool Process::spend(Elapsed time) {
  if (!is_dead_) {
    site_->machine.run_until(site_->machine.true_now() + time, [this] { return is_dead_; });
  }
  return !is_dead_;
}

Fault Process::begin_step(const std::string& step) {
  ++site_->counters.steps;
  const Fault fault = fate_->at(step);
  if (fault != Fault::none) {
    was_struck_ = true;
    constexpr std::array kNames = {"none",       "crash before", "crash after", "error",
                                   "lost reply", "repeated",     "late",        "stopped"};
    site_->tell(fmt::format("strikes at {}: {}", step, kNames.at(static_cast<std::size_t>(fault))));
  }
  if (fault == Fault::crash_before) {
    die();
  } else if (fault == Fault::stopped) {
    ++site_->counters.stops;
    const Elapsed stop = fate_->stop();
    site_->note_trouble(site_->machine.true_now() + stop);
    spend(stop);
  }
  if (fault != Fault::none) {
    site_->note_trouble(site_->machine.true_now());
  }
  return fault;
}

Error error_of_the_dead() {
  return {Errc::unavailable, "this process is dead", ""};
}

}  // namespace stagepass::proof
