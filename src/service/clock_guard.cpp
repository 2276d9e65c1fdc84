#include "service/records.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/service/clock_guard.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

using State = ClockVerdict::State;

/// A crash may cost this much of the mark.
constexpr Ttl kKeepEvery = std::chrono::minutes(1);
/// A clock that is set back while somebody waits is noticed after this long.
constexpr Ttl kLongestWait = std::chrono::seconds(5);

Result<void> refuse_open_accounts(Store& store) {
  SP_ASSIGN(const auto open, store.grants({}, std::nullopt, 1));
  if (open.empty()) {
    return {};
  }
  return fail(
      Errc::conflict,
      fmt::format("grant {} is still open, and moving the time back would lengthen it",
                  open.front().grant.id.str()),
      "end all open grants first (stagepass list, stagepass revoke), or set the clock right");
}

}  // namespace

Result<std::unique_ptr<ClockGuard>> ClockGuard::open(Clock& machine, Store& store) {
  // Not make_unique: the constructor is private.
  std::unique_ptr<ClockGuard> guard(new ClockGuard(machine, store));
  SP_TRY(guard->load());
  return guard;
}

Result<void> ClockGuard::load() {
  auto found = store_->clock_mark();
  // The duty to end does not depend on the mark: without it the wall clock counts, and nothing new
  // begins.
  const bool is_damaged = !found && found.error().code == Errc::corrupt;
  if (!found && !is_damaged) {
    return fail(std::move(found).error());
  }
  const std::lock_guard lock(mutex_);
  is_damaged_ = is_damaged;
  stored_ = is_damaged ? std::nullopt : *std::move(found);
  if (!stored_) {
    return {};
  }
  const ClockReading reading = machine_->read();
  const bool is_new_epoch = !seen_ || seen_->epoch != stored_->epoch;
  if (is_new_epoch || judge_clock(reading, stored_).now > judge_clock(reading, seen_).now) {
    seen_ = stored_;
  }
  return {};
}

Timestamp ClockGuard::now() const {
  const std::lock_guard lock(mutex_);
  return look(machine_->read());
}

Timestamp ClockGuard::look(const ClockReading& reading) const {
  const std::int64_t epoch = seen_ ? seen_->epoch : 1;
  const ClockVerdict verdict = judge_clock(reading, seen_);
  seen_ = mark_of(verdict, reading);
  seen_->epoch = epoch;
  return verdict.now;
}

ClockVerdict ClockGuard::verdict() const {
  const std::lock_guard lock(mutex_);
  return verdict_on(machine_->read());
}

ClockVerdict ClockGuard::verdict_on(const ClockReading& reading) const {
  ClockVerdict verdict = judge_clock(reading, stored_);
  verdict.now = std::max(verdict.now, look(reading));
  if (is_damaged_) {
    verdict.state = State::behind;
  }
  return verdict;
}

Wake ClockGuard::wait_until(Timestamp deadline, std::stop_token stop) {
  for (Timestamp at = now(); at < deadline; at = now()) {
    const Ttl slice = std::min<Ttl>(deadline - at, kLongestWait);
    if (machine_->wait_until(machine_->now() + slice, stop) == Wake::stopped) {
      return now() >= deadline ? Wake::deadline : Wake::stopped;
    }
  }
  return Wake::deadline;
}

bool ClockGuard::is_worth_keeping(const ClockMark& mark) const {
  return !stored_ || mark.boot_id != stored_->boot_id ||
         mark.latest - stored_->latest >= kKeepEvery ||
         (mark.behind > Ttl::zero()) != (stored_->behind > Ttl::zero());
}

Result<ClockVerdict> ClockGuard::keep(const std::string& actor) {
  SP_TRY(load());
  const std::lock_guard lock(mutex_);
  const ClockReading reading = machine_->read();
  const ClockVerdict verdict = verdict_on(reading);
  ClockMark mark = mark_of(verdict, reading);
  mark.epoch = seen_->epoch;
  if (is_damaged_ || !is_worth_keeping(mark)) {
    return verdict;
  }
  ChangeSet changes;
  const bool was_told = stored_ && stored_->behind > Ttl::zero() && mark.behind > Ttl::zero();
  if (const auto step = describe(verdict); step && !was_told) {
    const bool is_behind = verdict.state == State::behind;
    changes.audit.push_back(
        {verdict.now, actor, is_behind ? "clock.behind" : "clock.ahead", "clock", *step});
  }
  changes.clock = mark;
  SP_TRY(store_->commit(changes));
  stored_ = std::move(mark);
  return verdict;
}

Result<void> ClockGuard::accept(const std::string& actor) {
  SP_TRY(load());
  SP_TRY(refuse_open_accounts(*store_));
  const std::lock_guard lock(mutex_);
  const ClockReading reading = machine_->read();
  const Timestamp before = verdict_on(reading).now;
  ChangeSet changes;
  changes.clock = ClockMark{.latest = reading.wall,
                            .boot_id = reading.boot_id,
                            .since_boot = reading.since_boot,
                            .epoch = seen_->epoch + 1};
  // What was planned by the wrong clock may lie years ahead.
  SP_ASSIGN(changes.targets, store_->targets());
  for (Target& target : changes.targets) {
    target.next_audit_at = std::min(target.next_audit_at, reading.wall);
  }
  changes.audit.push_back(
      {before, actor, "clock.accepted", "clock",
       fmt::format("from {} to {}", format_utc(before), format_utc(reading.wall))});
  SP_TRY(store_->commit(changes));
  stored_ = changes.clock;
  seen_ = stored_;
  return {};
}

std::optional<std::string> describe(const ClockVerdict& verdict) {
  switch (verdict.state) {
    case State::behind:
      if (verdict.by == Ttl::zero()) {
        return "the latest time that this vault has seen cannot be read";
      }
      return fmt::format("the clock of this machine stands {} behind what this vault has seen ({})",
                         format_duration(verdict.by), format_utc(verdict.now));
    case State::ahead:
      return fmt::format("the clock of this machine has jumped forward by {} to {}",
                         format_duration(verdict.by), format_utc(verdict.now));
    case State::sound:
      break;
  }
  return std::nullopt;
}

}  // namespace stagepass::service
