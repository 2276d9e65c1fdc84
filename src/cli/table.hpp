#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace stagepass::cli {

/// Columns for people. Rows can be taken out a page at a time, so that a long list needs little
/// memory; columns only ever grow wider from page to page.
class Table final {
 public:
  explicit Table(std::vector<std::string> header);

  /// `cells` as many as the header has.
  void add(std::vector<std::string> cells);

  /// The rows added since the last call, the header first if it was not yet given out. Empty if
  /// there is no row.
  [[nodiscard]] std::string take_page();

 private:
  void widen(const std::vector<std::string>& cells);

  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace stagepass::cli
