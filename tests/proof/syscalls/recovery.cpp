#include "recovery.hpp"

#include "oracle/database.hpp"
#include "oracle/installation.hpp"
#include "oracle/leaks.hpp"
#include "specialist.hpp"

#include <stagepass/system/sodium_random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

/// Longer than the lease of a worker and the time to make an account.
constexpr Ttl kEveryLease = std::chrono::minutes(11);
/// Longer than the longest pause between two attempts.
constexpr Ttl kEveryPause = std::chrono::minutes(23);
constexpr int kMostPurges = 6;

system::SodiumRandom& randomness() {
  static system::SodiumRandom random;
  return random;
}

Result<Installation> installation_of(const Stage& stage) {
  return open_installation(stage.database(), stage.key_file(), randomness());
}

std::string end_of(const ProgramEnd& end) {
  return fmt::format("exit {}: {}", end.exit_status, end.standard_error);
}

bool all_are(const GrantWithAccounts& grant, AccountState state) {
  return std::all_of(grant.accounts.begin(), grant.accounts.end(),
                     [&](const Account& account) { return account.state == state; });
}

bool keeps_promise(const std::string& command, const GrantWithAccounts& grant, Timestamp at) {
  if (command == "finish" || command == "revoke") {
    return all_are(grant, AccountState::gone);
  }
  const bool is_moved = grant.grant.expires_at > at + std::chrono::hours(10);
  const bool is_retrieved = grant.accounts.front().retrieval.retrieved_at.has_value();
  const bool shows = command == "retrieve" || command == "handoff";
  return all_are(grant, AccountState::active) && (command != "extend" || is_moved) &&
         (!shows || is_retrieved);
}

}  // namespace

Seen seen_on(const Stage& stage) {
  Seen all;
  for (const std::string& target : stage.targets()) {
    auto seen = see_state_folder(target, stage.state(target));
    if (!seen) {
      throw std::runtime_error(seen.error().message);
    }
    std::move(seen->begin(), seen->end(), std::back_inserter(all));
  }
  return all;
}

Objections Recovery::judge(const Struck& struck) {
  objections_.clear();
  now_ = struck.at + kEveryLease;
  search_secrets(struck);
  judge_at_once();
  judge_ending(struck);
  bring_targets_back();
  if (!has_vault(struck)) {
    return std::move(objections_);
  }
  purge_until_done();
  judge_records(struck);
  if (objections_.empty()) {
    purge_changes_nothing();
    if (lives_a_life_) {
      live_a_life();
    }
  }
  return std::move(objections_);
}

/// After an init that was cut off a new one makes the vault, once what it names is removed.
bool Recovery::has_vault(const Struck& struck) {
  if (origin_->scenario.has_vault || installation_of(stage_)) {
    return true;
  }
  if (struck.end.exit_status == 0) {
    object(Invariant::lost, "init said there was a vault, and there is none");
    return false;
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    const ProgramEnd again = run("init");
    if (again.exit_status == 0) {
      return true;
    }
    const fs::path& named = fs::exists(stage_.database()) ? stage_.home() : stage_.key_file();
    if (again.standard_error.find(named.string()) == std::string::npos) {
      break;
    }
    fs::remove_all(named);
  }
  object(Invariant::damaged, "no vault can be made any more: " + end_of(run("init")));
  return false;
}

/// A password stands on its target and in what was asked for, and nowhere else.
void Recovery::search_secrets(const Struck& struck) {
  std::vector<fs::path> files;
  for (const fs::path& file : files_below(stage_.folder())) {
    const fs::path folder = file.parent_path().filename();
    const bool may_hold_it =
        folder == "accounts" || folder == "drafts" || file.filename() == "credential";
    if (!may_hold_it) {
      files.push_back(file);
    }
  }
  for (const SeenAccount& account : seen_on(stage_)) {
    if (!account.password || !account.marker.starts_with("stagepass/")) {
      continue;
    }
    for (Violation& leak : find_secret(files, *account.password)) {
      objections_.push_back(std::move(leak));
    }
    if (struck.end.standard_error.find(account.password->reveal_text()) != std::string::npos) {
      object(Invariant::leaked, "a password was printed as a message");
    }
  }
}

