#include "scenario.hpp"

#include "old_vault.hpp"
#include "oracle/installation.hpp"
#include "recovery.hpp"
#include "specialist.hpp"

#include <stagepass/system/sodium_random.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>
#include <random>
#include <stdexcept>

namespace stagepass::proof {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

EarlierCommand grant(Ttl ago, const std::string& targets, const std::string& rest,
                     const std::string& name) {
  return {ago, "grant " + targets + " --to ana@example.net " + rest, name};
}

/// Ended an hour ago, and nobody has looked since.
EarlierCommand due(const std::string& targets, const std::string& name) {
  return grant(hours(2), targets, "--case DUE --for 1h", name);
}

EarlierCommand open(const std::string& targets, const std::string& name) {
  return grant(minutes(5), targets, "--case OPEN --for 8h", name);
}

EarlierCommand has_a_key() {
  return {hours(3), "recipient add ana@example.net $KEY", ""};
}

std::vector<Scenario> making_scenarios() {
  return {
      {.name = "init", .targets = 0, .command = "init", .has_vault = false},
      {.name = "target add",
       .targets = 1,
       .earlier = {open("shop1", "$KEEP")},
       .command = "target add other command program=$FAKE state=state/shop1"},
      {.name = "grant",
       .earlier = {open("shop1", "$KEEP")},
       .command = "grant shop1 --case NEW --to eve@example.net --for 2h"},
      {.name = "grant on three targets",
       .targets = 3,
       .command = "grant shop1 shop2 shop3 --case NEW --to eve@example.net --for 2h"},
      {.name = "grant with a dead target",
       .targets = 2,
       .command = "grant shop1 shop2 --case NEW --to eve@example.net --for 2h",
       .down = {"shop2"}},
      {.name = "grant after an update",
       .earlier = {open("shop1", "$KEEP")},
       .command = "grant shop1 --case NEW --to eve@example.net --for 2h",
       .is_of_first_schema = true},
      {.name = "rehearse", .command = "target rehearse shop1"},
      {.name = "target remove", .targets = 2, .command = "target remove shop2"},
  };
}

std::vector<Scenario> using_scenarios() {
  return {
      {.name = "retrieve",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G"), open("shop1", "$KEEP")},
       .command = "retrieve $G"},
      {.name = "retrieve to a file",
       .earlier = {open("shop1", "$G")},
       .command = "retrieve $G --out credential"},
      {.name = "retrieve before a clock runs out",
       .targets = 2,
       .earlier = {grant(minutes(5), "shop1 shop2",
                         "--case OPEN --for 8h --retrieve-by 4h --work-for 2h", "$G"),
                   open("shop1", "$KEEP")},
       .command = "retrieve $G"},
      {.name = "seal for the specialist",
       .targets = 2,
       .earlier = {has_a_key(), open("shop1 shop2", "$G"), open("shop1", "$KEEP")},
       .command = "handoff $G --unconfirmed --out credential"},
      {.name = "open what was sealed",
       .earlier = {has_a_key(),
                   open("shop1", "$G"),
                   {minutes(4), "handoff $G --unconfirmed --out block", ""}},
       .command = "open block --identity specialist.key --show"},
      {.name = "recipient add",
       .earlier = {open("shop1", "$KEEP")},
       .command = "recipient add ana@example.net $KEY"},
      {.name = "extend",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G"), open("shop2", "$KEEP")},
       .command = "extend $G --for 24h"},
      {.name = "extend with a dead target",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G")},
       .command = "extend $G --for 24h",
       .down = {"shop2"}},
      {.name = "reissue",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G"), open("shop2", "$KEEP")},
       .command = "reissue $G"},
      {.name = "reissue with a dead target",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G")},
       .command = "reissue $G",
       .down = {"shop2"}},
      {.name = "rotate the keys",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G"), open("shop2", "$KEEP")},
       .command = "keys rotate"},
  };
}

std::vector<Scenario> ending_scenarios() {
  return {
      {.name = "finish",
       .earlier = {open("shop1", "$G"), open("shop1", "$KEEP")},
       .command = "finish $G"},
      {.name = "finish on three targets",
       .targets = 3,
       .earlier = {open("shop1 shop2 shop3", "$G")},
       .command = "finish $G"},
      {.name = "revoke all of a case",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G"), open("shop2", "$H"),
                   grant(minutes(4), "shop1", "--case OTHER --for 8h", "$KEEP")},
       .command = "revoke --case OPEN --yes"},
      {.name = "revoke with a dead target",
       .targets = 2,
       .earlier = {open("shop1 shop2", "$G")},
       .command = "revoke $G",
       .down = {"shop1"}},
      {.name = "purge",
       .targets = 2,
       .earlier = {due("shop1 shop2", "$D"), due("shop2", "$E"), open("shop1", "$KEEP")},
       .command = "purge"},
      {.name = "purge of what nobody has retrieved",
       .targets = 2,
       .earlier = {grant(hours(2), "shop1 shop2", "--case DUE --for 8h --retrieve-by 1h", "$D"),
                   open("shop2", "$KEEP")},
       .command = "purge"},
      {.name = "purge with a dead target",
       .targets = 2,
       .earlier = {due("shop1 shop2", "$D"), open("shop2", "$KEEP")},
       .command = "purge",
       .down = {"shop1"}},
      {.name = "purge after an update",
       .earlier = {due("shop1", "$D"), open("shop1", "$KEEP")},
       .command = "purge",
       .is_of_first_schema = true},
      {.name = "purge after a crash",
       .targets = 2,
       .earlier = {grant(hours(2), "shop1", "--case OPEN --for 8h", "$KEEP"),
                   grant(hours(1), "shop1 shop2", "--case LOST --for 8h", "")},
       .command = "purge",
       .leaves_wreck = true},
  };
}

