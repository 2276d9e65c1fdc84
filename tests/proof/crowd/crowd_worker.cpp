#include "crowd_worker.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <support/results.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

using Json = nlohmann::json;
using tests::must;

// Exit statuses that this crowd may see.
constexpr int kDone = 0;
constexpr int kNotFound = 5;
constexpr int kOver = 6;
constexpr int kAlreadyShown = 7;
constexpr int kPending = 10;
constexpr int kConflict = 16;

constexpr std::uint64_t kCases = 3;
/// Of every so many grants one is fought over by everybody.
constexpr std::size_t kHotDistance = 8;
constexpr std::size_t kRecent = 40;

Timestamp time_in(const Json& object, const char* key) {
  return must(parse_rfc3339(object.at(key).get<std::string>()));
}

Sight sight_of(const Json& grant) {
  const Json& accounts = grant.at("accounts");
  const auto all = [&](auto&& holds) {
    return std::all_of(accounts.begin(), accounts.end(), holds);
  };
  return {.ended = !grant.at("ended_at").is_null(),
          .gone = all([](const Json& each) { return each.at("state") == "gone"; }),
          .retrieved = all([](const Json& each) { return !each.at("retrieved_at").is_null(); }),
          .claimed = all([](const Json& each) { return !each.at("claimed_at").is_null(); }),
          .expires_at = time_in(grant, "ends_at")};
}

}  // namespace

Sight sight_of(const std::string& grant_json) {
  return sight_of(Json::parse(grant_json));
}

void CrowdWorker::work(std::size_t operations) {
  using Operation = void (CrowdWorker::*)();
  struct Share {
    std::uint64_t percent;
    Operation operation;
  };
  constexpr std::array kShares = {
      Share{20, &CrowdWorker::make_grant}, Share{24, &CrowdWorker::retrieve},
      Share{16, &CrowdWorker::extend},     Share{14, &CrowdWorker::end_one},
      Share{2, &CrowdWorker::end_case},    Share{7, &CrowdWorker::purge},
      Share{5, &CrowdWorker::list},        Share{12, &CrowdWorker::show}};
  for (std::size_t done = 0; done < operations; ++done) {
    std::uint64_t drawn = below(100);
    const auto* share = kShares.begin();
    for (; drawn >= share->percent; ++share) {
      drawn -= share->percent;
    }
    const bool has_grants = records_.grant_count() > 0;
    (this->*(has_grants ? share->operation : &CrowdWorker::make_grant))();
  }
}

std::uint64_t CrowdWorker::below(std::uint64_t limit) {
  return random_() % limit;
}

KnownGrant CrowdWorker::any_grant() {
  const std::size_t count = records_.grant_count();
  const std::size_t newest = count - 1;
  if (below(2) == 0) {
    return records_.grant(newest - newest % kHotDistance);
  }
  return records_.grant(newest - below(std::min(count, kRecent)));
}

Run CrowdWorker::run(const std::vector<std::string>& words) {
  Run ran = stage_.run(words);
  said_ = fmt::format("worker {}: {} -> {}", number_, fmt::join(words, " "), ran.exit_status);
  records_.count(fmt::format("{} {}", words.front(), ran.exit_status));
  for (const char* word : {"locked", "busy", "another process is writing"}) {
    if (ran.standard_error.find(word) != std::string::npos) {
      records_.add_trouble(fmt::format("{}: {}", said_, ran.standard_error));
    }
  }
  return ran;
}

void CrowdWorker::must_be(const Run& ran, std::initializer_list<int> allowed) {
  if (std::find(allowed.begin(), allowed.end(), ran.exit_status) == allowed.end()) {
    records_.add_trouble(fmt::format("{}: {}", said_, ran.standard_error));
  }
}

Step CrowdWorker::step(Act act, const Run& ran) const {
  return {.act = act,
          .when = ran.when,
          .clock_before = ran.clock_before,
          .clock_after = ran.clock_after,
          .said = said_};
}

void CrowdWorker::add(const std::string& grant, Act act, const Run& ran) {
  records_.add(grant, step(act, ran));
}

