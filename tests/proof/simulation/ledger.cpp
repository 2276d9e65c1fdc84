#include "simulation/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <support/results.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;
using tests::must;

/// Clocks show whole seconds, and a command takes its time.
constexpr Ttl kRounding = 2s;

/// The machine's clocks, for somebody who only looks.
class Glance final : public Clock {
 public:
  explicit Glance(const Machine& machine) : machine_(&machine) {}
  [[nodiscard]] Timestamp now() const override { return machine_->read().wall; }
  [[nodiscard]] ClockReading read() const override { return machine_->read(); }
  Wake wait_until(Timestamp /*deadline*/, std::stop_token /*stop*/) override {
    return Wake::stopped;
  }

 private:
  const Machine* machine_;
};

bool all_are_active(const GrantWithAccounts& record) {
  return std::all_of(record.accounts.begin(), record.accounts.end(),
                     [](const Account& account) { return account.state == AccountState::active; });
}

}  // namespace

Ledger::Ledger(Site& site) : site_(&site) {
  site.on_create = [this](const std::string& target, const AccountRef& ref) {
    lives_.try_emplace(ref.user_name.str(), Life{.target = target, .ref = ref});
  };
  site.on_create_arrives = [this](const std::string& /*target*/, const AccountRef& ref) {
    note_arrival(ref);
  };
}

/// As long as the record is open the order is expected. Once its end has begun (the process that
/// sent it stood still too long, or the order was held up on its way) only an audit may see it.
void Ledger::note_arrival(const AccountRef& ref) {
  const auto row = must(site_->disk.account(ref.id));
  if (row && (row->state == AccountState::planned || row->state == AccountState::active)) {
    return;
  }
  Life& life = lives_.at(ref.user_name.str());
  life.came_late = true;
  life.true_end = site_->machine.true_now() + kAuditLimit;
  judge_after(*life.true_end);
}

void Ledger::note_trouble(const std::string& target) {
  trouble_[target] = site_->machine.true_now();
  judge_after(trouble_[target]);
}

void Ledger::judge_after(Elapsed when) {
  site_->machine.at(when + bound_ + clock_debt_ + 1s, Machine::Kind::process,
                    [this] { judge_now(); });
}

Timestamp Ledger::vault_time() const {
  Glance glance(site_->machine);
  return must(service::ClockGuard::open(glance, site_->disk))->now();
}

Promise& Ledger::plan(CaseRef case_ref, Ttl ttl, Clocks clocks) {
  promises_.push_back(std::make_unique<Promise>(Promise{.case_ref = std::move(case_ref),
                                                        .ttl = ttl,
                                                        .clocks = clocks,
                                                        .started = site_->machine.true_now(),
                                                        .asked_at = vault_time()}));
  return *promises_.back();
}

std::optional<GrantWithAccounts> Ledger::record_of(const Promise& promise) const {
  GrantFilter filter;
  filter.case_ref = promise.case_ref;
  filter.include = GrantFilter::Include::all;
  auto found = must(site_->disk.grants(filter, std::nullopt, 1));
  if (found.empty()) {
    return std::nullopt;
  }
  return std::move(found.front());
}

/// An account that was not finished lives until the time to make it is over; one whose end is on
/// record is to end now.
Elapsed Ledger::true_end_of(const Account& account, const Promise& promise, Timestamp end) const {
  const Elapsed now = site_->machine.true_now();
  const Elapsed create_limit = promise.started + service::kCreateLimit;
  if (account.state == AccountState::planned) {
    return create_limit;
  }
  if (account.state != AccountState::active) {
    return now;
  }
  if (!promise.is_complete) {
    return std::max(now, create_limit);
  }
  // A clock that jumps forward makes it due then, not long ago.
  return std::max<Elapsed>(now + (end - vault_time()), site_->machine.wall_set_at());
}

/// From the moment it was asked for or any later one of the command, by the vault's time: that may
/// jump forward meanwhile, which shortens a life.
void Ledger::check_new_end(const Promise& promise, const Account& account, Timestamp now) {
  const Timestamp earliest = promise.asked_at + promise.ttl;
  const Timestamp latest = now + promise.ttl;
  const bool is_new = account.expires_at >= earliest && account.expires_at <= latest;
  if (!is_new && account.expires_at != promise.agreed_end) {
    object(Invariant::overdue,
           fmt::format("{} was granted for {} s at {} and is to end at {}", account.user_name.str(),
                       promise.ttl.count(), format_utc(promise.asked_at),
                       format_utc(account.expires_at)));
  }
}

