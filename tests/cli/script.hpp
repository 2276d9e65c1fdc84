#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::tests {

/// A test written as a text: one command a line, comments behind "#", and files at the end, each
/// below a line "-- name --".
struct ScriptLine {
  std::size_t number = 0;
  std::string text;
};

struct Script {
  std::vector<ScriptLine> lines;
  std::map<std::string, std::string> files;
};

[[nodiscard]] Script read_script(const std::filesystem::path& path);

/// Splits a line as a shell would: blanks separate, 'single' and "double" quotes hold together, $NAME
/// stands for a variable except within single quotes.
[[nodiscard]] std::vector<std::string> split_words(
    std::string_view line, const std::map<std::string, std::string>& variables);

}  // namespace stagepass::tests