void CrowdWorker::add_conflict(const std::string& grant, const Run& ran) {
  Step conflict = step(Act::met_conflict, ran);
  conflict.said += ": " + ran.standard_error;
  conflict.needs_company = true;
  records_.add(grant, std::move(conflict));
}

void CrowdWorker::make_grant() {
  const std::string case_ref = fmt::format("MSP-{}", below(kCases));
  const std::uint64_t choice = below(3);
  std::vector<std::string> words = {"grant"};
  for (std::size_t i = 0; i < CrowdStage::targets().size(); ++i) {
    if (choice == i || choice == 2) {
      words.push_back(CrowdStage::targets()[i]);
    }
  }
  const std::size_t accounts = words.size() - 1;
  const std::string minutes = fmt::format("{}m", 2 + below(6));
  words.insert(words.end(), {"--case", case_ref, "--to", "ana", "--for", minutes});
  const Run ran = run(words);
  must_be(ran, {kDone, kConflict});
  if (ran.exit_status == kConflict) {
    add_conflict(case_ref, ran);
  }
  if (ran.exit_status == kDone) {
    const Json grant = Json::parse(ran.standard_output).at("grant");
    Step made = step(Act::made, ran);
    made.expires_at = time_in(grant, "ends_at");
    const auto id = grant.at("id").get<std::string>();
    records_.add(id, std::move(made));
    records_.add_grant({id, case_ref, accounts});
  }
}

void CrowdWorker::retrieve() {
  const KnownGrant grant = any_grant();
  const Run ran = run({"retrieve", grant.id});
  must_be(ran, {kDone, kOver, kAlreadyShown, kConflict});
  if (!ran.standard_output.empty()) {
    note_shown(grant.id, ran);
  } else if (ran.exit_status == kOver) {
    add(grant.id, Act::refused_as_over, ran);
  } else if (ran.exit_status == kAlreadyShown) {
    add(grant.id, Act::refused_as_shown, ran);
  } else if (ran.exit_status == kConflict) {
    add_conflict(grant.id, ran);
  } else if (ran.exit_status == kDone) {
    records_.add_trouble(said_ + ": succeeded and showed nothing");
  }
}

void CrowdWorker::note_shown(const std::string& grant, const Run& ran) {
  const bool was_cut_off = ran.standard_error.find("was cut off") != std::string::npos;
  Step shown = step(was_cut_off ? Act::shown_after_interruption : Act::shown, ran);
  shown.needs_company = was_cut_off || ran.exit_status != kDone;
  records_.add(grant, std::move(shown));
  if (ran.exit_status != kDone) {
    records_.count("retrieve shown but not recorded");
  }
  const Json document = Json::parse(ran.standard_output);
  for (const Json& account : document.at("accounts")) {
    using Found = ShownPassword::Found;
    ShownPassword password{grant, account.at("target"), account.at("user"), ran.when, Found::works};
    const auto there = stage_.on_target(password.target, password.user, "password");
    const auto disabled = stage_.on_target(password.target, password.user, "disabled");
    if (!there || disabled != "false") {
      password.found = Found::no_login;
    } else if (*there != account.at("password")) {
      password.found = Found::other_password;
    }
    password.when.end = std::chrono::steady_clock::now();
    records_.add_shown(std::move(password));
  }
}

void CrowdWorker::extend() {
  const KnownGrant grant = any_grant();
  const Timestamp end = stage_.clock() + std::chrono::seconds(180 + below(400));
  const Run ran = run({"extend", grant.id, "--until", format_utc(end)});
  must_be(ran, {kDone, kOver, kConflict});
  if (ran.exit_status == kDone) {
    Step moved = step(Act::moved_end, ran);
    moved.expires_at = end;
    records_.add(grant.id, std::move(moved));
  } else if (ran.exit_status == kOver) {
    add(grant.id, Act::refused_as_over, ran);
  } else if (ran.exit_status == kConflict) {
    add_conflict(grant.id, ran);
  }
}

