#include "simulation/people.hpp"

#include "simulation/quiet_progress.hpp"

#include <stagepass/service/reissue_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <support/results.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using tests::must;

constexpr Timeout kPatience = std::chrono::seconds(1);

}  // namespace

Promise& People::grant(Fate& fate, std::vector<TargetName> targets, Ttl ttl, Clocks clocks) {
  service::GrantRequest request{
      .targets = std::move(targets),
      .case_ref = must(CaseRef::parse(fmt::format("MSP-{}", ledger_->promises().size()))),
      .recipient = must(RecipientName::parse("ana")),
      .end = ttl,
      .public_key = std::nullopt};
  if (clocks.retrieve_within) {
    request.retrieve_by = *clocks.retrieve_within;
  }
  request.work_time = clocks.work_time;
  Promise& promise = ledger_->plan(request.case_ref, ttl, clocks);
  {
    Process process(*site_, fate);
    QuietProgress progress;
    const auto made = service::GrantService(process.workspace()).grant(request, progress);
    promise.is_promised = made.has_value() && !process.is_dead();
  }
  ledger_->look_again(promise, Ledger::NewEnd::yes);
  ledger_->judge_now();
  return promise;
}

/// Nobody is on his way who may come between.
bool People::is_quiet() const {
  return std::all_of(site_->processes.begin(), site_->processes.end(),
                     [](const Process* process) { return process->is_waiting(); });
}

/// Returns whose passwords were seen.
std::vector<std::string> People::log_in(const service::ShownGrant& shown) {
  std::vector<std::string> users;
  for (const service::ShownCredential& each : shown.credentials) {
    users.push_back(each.user_name.str());
    const Life& life = ledger_->lives().at(users.back());
    auto session = tests::FakeDriver(site_->fakes.world(life.target))
                       .open_session(life.ref, *each.password, kPatience);
    if (session) {
      sessions_.push_back(*std::move(session));
    }
  }
  return users;
}

void People::retrieve(Fate& fate, Promise& promise, Terminal terminal) {
  if (promise.id) {
    try_to_retrieve(fate, promise, terminal);
    // By its clocks it may end at another time now.
    ledger_->look_again(promise, Ledger::NewEnd::yes);
    ledger_->judge_now();
  }
}

void People::try_to_retrieve(Fate& fate, Promise& promise, Terminal terminal) {
  const bool must_work =
      is_quiet() && terminal == Terminal::works && ledger_->must_be_retrievable(promise);
  const bool was_shown = ledger_->was_shown(promise);
  Process process(*site_, fate);
  std::vector<std::string> users;
  const auto show = [&](const service::ShownGrant& shown) -> Result<void> {
    if (process.is_dead() || terminal == Terminal::breaks) {
      return fail(Errc::aborted, "nobody could read it");
    }
    ledger_->note_shown(shown, promise);
    users = log_in(shown);
    return {};
  };
  const auto done =
      service::GrantService(process.workspace()).retrieve(*promise.id, std::nullopt, show);
  if (done) {
    return ledger_->note_retrieved(users);
  }
  if (process.was_struck()) {
    promise.claimed_at = ledger_->vault_time();
    return;
  }
  // Whoever was struck while he confirmed may have been recorded as the one who saw it.
  const bool was_seen = was_shown && done.error().code == Errc::already_retrieved;
  if (must_work && !was_seen) {
    ledger_->object(Invariant::lost, fmt::format("grant {} could not be retrieved: {}",
                                                 promise.id->str(), done.error().message));
  }
}

void People::extend(Fate& fate, Promise& promise, Ttl ttl) {
  if (!promise.id) {
    return;
  }
  promise.ttl = ttl;
  promise.is_extended = true;
  promise.asked_at = ledger_->vault_time();
  {
    Process process(*site_, fate);
    QuietProgress progress;
    // What became of it is read from the records.
    static_cast<void>(
        service::GrantService(process.workspace()).extend(*promise.id, ttl, progress));
  }
  ledger_->look_again(promise, Ledger::NewEnd::yes);
  ledger_->judge_now();
}

void People::reissue(Fate& fate, Promise& promise) {
  if (!promise.id || !promise.is_complete || !is_quiet()) {
    return;
  }
  const GrantWithAccounts before = must(site_->disk.grant(*promise.id));
  const bool is_open =
      std::all_of(before.accounts.begin(), before.accounts.end(),
                  [](const Account& account) { return account.state == AccountState::active; });
  if (!is_open) {
    return;
  }
  promise.started = site_->machine.true_now();
  promise.is_being_reissued = true;
  for (const Account& account : before.accounts) {
    site_->reissued.insert(account.user_name.str());
  }
  bool worked = false;
  {
    Process process(*site_, fate);
    QuietProgress progress;
    const auto made = service::ReissueService(process.workspace()).reissue({*promise.id}, progress);
    worked = made.has_value() && !process.is_dead();
  }
  ledger_->note_reissue(promise, before, worked);
  ledger_->look_again(promise, Ledger::NewEnd::yes);
  ledger_->judge_now();
}

void People::end(Fate& fate, Promise& promise, EndReason reason) {
  if (!promise.id) {
    return;
  }
  promise.is_ended = true;
  {
    Process process(*site_, fate);
    QuietProgress progress;
    // What is left is for purge.
    static_cast<void>(
        service::GrantService(process.workspace()).end({.id = *promise.id}, reason, progress));
  }
  ledger_->look_again(promise, Ledger::NewEnd::no);
  ledger_->judge_now();
}

}  // namespace stagepass::proof
