// Puts the committed corpus to one trial again: fuzz_replay NAME FOLDER

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fuzz/fuzz.hpp>
#include <string>
#include <support/content.hpp>

namespace {

using stagepass::fuzz::Trial;

int replay(const Trial& trial, const std::filesystem::path& folder) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    // The name first: what crashes cannot say it any more.
    static_cast<void>(std::fprintf(stderr, "%s\n", entry.path().c_str()));
    const std::string bytes = stagepass::tests::content_of(entry.path());
    trial.run(std::string_view(bytes).substr(0, stagepass::fuzz::kLongestInput));
    // Half of it is another input, and often a damaged one.
    trial.run(std::string_view(bytes).substr(0, bytes.size() / 2));
    ++files;
  }
  trial.run("");
  return files > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto& trials = stagepass::fuzz::trials();
  const auto trial = std::find_if(trials.begin(), trials.end(), [&](const Trial& each) {
    return argc == 3 && each.name == argv[1];
  });
  if (trial == trials.end()) {
    static_cast<void>(std::fprintf(stderr, "fuzz_replay: usage: fuzz_replay NAME FOLDER\n"));
    return 2;
  }
  try {
    return replay(*trial, argv[2]);
  } catch (const std::exception& thrown) {
    static_cast<void>(std::fprintf(stderr, "fuzz_replay: %s\n", thrown.what()));
    return 1;
  }
}