/// What a command says is ended is so when it says so, not after another purge.
void Recovery::judge_ending(const Struck& struck) {
  const std::string command = origin_->command().front();
  if (struck.end.exit_status != 0 ||
      (command != "finish" && command != "revoke" && command != "purge")) {
    return;
  }
  auto installation = installation_of(stage_);
  const auto grants = installation ? all_records(*installation->store) : fail(installation.error());
  if (!grants) {
    return object(Invariant::damaged, grants.error().message);
  }
  for (const GrantWithAccounts& grant : *grants) {
    const bool is_meant = command == "purge" ? expected_end(grant) <= struck.at
                                             : grant.grant.id.str() == name_or_nothing("$G");
    if (is_meant && !all_are(grant, AccountState::gone)) {
      object(Invariant::overdue, command + " said it was done, and it was not");
    }
  }
}

/// At no moment is an account without its record, not even until the next purge. Looks at a copy: what
/// the fault has left is for the program to put in order.
void Recovery::judge_at_once() {
  const Stage copy(stage_.folder().string() + ".copy");
  copy_stage(stage_, copy);
  auto installation = installation_of(copy);
  if (!installation) {
    return;
  }
  const Seen seen = seen_on(stage_);
  for (Violation& violation : proof::judge({.seen = seen,
                              .store = *installation->store,
                              .vault = installation->vault,
                              .now = now_,
                              .bound = Ttl::zero(),
                              .unreachable = {},
                              .changed_by_hand = {},
                              .foreign_before = origin_->foreign})) {
    const bool waits_for_purge =
        violation.which == Invariant::overdue || violation.which == Invariant::lost;
    if (!waits_for_purge) {
      objections_.push_back(std::move(violation));
    }
  }
}

void Recovery::bring_targets_back() {
  for (const std::string& target : stage_.targets()) {
    fs::remove(stage_.state(target) / "down");
  }
}

void Recovery::purge_until_done() {
  if (strike_) {
    static_cast<void>(strike_(stage_.at(now_, {"purge"})));
    now_ += kEveryLease;
  }
  ProgramEnd purged;
  for (int attempt = 0; attempt < kMostPurges; ++attempt) {
    purged = run("purge");
    if (purged.exit_status == 0) {
      return;
    }
    now_ += kEveryPause;
  }
  object(Invariant::overdue, "purge does not come to an end: " + end_of(purged));
}

void Recovery::judge_records(const Struck& struck) {
  auto installation = installation_of(stage_);
  if (!installation) {
    return object(Invariant::damaged, "the vault does not open: " + installation.error().message);
  }
  const Seen seen = seen_on(stage_);
  const std::optional<ForeignAccounts> foreign = origin_->foreign;
  for (Violation& violation : proof::judge({.seen = seen,
                              .store = *installation->store,
                              .vault = installation->vault,
                              .now = now_,
                              .bound = Ttl::zero(),
                              .unreachable = {},
                              .changed_by_hand = {},
                              .foreign_before = foreign})) {
    objections_.push_back(std::move(violation));
  }
  for (Violation& violation : check_database(stage_.database())) {
    objections_.push_back(std::move(violation));
  }
  const auto grants = all_records(*installation->store);
  if (!grants) {
    return object(Invariant::damaged, grants.error().message);
  }
  for (const GrantWithAccounts& grant : *grants) {
    judge_grant(grant, struck);
  }
  judge_promise(*grants, struck);
}

/// A grant is whole or it is not: nobody can work with half of it, or knows of the other half.
void Recovery::judge_grant(const GrantWithAccounts& grant, const Struck& struck) {
  if (!all_are(grant, AccountState::active) && !all_are(grant, AccountState::gone)) {
    object(Invariant::overdue,
           fmt::format("grant {} is neither whole nor gone", grant.grant.id.str()));
  }
  for (const auto& [name, id] : origin_->names) {
    if (name.starts_with("$KEEP") && id == grant.grant.id.str() &&
        !all_are(grant, AccountState::active)) {
      object(Invariant::lost, fmt::format("grant {} was ended by nobody", id));
    }
  }
  judge_credentials(grant, struck);
}

