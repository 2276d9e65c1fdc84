#include "purge_race.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <thread>
#include <utility>

namespace stagepass::proof {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPurges = 6;
constexpr std::size_t kWatches = 4;
constexpr std::size_t kMostLooks = 600;
constexpr Timeout kBetweenLooks = std::chrono::milliseconds(100);
constexpr int kPending = 10;

void make_accounts(CrowdStage& stage, std::size_t count, std::vector<std::string>& wrong) {
  for (std::size_t i = 0; i < count; ++i) {
    const Run made = stage.run(
        {"grant", CrowdStage::targets()[i % 2], "--case", "MSP-1", "--to", "ana", "--for", "1h"});
    if (made.exit_status != 0) {
      wrong.push_back("a grant could not be made: " + made.standard_error);
    }
  }
}

void purge_until_nothing_is_due(CrowdStage& stage, std::vector<std::string>& wrong) {
  for (std::size_t looks = 0; looks < kMostLooks; ++looks) {
    const Run purge = stage.run({"purge"});
    if (purge.exit_status == 0) {
      return;
    }
    if (purge.exit_status != kPending) {
      wrong.push_back(
          fmt::format("purge ended with {}: {}", purge.exit_status, purge.standard_error));
      return;
    }
    std::this_thread::sleep_for(kBetweenLooks);  // what is left is in the hands of others
  }
  wrong.emplace_back("accounts stay overdue");
}

void check_calls(const CrowdStage& stage, std::size_t accounts, std::vector<std::string>& wrong) {
  std::map<std::string, std::size_t> times;
  std::size_t deleted = 0;
  for (const std::string& target : CrowdStage::targets()) {
    for (const std::string& call : stage.calls(target)) {
      deleted += call.starts_with("delete ") ? 1 : 0;
      // Once before the end and once more as a part of the proof.
      const std::size_t most = call.starts_with("probe ") ? 2 : 1;
      if (++times[call] == most + 1 && call != "check") {
        wrong.push_back("done twice: " + call);
      }
    }
  }
  if (deleted != accounts) {
    wrong.push_back(fmt::format("{} of {} accounts were deleted", deleted, accounts));
  }
}

}  // namespace

std::vector<std::string> race_to_purge(const Programs& programs, std::size_t accounts) {
  std::vector<std::string> wrong;
  CrowdStage stage(programs);
  make_accounts(stage, accounts, wrong);
  stage.set_clock(stage.clock() + std::chrono::hours(1));
  {
    const RunningClock clock(stage);
    std::vector<std::unique_ptr<RunningCommand>> watches;
    watches.reserve(kWatches);
    for (std::size_t i = 0; i < kWatches; ++i) {
      watches.push_back(stage.start({"watch"}));
    }
    std::vector<std::vector<std::string>> seen(kPurges);
    {
      std::vector<std::jthread> purges;
      purges.reserve(kPurges);
      for (std::vector<std::string>& mine : seen) {
        purges.emplace_back([&stage, &mine] { purge_until_nothing_is_due(stage, mine); });
      }
    }
    for (const std::vector<std::string>& mine : seen) {
      wrong.insert(wrong.end(), mine.begin(), mine.end());
    }
  }
  check_calls(stage, accounts, wrong);
  for (const std::string& account : stage.left_on_targets()) {
    wrong.push_back("still on the target: " + account);
  }
  for (std::string& objection : stage.objections_of_the_oracle()) {
    wrong.push_back(std::move(objection));
  }
  return wrong;
}

}  // namespace stagepass::proof
