#pragma once

#include "program_run.hpp"
#include "script.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

/// The programs under test.
struct Programs {
  std::filesystem::path stagepass;    ///< with the clock that tests move
  std::filesystem::path fake_target;  ///< see tests/support/fake_target.cpp
};

/// A folder of its own with everything a person of a test has: a home, an environment, a clock.
///
/// Plays scripts. A line is one of
///   stagepass ARG…          runs it; must succeed, with "! " before it must fail
///   sh TEXT                 the same for a shell line; `stagepass` is on its PATH
///   exit N                  the exit status of the last run
///   stdout|stderr|ttyout REGEX, with "! " before it: nothing matches
///   capture NAME REGEX      $NAME is the first group, from stdout
///   ttyin FILE              the next run has a terminal; the file's lines answer its prompts
///   tty                     the next run has it as stdin, stdout and stderr too
///   stdin FILE              what the next run reads
///   env NAME VALUE, unset NAME
///   clock TIME, advance DURATION
///   exists FILE, with "! ": is not there
///   mode FILE 0600
///   content FILE REGEX
///   nowhere TEXT            no file here holds it
///   target STATE present N|absent, target STATE do FILE, target STATE undo FILE
class Stage final {
 public:
  explicit Stage(const Programs& programs);

  /// Throws std::runtime_error naming the line that did not hold.
  void play(const Script& script);
  void play_line(const std::string& line);

  /// Runs {"stagepass", ARG…} or {"sh", LINE}.
  enum class MustFail { no, yes };
  void run(const std::vector<std::string>& words, MustFail must_fail);

  [[nodiscard]] const ProgramOutcome& last() const { return last_; }

  /// Every file below the folder with its mode and content.
  [[nodiscard]] std::map<std::string, std::string> snapshot() const;

 private:
  bool expect(const std::vector<std::string>& words, bool negated);
  bool expect_file(const std::vector<std::string>& words, bool negated);
  bool prepare(const std::vector<std::string>& words);
  void use_target(const std::vector<std::string>& words);
  void capture(const std::string& name, const std::string& pattern);
  [[nodiscard]] std::filesystem::path file(const std::string& name) const;
  void set_clock(const std::string& text);

  TempDir folder_;
  Programs programs_;
  std::map<std::string, std::string> environment_;
  std::map<std::string, std::string> variables_;
  ProgramRun next_;
  ProgramOutcome last_;
};

}  // namespace stagepass::tests
