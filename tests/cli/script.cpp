#include "script.hpp"

#include <cctype>
#include <fstream>
#include <stdexcept>

namespace stagepass::tests {
namespace {

constexpr std::string_view kFence = "-- ";
constexpr std::string_view kFenceEnd = " --";

bool is_fence(std::string_view line) {
  return line.starts_with(kFence) && line.ends_with(kFenceEnd) &&
         line.size() > kFence.size() + kFenceEnd.size();
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class WordSplitter final {
 public:
  WordSplitter(std::string_view line, const std::map<std::string, std::string>& variables)
      : line_(line), variables_(variables) {}

  std::vector<std::string> split() {
    for (at_ = 0; at_ < line_.size(); ++at_) {
      take(line_[at_]);
    }
    if (quote_ != 0) {
      throw std::runtime_error("a quote is not closed");
    }
    end_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    if (quote_ == 0 && c == ' ') {
      end_word();
    } else if (c == quote_) {
      quote_ = 0;
    } else if (quote_ == 0 && (c == '\'' || c == '"')) {
      quote_ = c;
      in_word_ = true;
    } else if (c == '$' && quote_ != '\'') {
      take_variable();
    } else {
      word_ += c;
      in_word_ = true;
    }
  }

  void take_variable() {
    std::string name;
    while (at_ + 1 < line_.size() && is_name_character(line_[at_ + 1])) {
      name += line_[++at_];
    }
    const auto found = variables_.find(name);
    if (found == variables_.end()) {
      throw std::runtime_error("there is no variable $" + name);
    }
    word_ += found->second;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) {
      words_.push_back(word_);
    }
    word_.clear();
    in_word_ = false;
  }

  std::string_view line_;
  const std::map<std::string, std::string>& variables_;
  std::size_t at_ = 0;
  char quote_ = 0;
  bool in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

}  // namespace

Script read_script(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) {
    throw std::runtime_error("cannot read " + path.string());
  }
  Script script;
  std::string* file = nullptr;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (is_fence(line)) {
      const auto length = line.size() - kFence.size() - kFenceEnd.size();
      file = &script.files[line.substr(kFence.size(), length)];
    } else if (file != nullptr) {
      *file += line + "\n";
    } else if (!line.empty() && !line.starts_with('#')) {
      script.lines.push_back({number, line});
    }
  }
  return script;
}

std::vector<std::string> split_words(std::string_view line,
                                     const std::map<std::string, std::string>& variables) {
  return WordSplitter(line, variables).split();
}

}  // namespace stagepass::tests
