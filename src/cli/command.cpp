#include "cli/command.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace stagepass::cli {
namespace {

struct OptionName {
  std::string name;
  std::string type;
};

OptionName split(const std::string& name_and_type) {
  const auto blank = name_and_type.find(' ');
  return {name_and_type.substr(0, blank), name_and_type.substr(blank + 1)};
}

// The library leaves out an empty value; here it is a value, and for the command to refuse.
template <class Value>
CLI::Option* add(CLI::App& app, const std::string& name_and_type, Value& value,
                 const std::string& help) {
  const auto [name, type] = split(name_and_type);
  const CLI::callback_t take = [&value](const CLI::results_t& given) {
    value = given.back();
    return true;
  };
  return app.add_option(name, take, help)->type_name(type);
}

}  // namespace

Command Command::subcommand(const std::string& name, const std::string& help) {
  return Command(*app_->add_subcommand(name, help));
}

void Command::argument(const std::string& name, std::string& value, const std::string& help) {
  add(*app_, name + " TEXT", value, help)->required()->type_name("");
}

void Command::optional_argument(const std::string& name, std::optional<std::string>& value,
                                const std::string& help) {
  add(*app_, name + " TEXT", value, help)->type_name("");
}

void Command::arguments(const std::string& name, std::vector<std::string>& values, Need need,
                        const std::string& help) {
  app_->add_option(name, values, help)->required(need == Need::required)->type_name("");
}

void Command::option(const std::string& name_and_type, std::string& value,
                     const std::string& help) {
  add(*app_, name_and_type, value, help);
}

void Command::option(const std::string& name_and_type, std::optional<std::string>& value,
                     const std::string& help) {
  add(*app_, name_and_type, value, help);
}

void Command::option(const std::string& name_and_type, std::vector<std::string>& values,
                     const std::string& help) {
  const auto [name, type] = split(name_and_type);
  app_->add_option(name, values, help)->type_name(type)->allow_extra_args(false);
}

void Command::required_option(const std::string& name_and_type, std::string& value,
                              const std::string& help) {
  add(*app_, name_and_type, value, help)->required();
}

void Command::flag(const std::string& names, bool& value, const std::string& help) {
  app_->add_flag(names, value, help);
}

void Command::footer(const std::string& text) {
  app_->footer(text);
}

void Command::runs(Context& context, std::function<Result<ExitStatus>()> action) {
  app_->callback([&context, action = std::move(action)] { context.chosen = action; });
}

}  // namespace stagepass::cli