/// An extension takes the place of the time to work once it runs; nothing else changes what was asked for.
void Ledger::check_clocks(const Promise& promise, const GrantWithAccounts& record) {
  const Grant& grant = record.grant;
  const auto within = promise.clocks.retrieve_within;
  const bool is_replaced = promise.is_extended && !grant.work_time &&
                           std::any_of(record.accounts.begin(), record.accounts.end(),
                                       [](const Account& a) { return a.retrieval.retrieved_at; });
  const bool is_kept =
      grant.retrieve_by == (within ? std::optional(grant.created_at + *within) : std::nullopt) &&
      (grant.work_time == promise.clocks.work_time || is_replaced);
  if (!is_kept && !promise.is_being_reissued) {
    object(Invariant::overdue, grant.id.str() + " has not the clocks that were asked for");
  }
}

void Ledger::look_again(Promise& promise, NewEnd new_end) {
  const auto record = record_of(promise);
  if (!record) {
    return;
  }
  promise.id = record->grant.id;
  promise.is_complete = promise.is_complete || all_are_active(*record);
  promise.is_ended = promise.is_ended || record->grant.ended_at.has_value();
  check_clocks(promise, *record);
  const Timestamp now = vault_time();
  const Timestamp ends_at = expected_end(*record);
  for (const Account& account : record->accounts) {
    if (new_end == NewEnd::yes && account.state == AccountState::active) {
      check_new_end(promise, account, now);
    }
    const auto found = lives_.find(account.user_name.str());
    if (found == lives_.end() || found->second.came_late) {
      continue;  // the target never heard of it, or it is the audit's
    }
    const Elapsed end = true_end_of(account, promise, ends_at);
    auto& known = found->second.true_end;
    const bool is_moved = new_end == NewEnd::yes && account.state == AccountState::active;
    known = known && !is_moved ? std::min(*known, end) : end;
    judge_after(*known);
  }
  promise.agreed_end = record->grant.expires_at;
  promise.ends_at = ends_at;
}

void Ledger::reckon_anew() {
  for (const auto& promise : promises_) {
    const auto record = record_of(*promise);
    for (const Account& account : record ? record->accounts : std::vector<Account>()) {
      const auto life = lives_.find(account.user_name.str());
      if (account.state == AccountState::active && life != lives_.end() &&
          !life->second.came_late) {
        life->second.true_end.reset();
      }
    }
    look_again(*promise, NewEnd::no);
  }
}

void Ledger::note_reissue(Promise& promise, const GrantWithAccounts& before, bool worked) {
  promise.is_being_reissued = false;
  const GrantWithAccounts record = must(site_->disk.grant(before.grant.id));
  bool is_begun = false;
  bool was_retrieved = false;
  for (std::size_t i = 0; i < before.accounts.size(); ++i) {
    const auto& secret = record.accounts[i].secret;
    is_begun = is_begun || !secret || secret->ciphertext != before.accounts[i].secret->ciphertext;
    was_retrieved = was_retrieved || before.accounts[i].retrieval.retrieved_at;
  }
  if (!is_begun) {
    return;
  }
  promise.is_complete = false;
  promise.is_promised = worked;
  promise.claimed_at.reset();
  if (was_retrieved) {
    promise.clocks = {};
    promise.agreed_end = expected_end(before);
  }
  for (const Account& account : record.accounts) {
    Life& life = lives_.at(account.user_name.str());
    life.is_confirmed = false;
    life.shown = 0;
  }
}

void Ledger::note_shown(const service::ShownGrant& shown, const Promise& promise) {
  for (const service::ShownCredential& credential : shown.credentials) {
    const std::string user = credential.user_name.str();
    Life& life = lives_.at(user);
    if (life.is_confirmed) {
      object(Invariant::lost, user + " was shown again after it had been retrieved");
    } else if (life.shown > 0 && !shown.interrupted) {
      object(Invariant::lost, user + " was shown a second time without a word of the first");
    }
    ++life.shown;
    const bool works = credential.password &&
                       site_->fakes.world(life.target).login_works(user, *credential.password);
    if (!works && promise.is_promised && !life.is_changed_by_hand && !promise.is_ended) {
      object(Invariant::lost, user + " was shown with a password that does not log in");
    }
  }
}

