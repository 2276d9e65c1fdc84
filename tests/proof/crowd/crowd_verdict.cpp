#include "crowd_verdict.hpp"

#include "crowd_worker.hpp"
#include "linearize.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace stagepass::proof {
namespace {

using Json = nlohmann::json;

bool overlap(const Span& a, const Span& b) {
  return a.begin <= b.end && b.begin <= a.end;
}

bool works_on_the_grant(const Step& step) {
  return step.act != Act::looked_at && step.act != Act::refused_as_over &&
         step.act != Act::refused_as_shown;
}

bool is_end(const Step& step) {
  return step.act == Act::ended_by_person || step.act == Act::ended_by_purge ||
         step.act == Act::proven_gone;
}

bool has_made(const History& history) {
  return std::any_of(history.begin(), history.end(),
                     [](const Step& step) { return step.act == Act::made; });
}

/// From when on a purge may have had its hands on the grant.
Timestamp earliest_due(const History& history) {
  Timestamp earliest = Timestamp::max();
  for (const Step& step : history) {
    if (step.act == Act::made || step.act == Act::moved_end) {
      earliest = std::min(earliest, step.expires_at);
    } else if (is_end(step)) {
      earliest = std::min(earliest, step.clock_before);
    }
  }
  return earliest;
}

bool had_company(const Step& step, const History& history, const History& purges) {
  const auto joins = [&](const Step& other) {
    return &other != &step && other.said != step.said && works_on_the_grant(other) &&
           overlap(other.when, step.when);
  };
  if (std::any_of(history.begin(), history.end(), joins)) {
    return true;
  }
  const Timestamp due = earliest_due(history);
  return std::any_of(purges.begin(), purges.end(), [&](const Step& purge) {
    return purge.clock_after >= due && overlap(purge.when, step.when);
  });
}

std::vector<std::string> objections_to_one(const std::string& grant, const History& history,
                                           const History& purges) {
  std::vector<std::string> objections;
  for (const Step& step : history) {
    if (step.needs_company && !had_company(step, history, purges)) {
      objections.push_back(fmt::format("{}: nobody else was at it, and yet: {}", grant, step.said));
    }
  }
  // Of one that was ended while it was being made nobody learned the id; a case is no grant.
  if (has_made(history)) {
    if (const auto contradiction = find_contradiction(history)) {
      objections.push_back(fmt::format("{}: {}", grant, *contradiction));
    }
  }
  return objections;
}

std::optional<std::string> objection_to(const ShownPassword& shown, const CrowdRecords& records) {
  const auto say = [&](const char* what) {
    return fmt::format("{}: the password shown for {} on {} {}", shown.grant, shown.user,
                       shown.target, what);
  };
  if (shown.found == ShownPassword::Found::other_password) {
    return say("is not the one of the account");
  }
  if (shown.found == ShownPassword::Found::works) {
    return std::nullopt;
  }
  const History& history = records.histories().at(shown.grant);
  const auto may_have_ended = [&](const Step& step) {
    return is_end(step) && overlap(step.when, shown.when);
  };
  const Timestamp due = earliest_due(history);
  const auto may_have_purged = [&](const Step& purge) {
    return purge.clock_after >= due && overlap(purge.when, shown.when);
  };
  const bool explained =
      std::any_of(history.begin(), history.end(), may_have_ended) ||
      std::any_of(records.purges().begin(), records.purges().end(), may_have_purged);
  return explained ? std::nullopt : std::optional(say("did not log in, and nobody had ended it"));
}

/// Both sides of an expiry agree once nobody works on them.
void compare_ends(const CrowdStage& stage, const Json& grants, std::vector<std::string>& wrong) {
  for (const Json& grant : grants) {
    if (!grant.at("ended_at").is_null()) {
      continue;
    }
    for (const Json& account : grant.at("accounts")) {
      const auto there = stage.on_target(account.at("target"), account.at("user"), "ends_at");
      if (there != grant.at("ends_at")) {
        wrong.push_back(
            fmt::format("{} ends at {} here and at {} on {}", grant.at("id").get<std::string>(),
                        grant.at("ends_at").get<std::string>(), there.value_or("no time"),
                        account.at("target").get<std::string>()));
      }
    }
  }
}

/// What the audit log says of those that were ended and are not gone.
void tell_of_open_grants(CrowdStage& stage, std::vector<std::string>& wrong) {
  const Json list = Json::parse(stage.run({"list"}).standard_output);
  for (const Json& grant : list.at("grants")) {
    if (!grant.at("ended_at").is_null()) {
      wrong.push_back(stage.run({"show", grant.at("id")}).standard_output);
    }
  }
}

void must_leave_nothing_overdue(CrowdStage& stage, const char* which,
                                std::vector<std::string>& wrong) {
  const Run purge = stage.run({"purge"});
  const Json report = Json::parse(purge.standard_output);
  if (purge.exit_status != 0 || report.at("overdue").at("accounts") != 0) {
    wrong.push_back(fmt::format("{} left {} accounts overdue, exit {}: {}", which,
                                report.at("overdue").at("accounts").get<int>(), purge.exit_status,
                                purge.standard_error));
    tell_of_open_grants(stage, wrong);
  }
}

void look_at_all(CrowdStage& stage, CrowdRecords& records, std::vector<std::string>& wrong) {
  const Run list = stage.run({"list", "--all"});
  const Json document = Json::parse(list.standard_output);
  for (const Json& grant : document.at("grants")) {
    const auto id = grant.at("id").get<std::string>();
    const Sight sight = sight_of(grant.dump());
    if (!sight.gone || !sight.ended) {
      wrong.push_back(id + " is not gone after the last purge");
    }
    Step gone{.act = Act::ended_by_purge,
              .when = {list.when.begin, list.when.begin},
              .clock_before = list.clock_before,
              .clock_after = list.clock_after,
              .said = "the last purge"};
    records.add(id, gone);
    gone.act = Act::proven_gone;
    records.add(id, gone);
    records.add(id, {.act = Act::looked_at,
                     .when = {list.when.end, list.when.end},
                     .clock_before = list.clock_before,
                     .clock_after = list.clock_after,
                     .said = "the last look",
                     .sight = sight});
  }
}

History with_another(History history, Act act) {
  Step forged = *std::find_if(history.begin(), history.end(),
                              [](const Step& step) { return step.act == Act::shown; });
  forged.act = act;
  // After everything, on a clock that stood still: only the end can refuse it then.
  forged.when.begin = forged.when.end = Moment::max();
  history.push_back(forged);
  return history;
}

}  // namespace