void CrowdWorker::end_one() {
  const KnownGrant grant = any_grant();
  const Run ran = run({below(3) == 0 ? "revoke" : "finish", grant.id});
  must_be(ran, {kDone, kPending, kConflict});
  add_end_of(grant, ran);
}

void CrowdWorker::add_end_of(const KnownGrant& grant, const Run& ran) {
  Step ended = step(Act::ended_by_person, ran);
  ended.needs_company = ran.exit_status != kDone;
  ended.effect = ran.exit_status == kConflict ? Effect::possible : Effect::certain;
  if (ended.needs_company) {
    ended.said += ": " + ran.standard_error;
  }
  records_.add(grant.id, std::move(ended));
  Step gone = step(Act::proven_gone, ran);
  gone.effect = ran.exit_status == kDone ? Effect::certain : Effect::possible;
  records_.add(grant.id, std::move(gone));
}

void CrowdWorker::end_case() {
  const std::string case_ref = fmt::format("MSP-{}", below(kCases));
  const Run ran = run({"revoke", "--case", case_ref, "--yes"});
  must_be(ran, {kDone, kNotFound, kPending, kConflict});
  add(case_ref, Act::ended_by_person, ran);
  if (ran.exit_status == kConflict) {  // it does not say in a form for programs which grant it was
    for (std::size_t i = 0; i < records_.grant_count(); ++i) {
      if (const KnownGrant grant = records_.grant(i); grant.case_ref == case_ref) {
        Step perhaps = step(Act::ended_by_person, ran);
        perhaps.effect = Effect::possible;
        records_.add(grant.id, std::move(perhaps));
      }
    }
  }
  note_ended(ran, Act::ended_by_person);
}

/// Of finish, revoke and purge alike: the accounts they worked on.
void CrowdWorker::note_ended(const Run& ran, Act act) {
  if (ran.standard_output.empty()) {
    return;
  }
  const Json document = Json::parse(ran.standard_output);
  std::map<std::string, std::size_t> gone;
  std::set<std::string> ended;
  const Json named = document.value("grants", Json::array());
  for (const Json& id : named) {
    ended.insert(id.get<std::string>());
  }
  for (const Json& account : document.at("accounts")) {
    const auto grant = account.at("grant").get<std::string>();
    ended.insert(grant);
    gone[grant] += account.at("state") == "gone" ? 1 : 0;
  }
  for (const std::string& grant : ended) {
    add(grant, act, ran);
    if (gone[grant] > 0) {
      Step proven = step(Act::proven_gone, ran);
      const bool is_all = records_.accounts_of(grant) == gone[grant];
      proven.effect = is_all ? Effect::certain : Effect::possible;
      records_.add(grant, std::move(proven));
    }
  }
}

void CrowdWorker::purge() {
  // As often as it can: whoever grants, retrieves or ends beside it notices nothing.
  const Run ran = run({"purge", "--rotate-every", "1s"});
  must_be(ran, {kDone, kPending});
  records_.add_purge(step(Act::ended_by_purge, ran));
  note_ended(ran, Act::ended_by_purge);
  const Json report = Json::parse(ran.standard_output);
  for (const Json& account : report.at("accounts")) {
    if (!account.at("error").is_null()) {
      records_.add_trouble(fmt::format("{}: {}", said_, account.dump()));
    }
  }
}

void CrowdWorker::list() {
  const Run ran = run({"list"});
  must_be(ran, {kDone, kPending});
  const Json document = Json::parse(ran.standard_output);
  for (const Json& grant : document.at("grants")) {
    Step seen = step(Act::looked_at, ran);
    seen.sight = sight_of(grant);
    records_.add(grant.at("id"), std::move(seen));
  }
}

void CrowdWorker::show() {
  const KnownGrant grant = any_grant();
  const Run ran = run({"show", grant.id});
  must_be(ran, {kDone});
  if (ran.exit_status == kDone) {
    Step seen = step(Act::looked_at, ran);
    seen.sight = sight_of(Json::parse(ran.standard_output).at("grant"));
    records_.add(grant.id, std::move(seen));
  }
}

}  // namespace stagepass::proof
