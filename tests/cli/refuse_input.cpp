// refuse_input STAGEPASS FAKE_TARGET FOLDER NAME: tries one row of FOLDER/bad_input.tsv.
//
// A row is name, scene, exit status, text of the error, shell line. The scene is one of the
// sections of bad_input_scenes.txt, played after "start"; then the line must fail as said, with one
// error and at most one hint, and no file may have changed: not the vault, not the key, not the
// target.
#include "stage.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string scene;
  int exit_status = 0;
  std::string error;
  std::string line;
};

std::vector<std::string> split_columns(const std::string& line) {
  std::vector<std::string> columns;
  std::istringstream in(line);
  for (std::string column; std::getline(in, column, '\t');) {
    columns.push_back(column);
  }
  return columns;
}

Row find_row(const fs::path& table, const std::string& name) {
  std::ifstream in(table);
  for (std::string line; std::getline(in, line);) {
    const auto columns = split_columns(line);
    if (columns.size() == 5 && columns[0] == name) {
      return {columns[1], std::stoi(columns[2]), columns[3], columns[4]};
    }
  }
  throw std::runtime_error("there is no row of this name");
}

void play_scene(Stage& stage, const Script& scenes, const std::string& name) {
  std::istringstream in(scenes.files.at(name));
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with('#')) {
      stage.play_line(line);
    }
  }
}

int count_lines(const std::string& text, const std::string& beginning) {
  std::istringstream in(text);
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    count += line.starts_with(beginning) ? 1 : 0;
  }
  return count;
}

void check(bool holds, const std::string& what, const Stage& stage) {
  if (!holds) {
    throw std::runtime_error(fmt::format("{}\nexit {}\n{}", what, stage.last().exit_status,
                                         stage.last().standard_error));
  }
}

void check_unchanged(const std::map<std::string, std::string>& before, const Stage& stage) {
  const auto after = stage.snapshot();
  for (const auto& [name, content] : before) {
    check(after.contains(name), name + " is gone", stage);
    check(after.at(name) == content, name + " has changed", stage);
  }
  for (const auto& [name, content] : after) {
    check(before.contains(name), name + " is new", stage);
  }
}

void try_row(const Programs& programs, const fs::path& folder, const std::string& name) {
  const Row row = find_row(folder / "bad_input.tsv", name);
  const Script scenes = read_script(folder / "bad_input_scenes.txt");
  Stage stage(programs);
  play_scene(stage, scenes, "start");
  play_scene(stage, scenes, row.scene);
  const auto before = stage.snapshot();
  stage.run({"sh", row.line}, Stage::MustFail::yes);
  const std::string& errors = stage.last().standard_error;
  check(stage.last().exit_status == row.exit_status, "another exit status", stage);
  check(errors.find(row.error) != std::string::npos, "another error", stage);
  check(count_lines(errors, "stagepass: error: ") == 1, "not one error", stage);
  check(count_lines(errors, "stagepass: hint: ") <= 1, "too many hints", stage);
  check(errors.find('\033') == std::string::npos, "foreign bytes are shown", stage);
  check_unchanged(before, stage);
}

}  // namespace
}  // namespace stagepass::tests

int main(int argc, char** argv) {
  if (argc != 5) {
    return 2;
  }
  try {
    stagepass::tests::try_row({argv[1], argv[2]}, argv[3], argv[4]);
  } catch (const std::exception& broken) {
    static_cast<void>(std::fprintf(stderr, "%s: %s\n", argv[4], broken.what()));
    return 1;
  }
  return 0;
}