void Ledger::note_retrieved(const std::vector<std::string>& users) {
  for (const std::string& user : users) {
    lives_.at(user).is_confirmed = true;
  }
}

bool Ledger::was_shown(const Promise& promise) const {
  const auto record = record_of(promise);
  return record && std::any_of(record->accounts.begin(), record->accounts.end(),
                               [this](const Account& account) {
                                 const auto life = lives_.find(account.user_name.str());
                                 return life != lives_.end() && life->second.shown > 0;
                               });
}

bool Ledger::must_be_retrievable(const Promise& promise) const {
  const Timestamp now = vault_time();
  if (!promise.is_promised || promise.is_ended || now + kRounding >= promise.ends_at) {
    return false;
  }
  if (promise.claimed_at && now < *promise.claimed_at + std::chrono::minutes(1) + kRounding) {
    return false;
  }
  const auto record = record_of(promise);
  return record && std::none_of(record->accounts.begin(), record->accounts.end(),
                                [this](const Account& account) {
                                  const Life& life = lives_.at(account.user_name.str());
                                  return life.is_confirmed || life.is_changed_by_hand;
                                });
}

void Ledger::end_all_promises() {
  for (const auto& promise : promises_) {
    promise->is_ended = true;
  }
}

void Ledger::check_late(const SeenAccount& seen) {
  const auto found = lives_.find(seen.user_name);
  if (found == lives_.end() || !found->second.true_end || seen.marker != found->second.ref.marker) {
    return;
  }
  if (site_->weather[seen.target].is_bad()) {
    return;
  }
  const Elapsed now = site_->machine.true_now();
  const Elapsed since =
      std::max({*found->second.true_end, trouble_[seen.target], site_->last_trouble});
  if (now > since + bound_ + clock_debt_) {
    object(Invariant::overdue,
           fmt::format("{} on {} was to end {} s ago, all was well for {} s, and it is still there",
                       seen.user_name, seen.target,
                       (now - *found->second.true_end) / std::chrono::seconds(1),
                       (now - since) / std::chrono::seconds(1)));
  }
}

void Ledger::judge_now() {
  const Seen seen = see_fakes(site_->fakes);
  std::set<std::string> by_hand;
  std::set<std::string> late;
  for (const auto& [user, life] : lives_) {
    if (life.is_changed_by_hand) {
      by_hand.insert(life.target + "/" + user);
    }
    if (life.came_late) {
      late.insert(life.target + "/" + user);
    }
  }
  // Lateness is judged in true time below: by the vault's time everything is late at once after a
  // clock has jumped forward.
  constexpr Ttl kNever = std::chrono::years(200);
  for (Violation& violation : judge({.seen = seen,
                              .store = site_->disk,
                              .vault = site_->vault,
                              .now = vault_time(),
                              .bound = kNever,
                              .changed_by_hand = std::move(by_hand),
                              .came_late = std::move(late),
                              .foreign_before = foreign_})) {
    object(violation.which, std::move(violation.what));
  }
  for (const SeenAccount& each : seen) {
    check_late(each);
  }
}

void Ledger::judge_end() {
  judge_now();
  for (const SeenAccount& seen : see_fakes(site_->fakes)) {
    if (lives_.contains(seen.user_name)) {
      object(Invariant::orphan, seen.user_name + " is still there at the end of the month");
    }
  }
  for (const GrantWithAccounts& record : must(all_records(site_->disk))) {
    for (const Account& account : record.accounts) {
      if (account.state != AccountState::gone) {
        object(Invariant::overdue,
               fmt::format(
                   "{} is still {} at the end of the month ({}), after {} attempts, next at {}: {}",
                   account.user_name.str(), to_string(account.state), format_utc(vault_time()),
                   account.attempts, format_utc(account.next_at.value_or(Timestamp())),
                   account.last_error));
      }
    }
  }
}

void Ledger::object(Invariant which, std::string what) {
  violations_.push_back({which, std::move(what)});
  site_->tell(to_string(violations_.back()));
}

}  // namespace stagepass::proof