/// Kills the program as soon as the first account came to a target.
class Wreck final : public Watcher {
 public:
  explicit Wreck(std::filesystem::path calls) : calls_(std::move(calls)) {}

  Verdict about_to(const Call& /*call*/) override {
    const bool is_made = content_of(calls_).find("create ") != std::string::npos;
    return {is_made ? Verdict::Kind::kill : Verdict::Kind::go_on};
  }

 private:
  std::filesystem::path calls_;
};

/// What a target holds that is none of our business: a name like ours, and a marker like ours.
void add_foreign_accounts(const std::filesystem::path& state) {
  const auto add = [&](const std::string& user, const std::string& marker) {
    std::ofstream(state / "accounts" / user) << fmt::format(
        R"({{"disabled":false,"ends_at":"2031-01-01T00:00:00Z","marker":"{}","password":"their own password","public_key":""}})",
        marker);
  };
  std::filesystem::create_directories(state / "accounts");
  add("sp0000000000", "somebody's");
  add("sp1111111111", "stagepass/a-1111111111.0000000000000000");
  add("editor", "");
}

/// Before every other earlier command.
constexpr Ttl kLongAgo = hours(48);

class Preparation final {
 public:
  Preparation(const Scenario& scenario, const std::filesystem::path& folder)
      : template_{scenario,
                  Stage(folder),
                  {{"$FAKE", STAGEPASS_PROOF_TARGET}, {"$KEY", specialist_key()}},
                  {}},
        now_(wall_clock()) {}

  Template run() {
    make_folders();
    const Scenario& scenario = template_.scenario;
    if (scenario.has_vault) {
      play({kLongAgo, "init", ""});
      for (int i = 1; i <= scenario.targets; ++i) {
        play({kLongAgo,
              fmt::format("target add shop{0} command program=$FAKE state=state/shop{0}", i), ""});
      }
    }
    for (const EarlierCommand& command : scenario.earlier) {
      const bool is_last = &command == &scenario.earlier.back();
      is_last&& scenario.leaves_wreck ? wreck(command) : play(command);
    }
    for (const std::string& target : scenario.down) {
      std::ofstream(template_.stage.state(target) / "down");
    }
    if (scenario.has_vault) {
      note_foreign_accounts();
    }
    if (scenario.is_of_first_schema) {
      return_to_first_version(template_.stage.database(), template_.stage.key_file());
    }
    return std::move(template_);
  }

