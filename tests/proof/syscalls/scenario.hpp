#pragma once

#include "oracle/oracle.hpp"
#include "stage.hpp"

#include <stagepass/core/timestamp.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace stagepass::proof {

/// A command line that was run `ago` before now. What it prints first is kept under `name`.
struct EarlierCommand {
  Ttl ago{};
  std::string line;
  std::string name;
};

/// The vault as it is when a command is struck, and that command.
struct Scenario {
  std::string name;
  int targets = 1;
  std::vector<EarlierCommand> earlier;
  std::string command;         ///< "finish $G": $G is what an earlier command printed
  std::set<std::string> down;  ///< targets that do not answer while it runs
  /// Strikes the last of the earlier commands dead when the first account is made.
  bool leaves_wreck = false;
  bool has_vault = true;
  /// The vault is as the first version wrote it: the command brings it up to date.
  bool is_of_first_schema = false;
};

/// A scenario played up to its command, to be copied for each case.
struct Template {
  Scenario scenario;
  Stage stage;
  std::map<std::string, std::string> names;  ///< "$G" to the id of the grant
  ForeignAccounts foreign;

  [[nodiscard]] std::vector<std::string> command() const;
};

/// Throws if the commands before it do not work.
[[nodiscard]] Template prepare(const Scenario& scenario, const std::filesystem::path& folder);

/// One scenario for each way through a command that changes something.
[[nodiscard]] std::vector<Scenario> all_scenarios();

/// One of very many.
[[nodiscard]] Scenario random_scenario(std::uint64_t seed);

}  // namespace stagepass::proof