std::vector<std::string> objections_to(const CrowdRecords& records) {
  std::vector<std::string> objections = records.troubles();
  for (const auto& [grant, history] : records.histories()) {
    for (std::string& each : objections_to_one(grant, history, records.purges())) {
      objections.push_back(std::move(each));
    }
  }
  for (const ShownPassword& shown : records.shown()) {
    if (auto objection = objection_to(shown, records)) {
      objections.push_back(*std::move(objection));
    }
  }
  return objections;
}

std::vector<std::string> objections_to_the_end(CrowdStage& stage, CrowdRecords& records) {
  std::vector<std::string> wrong;
  const Run open = stage.run({"list"});
  compare_ends(stage, Json::parse(open.standard_output).at("grants"), wrong);
  // Nobody holds anything any more, so nothing has to wait for a lease to run out.
  must_leave_nothing_overdue(stage, "the purge right after the crowd", wrong);
  for (std::string& objection : stage.objections_of_the_oracle()) {
    wrong.push_back(std::move(objection));
  }
  stage.set_clock(stage.clock() + std::chrono::hours(24));
  must_leave_nothing_overdue(stage, "the last purge", wrong);
  look_at_all(stage, records, wrong);
  for (const std::string& account : stage.left_on_targets()) {
    wrong.push_back("still on the target: " + account);
  }
  for (std::string& objection : stage.objections_of_the_oracle()) {
    wrong.push_back(std::move(objection));
  }
  return wrong;
}

std::size_t forgeries_believed(const CrowdRecords& records) {
  std::size_t believed = 0;
  for (const auto& [grant, history] : records.histories()) {
    const bool was_shown = std::any_of(history.begin(), history.end(),
                                       [](const Step& step) { return step.act == Act::shown; });
    if (!has_made(history) || !was_shown) {
      continue;
    }
    for (const Act act : {Act::shown, Act::moved_end, Act::refused_as_shown}) {
      believed += find_contradiction(with_another(history, act)) ? 0U : 1U;
    }
  }
  return believed;
}

}  // namespace stagepass::proof