/// What counts as shown was shown; what was not can still be had.
void Recovery::judge_credentials(const GrantWithAccounts& grant, const Struck& struck) {
  if (!all_are(grant, AccountState::active)) {
    return;
  }
  const std::string shown = struck.end.standard_output +
                            as_specialist_reads(content_of(stage_.folder() / "credential")) +
                            as_specialist_reads(content_of(stage_.folder() / "block"));
  const Seen seen = seen_on(stage_);
  for (const Account& account : grant.accounts) {
    const auto found = std::find_if(seen.begin(), seen.end(), [&](const SeenAccount& each) {
      return each.target == account.target.str() && each.user_name == account.user_name.str();
    });
    if (account.retrieval.retrieved_at && found != seen.end() && found->password &&
        shown.find(found->password->reveal_text()) == std::string::npos) {
      object(Invariant::lost, fmt::format("the credential of {} counts as shown and was not",
                                          account.user_name.str()));
    }
  }
}

/// A command that says it has done its work has done it.
void Recovery::judge_promise(const std::vector<GrantWithAccounts>& grants, const Struck& struck) {
  const std::string command = origin_->command().front();
  const std::string id = command == "grant" ? struck.end.standard_output : name_or_nothing("$G");
  const auto found = std::find_if(grants.begin(), grants.end(), [&](const auto& each) {
    return words_of(id) == std::vector{each.grant.id.str()};
  });
  const bool is_about_a_grant = command == "grant" || command == "finish" || command == "revoke" ||
                                command == "extend" || command == "retrieve" ||
                                command == "handoff";
  if (struck.end.exit_status != 0 || !is_about_a_grant) {
    return;
  }
  const bool is_kept = found != grants.end() && keeps_promise(command, *found, struck.at);
  if (!is_kept) {
    object(Invariant::lost, command + " said it was done, and it was not");
  }
}

std::string Recovery::name_or_nothing(const std::string& name) const {
  const auto found = origin_->names.find(name);
  return found == origin_->names.end() ? "" : found->second;
}

void Recovery::purge_changes_nothing() {
  const auto look = [&] {
    auto installation = installation_of(stage_);
    const auto print = installation ? fingerprint(seen_on(stage_), *installation->store)
                                    : fail(installation.error());
    return print ? *print : print.error().message;
  };
  const std::string before = look();
  if (must("purge") && look() != before) {
    object(Invariant::repeated, "a second purge has changed something");
  }
}

/// What was struck works like new.
void Recovery::live_a_life() {
  if (stage_.targets().empty()) {
    must(std::string("target add shop1 command state=state/shop1 program=") +
         STAGEPASS_PROOF_TARGET);
  }
  std::string id;
  std::string credential;
  if (!must("grant shop1 --case LIFE --to zoe@example.net --for 1h", &id) ||
      !must("retrieve " + id, &credential)) {
    return;
  }
  bool lets_in = false;
  for (const SeenAccount& account : seen_on(stage_)) {
    lets_in = lets_in || (account.login_possible && account.password &&
                          credential.find(account.password->reveal_text()) != std::string::npos);
  }
  if (!lets_in) {
    object(Invariant::lost, "a new credential does not log in");
  }
  if (must("finish " + id)) {
    auto installation = installation_of(stage_);
    const auto grant = installation
                           ? installation->store->grant(GrantId::parse(words_of(id).at(0)).value())
                           : fail(installation.error());
    if (!grant || !all_are(*grant, AccountState::gone)) {
      object(Invariant::false_gone, "a new grant was finished and is not gone");
    }
  }
}

ProgramEnd Recovery::run(const std::string& line) {
  return proof::run(stage_.at(now_, words_of(line)));
}

bool Recovery::must(const std::string& line, std::string* printed) {
  const ProgramEnd end = run(line);
  if (end.exit_status != 0) {
    object(Invariant::lost, fmt::format("{} does not work any more: {}", line, end_of(end)));
  }
  if (printed != nullptr) {
    *printed = end.standard_output;
  }
  return end.exit_status == 0;
}

}  // namespace stagepass::proof
