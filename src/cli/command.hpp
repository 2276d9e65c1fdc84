#pragma once

#include "cli/context.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the name of the library
class App;
}  // namespace CLI

namespace stagepass::cli {

enum class Need { required, optional };

/// One command, as its file describes it: its arguments and what it runs.
///
/// A handle; the values it fills in must live as long as the command line. Hides the parsing
/// library, whose headers take longer to compile than all the rest of a command.
class Command final {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  [[nodiscard]] Command subcommand(const std::string& name, const std::string& help);

  /// A value by its place.
  void argument(const std::string& name, std::string& value, const std::string& help);
  void optional_argument(const std::string& name, std::optional<std::string>& value,
                         const std::string& help);
  /// All values that follow.
  void arguments(const std::string& name, std::vector<std::string>& values, Need need,
                 const std::string& help);

  /// "--name TYPE", given as one text.
  void option(const std::string& name_and_type, std::string& value, const std::string& help);
  void option(const std::string& name_and_type, std::optional<std::string>& value,
              const std::string& help);
  /// May be given several times, one value each.
  void option(const std::string& name_and_type, std::vector<std::string>& values,
              const std::string& help);
  /// As `option`, and it must be given.
  void required_option(const std::string& name_and_type, std::string& value,
                       const std::string& help);

  void flag(const std::string& names, bool& value, const std::string& help);
  void footer(const std::string& text);

  void runs(Context& context, std::function<Result<ExitStatus>()> action);

 private:
  CLI::App* app_;
};

}  // namespace stagepass::cli
