#include "stage.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/timestamp.hpp>

#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <stdexcept>
#include <support/content.hpp>
#include <support/results.hpp>
#include <sys/stat.h>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

unsigned mode_of(const fs::path& path) {
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    throw std::runtime_error("there is no " + path.string());
  }
  return status.st_mode & 07777U;
}

std::regex regex_of(const std::string& pattern) {
  return std::regex(pattern, std::regex::ECMAScript | std::regex::multiline);
}

void check(bool holds, const std::string& what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string describe(const ProgramOutcome& outcome) {
  return fmt::format("exit {}\n--- stdout\n{}--- stderr\n{}--- terminal\n{}", outcome.exit_status,
                     outcome.standard_output, outcome.standard_error, outcome.terminal);
}

}  // namespace

Stage::Stage(const Programs& programs) : folder_("/var/tmp"), programs_(programs) {
  const std::string here = folder_.path().string();
  environment_ = {{"HOME", here},
                  {"STAGEPASS_HOME", here + "/vault"},
                  {"STAGEPASS_KEY_FILE", here + "/key/master.key"},
                  {"STAGEPASS_TEST_CLOCK", here + "/clock"},
                  {"PATH", here + "/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                  {"TERM", "dumb"},
                  {"TZ", "CET-1"}};
  variables_ = {{"HERE", here}, {"FAKE_TARGET", programs.fake_target.string()}};
  fs::create_directories(file("bin"));
  fs::create_directories(file("state"));
  fs::create_symlink(programs.stagepass, file("bin/stagepass"));
  set_clock("2030-01-01T00:00:00Z");
}

fs::path Stage::file(const std::string& name) const {
  return folder_.path() / name;
}

void Stage::set_clock(const std::string& text) {
  write_file(file("clock"), text + "\n");
}

void Stage::play(const Script& script) {
  for (const auto& [name, content] : script.files) {
    write_file(file(name), content);
    fs::permissions(file(name), fs::perms::owner_read | fs::perms::owner_write);
  }
  for (const auto& line : script.lines) {
    try {
      play_line(line.text);
    } catch (const std::exception& broken) {
      throw std::runtime_error(fmt::format("line {}: {}\n{}\n{}", line.number, line.text,
                                           broken.what(), describe(last_)));
    }
  }
}

void Stage::play_line(const std::string& line) {
  const bool negated = line.starts_with("! ");
  const auto words = split_words(negated ? line.substr(2) : line, variables_);
  check(!words.empty(), "an empty command");
  if (words[0] == "stagepass" || words[0] == "sh") {
    run(words, negated ? MustFail::yes : MustFail::no);
  } else if (!expect(words, negated) && !expect_file(words, negated) && !prepare(words)) {
    throw std::runtime_error("there is no such command");
  }
}

void Stage::run(const std::vector<std::string>& words, MustFail must_fail) {
  next_.argv = words;
  if (words[0] == "stagepass") {
    next_.argv[0] = programs_.stagepass.string();
  } else {
    next_.argv = {"/bin/sh", "-c", words.at(1)};
  }
  next_.environment = environment_;
  next_.folder = folder_.path();
  last_ = tests::run(next_);
  next_ = {};
  const bool has_failed = last_.exit_status != 0;
  check(has_failed == (must_fail == MustFail::yes), has_failed ? "has failed" : "has not failed");
}

bool Stage::expect(const std::vector<std::string>& words, bool negated) {
  const std::map<std::string, const std::string*> texts = {{"stdout", &last_.standard_output},
                                                           {"stderr", &last_.standard_error},
                                                           {"ttyout", &last_.terminal}};
  if (const auto text = texts.find(words[0]); text != texts.end()) {
    const bool found = std::regex_search(*text->second, regex_of(words.at(1)));
    check(found != negated, negated ? "this is there" : "this is missing");
    return true;
  }
  if (words[0] == "exit") {
    check(std::to_string(last_.exit_status) == words.at(1), "another exit status");
    return true;
  }
  if (words[0] == "capture") {
    capture(words.at(1), words.at(2));
    return true;
  }
  return false;
}

void Stage::capture(const std::string& name, const std::string& pattern) {
  std::smatch match;
  check(std::regex_search(last_.standard_output, match, regex_of(pattern)), "nothing to capture");
  variables_[name] = match.str(1);
}

bool Stage::expect_file(const std::vector<std::string>& words, bool negated) {
  if (words[0] == "exists") {
    check(fs::exists(fs::symlink_status(file(words.at(1)))) != negated, "the file");
  } else if (words[0] == "mode") {
    check(fmt::format("{:04o}", mode_of(file(words.at(1)))) == words.at(2), "another mode");
  } else if (words[0] == "content") {
    check(std::regex_search(content_of(file(words.at(1))), regex_of(words.at(2))) != negated,
          "the content");
  } else if (words[0] == "nowhere") {
    for (const auto& [name, content] : snapshot()) {
      check(content.find(words.at(1)) == std::string::npos, "it is in " + name);
    }
  } else {
    return false;
  }
  return true;
}

bool Stage::prepare(const std::vector<std::string>& words) {
  const std::string& what = words[0];
  if (what == "ttyin") {
    next_.typed = lines_of(content_of(file(words.at(1))));
    next_.terminal = std::max(next_.terminal, ProgramRun::Terminal::prompts);
  } else if (what == "tty") {
    next_.terminal = ProgramRun::Terminal::all;
  } else if (what == "stdin") {
    next_.input = content_of(file(words.at(1)));
  } else if (what == "env") {
    environment_[words.at(1)] = words.at(2);
  } else if (what == "unset") {
    environment_.erase(words.at(1));
  } else if (what == "clock") {
    set_clock(words.at(1));
  } else if (what == "advance") {
    const Timestamp now = must(parse_rfc3339(lines_of(content_of(file("clock"))).at(0)));
    set_clock(format_utc(now + must(parse_duration(words.at(1)))));
  } else if (what == "target") {
    use_target(words);
  } else {
    return false;
  }
  return true;
}

void Stage::use_target(const std::vector<std::string>& words) {
  const fs::path state = file(words.at(1));
  const std::string& what = words.at(2);
  if (what == "do") {
    write_file(state / words.at(3), words.size() > 4 ? words[4] + "\n" : "");
  } else if (what == "undo") {
    fs::remove(state / words.at(3));
  } else {
    const fs::path accounts = state / "accounts";
    const auto count =
        fs::exists(accounts) ? std::distance(fs::directory_iterator(accounts), {}) : 0;
    check(std::to_string(count) == (what == "absent" ? "0" : words.at(3)),
          fmt::format("the target has {} accounts", count));
  }
}

std::map<std::string, std::string> Stage::snapshot() const {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
    const std::string name = entry.path().lexically_relative(folder_.path()).string();
    files[name] = fmt::format("{:04o}\n", mode_of(entry.path()));
    if (fs::is_regular_file(entry.symlink_status())) {
      files[name] += content_of(entry.path());
    }
  }
  return files;
}

}  // namespace stagepass::tests
