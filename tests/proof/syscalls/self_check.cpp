#include "self_check.hpp"

#include "campaign.hpp"
#include "recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <support/temp_dir.hpp>

namespace stagepass::proof {
namespace {

namespace fs = std::filesystem;

/// A product that breaks a promise: what is done after its command.
struct Sabotage {
  std::string name;
  std::string scenario;
  Invariant expected;
  std::function<void(const Template&, const Stage&, Struck&)> act;
};

/// The account file of ours on shop1.
fs::path account_file(const Stage& stage) {
  for (const auto& entry : fs::directory_iterator(stage.state("shop1") / "accounts")) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("sp") && name != "sp0000000000" && name != "sp1111111111") {
      return entry.path();
    }
  }
  throw std::runtime_error("there is no account of ours");
}

void forget(const Template& origin, const Stage& stage, Struck& /*struck*/) {
  fs::remove_all(stage.home());
  fs::copy(origin.stage.home(), stage.home(), fs::copy_options::recursive);
}

void pretend_to_delete(const Template& origin, const Stage& stage, Struck& /*struck*/) {
  fs::copy(origin.stage.state("shop1") / "accounts", stage.state("shop1") / "accounts",
           fs::copy_options::overwrite_existing | fs::copy_options::recursive);
}

void delete_editor(const Template& /*origin*/, const Stage& stage, Struck& /*struck*/) {
  fs::remove(stage.state("shop1") / "accounts" / "editor");
}

void lose_account(const Template& /*origin*/, const Stage& stage, Struck& /*struck*/) {
  fs::remove(account_file(stage));
}

void keep_diary(const Template& /*origin*/, const Stage& stage, Struck& /*struck*/) {
  fs::copy_file(account_file(stage), stage.home() / "diary");
}

void show_to_nobody(const Template& /*origin*/, const Stage& /*stage*/, Struck& struck) {
  struck.end.standard_output.clear();
}

void promise_too_much(const Template& origin, const Stage& stage, Struck& struck) {
  forget(origin, stage, struck);
  struck.end.exit_status = 0;
}

void cut_database(const Template& /*origin*/, const Stage& stage, Struck& /*struck*/) {
  fs::resize_file(stage.database(), fs::file_size(stage.database()) / 2);
}

std::vector<Sabotage> all_sabotage() {
  return {
      {"the intent is forgotten", "grant", Invariant::orphan, forget},
      {"what is gone is still there", "finish", Invariant::false_gone, pretend_to_delete},
      {"a foreign account is deleted", "purge", Invariant::foreign, delete_editor},
      {"an account is deleted too early", "grant", Invariant::lost, lose_account},
      {"a password is written down", "grant", Invariant::leaked, keep_diary},
      {"nobody saw what was retrieved", "retrieve", Invariant::lost, show_to_nobody},
      {"an extension is not recorded", "extend", Invariant::lost, promise_too_much},
      {"half a database is lost", "grant", Invariant::damaged, cut_database},
  };
}

Template template_of(const std::string& name, const fs::path& folder) {
  const auto all = all_scenarios();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Scenario& each) { return each.name == name; });
  return prepare(*found, folder);
}

bool is_objected_to(const Sabotage& sabotage, const fs::path& folder) {
  const Template origin = template_of(sabotage.scenario, folder / "template");
  const Stage stage(folder / "stage");
  copy_stage(origin.stage, stage);
  Struck struck{run(stage.installed(origin.command())), wall_clock()};
  sabotage.act(origin, stage, struck);
  const Objections objections = Recovery(origin, stage).judge(struck);
  return std::any_of(objections.begin(), objections.end(), [&](const Violation& violation) {
    return violation.which == sabotage.expected;
  });
}

}  // namespace

int check_that_the_oracle_objects() {
  int status = 0;
  for (const Sabotage& sabotage : all_sabotage()) {
    const tests::TempDir folder(fast_folder());
    const bool objected = is_objected_to(sabotage, folder.path());
    fmt::print("{}: {}: {}\n", sabotage.name, to_string(sabotage.expected),
               objected ? "objected" : "NOT SEEN");
    status = objected ? status : 1;
  }
  return status;
}

}  // namespace stagepass::proof