 private:
  void note_foreign_accounts() {
    const Stage& stage = template_.stage;
    system::SodiumRandom random;
    const auto installation = open_installation(stage.database(), stage.key_file(), random);
    if (!installation) {
      throw std::runtime_error(installation.error().message);
    }
    template_.foreign = foreign_accounts(installation->vault, seen_on(stage));
  }

  void make_folders() const {
    const Stage& stage = template_.stage;
    std::filesystem::create_directories(stage.folder() / "state");
    write_specialist_identity(stage.folder() / "specialist.key");
    for (int i = 1; i <= template_.scenario.targets; ++i) {
      add_foreign_accounts(stage.state(fmt::format("shop{}", i)));
    }
  }

  void play(const EarlierCommand& command) {
    const ProgramEnd end = proof::run(program(command));
    if (end.exit_status != 0) {
      throw std::runtime_error(
          fmt::format("{}: {}: {}", template_.scenario.name, command.line, end.standard_error));
    }
    const auto printed = words_of(end.standard_output);
    if (!command.name.empty()) {
      template_.names[command.name] = printed.at(0);
    }
  }

  void wreck(const EarlierCommand& command) {
    Wreck wreck(template_.stage.state("shop1") / "calls");
    std::filesystem::remove(template_.stage.state("shop1") / "calls");
    if (!supervise(program(command), CallSet::changes, wreck).was_killed) {
      throw std::runtime_error("the command was not struck: " + command.line);
    }
  }

  [[nodiscard]] Program program(const EarlierCommand& command) const {
    return template_.stage.at(now_ - command.ago, with_names(command.line));
  }

  [[nodiscard]] std::vector<std::string> with_names(const std::string& line) const;

  Template template_;
  Timestamp now_;
};

std::vector<std::string> replace_names(const std::string& line,
                                       const std::map<std::string, std::string>& names) {
  std::vector<std::string> words = words_of(line);
  for (std::string& word : words) {
    const auto at = word.find('$');
    if (at != std::string::npos) {
      word = word.substr(0, at) + names.at(word.substr(at));
    }
  }
  return words;
}

std::vector<std::string> Preparation::with_names(const std::string& line) const {
  return replace_names(line, template_.names);
}

}  // namespace

std::vector<std::string> Template::command() const {
  return replace_names(scenario.command, names);
}

Template prepare(const Scenario& scenario, const std::filesystem::path& folder) {
  return Preparation(scenario, folder).run();
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all = making_scenarios();
  for (const auto& more : {using_scenarios(), ending_scenarios()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

Scenario random_scenario(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&](int most) {
    return static_cast<int>(random() % (static_cast<std::uint64_t>(most) + 1));
  };
  Scenario scenario;
  scenario.targets = 1 + pick(2);
  const auto some_targets = [&] {
    std::string names;
    for (int i = 1; i <= scenario.targets; ++i) {
      names +=
          pick(1) == 1 || (i == scenario.targets && names.empty()) ? fmt::format(" shop{}", i) : "";
    }
    return names.substr(1);
  };
  for (int i = pick(2); i > 0; --i) {
    scenario.earlier.push_back(due(some_targets(), fmt::format("$D{}", i)));
  }
  for (int i = pick(2); i > 0; --i) {
    scenario.earlier.push_back(grant(minutes(30 + i), some_targets(),
                                     fmt::format("--case KEEP --for {}h", 3 + pick(40)),
                                     fmt::format("$KEEP{}", i)));
  }
  scenario.earlier.push_back(open(some_targets(), "$G"));
  const std::array<std::string, 7> commands = {
      "purge",
      "finish $G",
      "revoke --case OPEN --yes",
      "extend $G --for 20h",
      "retrieve $G",
      "grant " + some_targets() + " --case NEW --to eve@example.net --for 90m",
      "purge"};
  scenario.command = commands.at(static_cast<std::size_t>(pick(6)));
  if (pick(3) == 0) {
    scenario.down.insert(fmt::format("shop{}", 1 + pick(scenario.targets - 1)));
  }
  scenario.name = fmt::format("random {}: {}", seed, scenario.command);
  return scenario;
}

}  // namespace stagepass::proof
