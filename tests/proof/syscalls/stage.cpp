#include "stage.hpp"

#include <stagepass/system/system_clock.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <support/content.hpp>

namespace stagepass::proof {

namespace fs = std::filesystem;

fs::path Stage::database() const {
  return home() / "vault.db";
}

fs::path Stage::state(const std::string& target) const {
  return folder_ / "state" / target;
}

std::vector<std::string> Stage::targets() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_ / "state")) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Program Stage::installed(std::vector<std::string> words) const {
  return program(STAGEPASS_PROGRAM, std::move(words));
}

Program Stage::at(Timestamp now, std::vector<std::string> words) const {
  std::ofstream(folder_ / "clock") << format_utc(now) << '\n';
  return program(STAGEPASS_WITH_TEST_CLOCK, std::move(words));
}

Program Stage::program(std::string file, std::vector<std::string> words) const {
  words.insert(words.begin(), std::move(file));
  return {std::move(words),
          {{"HOME", folder_.string()},
           {"STAGEPASS_HOME", home().string()},
           {"STAGEPASS_KEY_FILE", key_file().string()},
           {"STAGEPASS_TEST_CLOCK", (folder_ / "clock").string()},
           {"TERM", "dumb"},
           {"TZ", "UTC"},
           {"ASAN_OPTIONS", "detect_leaks=0"}},  // looks with ptrace, which is taken
          folder_};
}

void copy_stage(const Stage& from, const Stage& to) {
  fs::remove_all(to.folder());
  fs::copy(from.folder(), to.folder(), fs::copy_options::recursive);
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

Timestamp wall_clock() {
  return system::SystemClock().now();
}

}  // namespace stagepass::proof
