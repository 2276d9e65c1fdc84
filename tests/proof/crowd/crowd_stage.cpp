#include "crowd_stage.hpp"

#include "oracle/database.hpp"
#include "oracle/installation.hpp"
#include "oracle/seen.hpp"

#include <stagepass/system/sodium_random.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <support/content.hpp>
#include <support/results.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;
using tests::must;

constexpr Timestamp kStart{std::chrono::seconds(1'900'000'000)};
constexpr Timeout kLongestRun = std::chrono::minutes(5);
constexpr std::size_t kLongestOutput = 256UL * 1024 * 1024;
constexpr const char* kForeignPrefix = "other";
constexpr int kForeignAccounts = 3;
constexpr std::chrono::milliseconds kTick(50);

fs::path scratch() {
  return fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
}

bool is_foreign(const fs::path& account) {
  return account.filename().string().starts_with(kForeignPrefix);
}

}  // namespace

CrowdStage::CrowdStage(Programs programs)
    : folder_(scratch()),
      programs_(std::move(programs)),
      clock_in_force_(kStart),
      clock_announced_(kStart) {
  set_clock(kStart);
  const fs::path program = folder_.path() / "target";
  fs::copy_file(programs_.fake_target, program);
  must_run({"init"});
  for (const std::string& target : targets()) {
    fs::create_directories(state(target) / "accounts");
    for (int i = 1; i <= kForeignAccounts; ++i) {
      std::ofstream(state(target) / "accounts" / fmt::format("{}{}", kForeignPrefix, i))
          << R"({"marker":"somebody else","password":"theirs","disabled":false})";
    }
    must_run({"target", "add", target, "command", "program=" + program.string(),
              "state=" + state(target).string()});
  }
  system::SodiumRandom random;
  const Installation installation = must(
      open_installation(folder_.path() / "vault" / "vault.db", folder_.path() / "key", random));
  foreign_at_start_ = foreign_accounts(installation.vault, seen());
}

const std::vector<std::string>& CrowdStage::targets() {
  static const std::vector<std::string> names = {"files", "shop"};
  return names;
}

fs::path CrowdStage::state(const std::string& target) const {
  return folder_.path() / ("state-" + target);
}

Command CrowdStage::command(const std::vector<std::string>& words) const {
  Command command;
  command.argv = {programs_.stagepass.string(), "--json", "--no-input"};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.environment = {{"STAGEPASS_HOME", folder_.path() / "vault"},
                         {"STAGEPASS_KEY_FILE", folder_.path() / "key"},
                         {"STAGEPASS_TEST_CLOCK", folder_.path() / "clock"}};
  command.timeout = kLongestRun;
  command.output_limit = kLongestOutput;
  return command;
}

Run CrowdStage::run(const std::vector<std::string>& words) {
  Run run;
  run.clock_before = clock_in_force_.load();
  run.when.begin = std::chrono::steady_clock::now();
  CommandOutput output = must(process_.run(command(words)));
  run.when.end = std::chrono::steady_clock::now();
  run.clock_after = clock_announced_.load();
  run.exit_status = output.exit_status;
  run.standard_output = std::move(output.standard_output);
  run.standard_error = std::move(output.standard_error);
  return run;
}

void CrowdStage::must_run(const std::vector<std::string>& words) {
  const Run ran = run(words);
  if (ran.exit_status != 0) {
    throw std::runtime_error(fmt::format("{} failed: {}", words.front(), ran.standard_error));
  }
}

std::unique_ptr<RunningCommand> CrowdStage::start(const std::vector<std::string>& words) {
  return must(process_.start(command(words)));
}

void CrowdStage::set_clock(Timestamp to) {
  clock_announced_ = to;
  const fs::path draft = folder_.path() / "clock.new";
  std::ofstream(draft) << format_utc(to) << '\n';
  fs::rename(draft, folder_.path() / "clock");
  clock_in_force_ = to;
}

std::optional<std::string> CrowdStage::on_target(const std::string& target, const std::string& user,
                                                 const std::string& member) const {
  const std::string content = tests::content_of(state(target) / "accounts" / user);
  if (content.empty()) {
    return std::nullopt;
  }
  const auto account = nlohmann::json::parse(content);
  return account.at(member).is_string() ? account.at(member).get<std::string>()
                                        : account.at(member).dump();
}

std::vector<std::string> CrowdStage::left_on_targets() const {
  std::vector<std::string> left;
  for (const std::string& target : targets()) {
    for (const auto& entry : fs::directory_iterator(state(target) / "accounts")) {
      if (!is_foreign(entry.path())) {
        left.push_back(fmt::format("{} on {}", entry.path().filename().string(), target));
      }
    }
  }
  return left;
}

std::vector<std::string> CrowdStage::objections_of_the_oracle() const {
  const fs::path database = folder_.path() / "vault" / "vault.db";
  system::SodiumRandom random;
  Installation installation = must(open_installation(database, folder_.path() / "key", random));
  std::vector<Violation> violations = judge({.seen = seen(),
                                             .store = *installation.store,
                                             .vault = installation.vault,
                                             .now = clock(),
                                             .bound = Ttl::zero(),
                                             .foreign_before = foreign_at_start_});
  for (Violation& damage : check_database(database)) {
    violations.push_back(std::move(damage));
  }
  std::vector<std::string> objections;
  objections.reserve(violations.size());
  for (const Violation& violation : violations) {
    objections.push_back(to_string(violation));
  }
  return objections;
}

Seen CrowdStage::seen() const {
  Seen all;
  for (const std::string& target : targets()) {
    for (SeenAccount& account : must(see_state_folder(target, state(target)))) {
      all.push_back(std::move(account));
    }
  }
  return all;
}

std::vector<std::string> CrowdStage::calls(const std::string& target) const {
  std::ifstream in(state(target) / "calls");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

void CrowdStage::set_knob(const std::string& knob) const {
  for (const std::string& target : targets()) {
    std::ofstream(state(target) / knob) << '\n';
  }
}

RunningClock::RunningClock(CrowdStage& stage)
    : hand_([&stage](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        while (!never.wait_for(lock, stop, kTick, [] { return false; }) && !stop.stop_requested()) {
          stage.set_clock(stage.clock() + std::chrono::seconds(1));
        }
      }) {}

}  // namespace stagepass::proof
