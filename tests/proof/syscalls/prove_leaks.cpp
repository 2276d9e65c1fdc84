// Leak hunt (T19): no secret in anything that the program writes, hands to another program or leaves in its memory,
// whether its work succeeds or a call fails.
#include "campaign.hpp"
#include "leak_watch.hpp"
#include "manners.hpp"
#include "oracle/installation.hpp"

#include <stagepass/system/sodium_random.hpp>
#include <stagepass/vault/key_file.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <iterator>
#include <support/temp_dir.hpp>
#include <utility>
#include <vector>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

constexpr std::array kErrors = {EIO, ENOSPC, EPIPE, EACCES, EINTR};

/// The file key, as its 32 bytes; the text of the key file holds it in base64.
void add_key(SecretSearch& search, const Stage& stage) {
  const auto key = vault::read_key_file(stage.key_file());
  if (key) {
    search.add("the file key", key->bytes);
  }
}

/// The passwords of all records, also of accounts that no target has seen.
void add_recorded(SecretSearch& search, const Stage& stage) {
  system::SodiumRandom random;
  auto installation = open_installation(stage.database(), stage.key_file(), random);
  const auto grants = installation ? all_records(*installation->store) : fail(installation.error());
  if (!grants) {
    return;
  }
  for (const GrantWithAccounts& grant : *grants) {
    for (const Account& account : grant.accounts) {
      if (!account.secret) {
        continue;
      }
      const auto password = installation->vault.open(
          *account.secret, {account.id, account.target, account.user_name, account.expires_at});
      if (password) {
        search.add("a recorded password", *password);
      }
    }
  }
}

/// Where a credential was asked for, where targets keep what they were sent, and the key itself.
bool may_hold_a_secret(const fs::path& file) {
  const std::string folder = file.parent_path().filename().string();
  return folder == "accounts" || folder == "drafts" || folder == "key" ||
         file.filename() == "credential";
}

class LeakJudge final : public CaseJudge {
 public:
  LeakJudge(const std::vector<Template>& templates, std::uint64_t seed, fs::path folder)
      : templates_(&templates), seed_(seed), folder_(std::move(folder)) {}

  Objections judge(std::int64_t number) override {
    const auto scenarios = static_cast<std::int64_t>(templates_->size());
    const Template& origin = templates_->at(static_cast<std::size_t>(number % scenarios));
    const std::uint64_t dice = mix(seed_, static_cast<std::uint64_t>(number));
    const Stage stage(folder_ / "stage");
    std::optional<LeakWatch::Refusal> refusal;
    if (number >= scenarios) {
      const auto points = static_cast<std::uint64_t>(points_of(origin, stage));
      refusal = {static_cast<std::int64_t>(dice % points),
                 kErrors.at(mix(dice, 1) % kErrors.size())};
    }
    return judge(origin, stage, refusal);
  }

 private:
  static std::int64_t points_of(const Template& origin, const Stage& stage) {
    copy_stage(origin.stage, stage);
    LeakWatch counter(stage, std::nullopt);
    static_cast<void>(supervise(stage.installed(origin.command()), CallSet::writes, counter));
    end_left_running();
    return counter.points();
  }

  static Objections judge(const Template& origin, const Stage& stage,
                          std::optional<LeakWatch::Refusal> refusal) {
    copy_stage(origin.stage, stage);
    SecretSearch search;
    add_recorded(search, stage);
    LeakWatch watch(stage, refusal);
    const ProgramEnd end = supervise(stage.installed(origin.command()), CallSet::writes, watch);
    end_left_running();
    for (const Secret& sent : watch.sent_passwords()) {
      search.add("a password", sent);
    }
    add_recorded(search, stage);
    Objections objections = files_and_messages(search, stage, end);
    add_key(search, stage);
    for (Violation& each : watch.objections(search)) {
      objections.push_back(std::move(each));
    }
    if (!watch.saw_the_end() && !end.was_killed) {
      objections.push_back({Invariant::damaged, "its memory was not seen at the end"});
    }
    tell_story(objections, fmt::format("{}: {}", origin.scenario.name, watch.describe()));
    return objections;
  }

  static Objections files_and_messages(const SecretSearch& search, const Stage& stage,
                                       const ProgramEnd& end) {
    Objections objections;
    const auto look = [&](const std::string& where, std::string_view content) {
      if (const auto found = search.find(content)) {
        objections.push_back({Invariant::leaked, *found + " stands in " + where});
      }
    };
    for (const fs::path& file : files_below(stage.folder())) {
      if (!may_hold_a_secret(file)) {
        look(file.string(), content_of(file));
      }
    }
    look("a message", end.standard_error);
    return objections;
  }

  const std::vector<Template>* templates_;
  std::uint64_t seed_;
  fs::path folder_;
};

int prove(const Campaign& campaign) {
  const tests::TempDir folder(fast_folder());
  std::vector<Template> templates;
  for (const Scenario& scenario : all_scenarios()) {
    templates.push_back(prepare(scenario, folder.path() / std::to_string(templates.size())));
  }
  end_left_running();
  return run_campaign(campaign, [&](const fs::path& scratch) {
    return std::make_unique<LeakJudge>(templates, campaign.seed, scratch);
  });
}

/// It stands in records and arguments.
constexpr const char* kNoSecret = "eve@example.net";

/// Were the name of the recipient a secret, it would have to be found in writes, files and memory.
int check_that_a_leak_is_seen(const Campaign& /*campaign*/) {
  const tests::TempDir folder(fast_folder());
  const Template origin =
      prepare({.name = "grant",
               .command = std::string("grant shop1 --case NEW --for 2h --to ") + kNoSecret},
              folder.path() / "stage");
  LeakWatch watch(origin.stage, std::nullopt);
  static_cast<void>(supervise(origin.stage.installed(origin.command()), CallSet::writes, watch));
  end_left_running();
  SecretSearch search;
  search.add("a name", Secret::copy_of(kNoSecret));
  std::string found;
  for (const Violation& each : watch.objections(search)) {
    found += each.what + "\n";
  }
  int missed = 0;
  for (const char* where : {"pwrite64 to ", "memory at the end", "[heap]"}) {
    const bool is_seen = found.find(where) != std::string::npos;
    fmt::print("a leak in {}: {}\n", where, is_seen ? "objected" : "NOT SEEN");
    missed += is_seen ? 0 : 1;
  }
  return missed > 0 || watch.sent_passwords().empty() ? 1 : 0;
}

}  // namespace
}  // namespace stagepass::proof

int main(int argc, char** argv) {
  stagepass::proof::Campaign campaign;
  campaign.name = "leaks";
  campaign.unit = "runs";
  campaign.cases = 400;
  campaign.check = stagepass::proof::check_that_a_leak_is_seen;
  return stagepass::proof::run_proof(argc, argv, campaign, stagepass::proof::prove);
}
