#include "cli/table.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace stagepass::cli {
namespace {

// Cells are ASCII but for "…" and the like: count characters, not bytes.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

Table::Table(std::vector<std::string> header) : widths_(header.size(), 0) {
  widen(header);
  rows_.push_back(std::move(header));
}

void Table::widen(const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    widths_[i] = std::max(widths_[i], display_width(cells[i]));
  }
}

void Table::add(std::vector<std::string> cells) {
  cells.resize(widths_.size());
  widen(cells);
  rows_.push_back(std::move(cells));
}

std::string Table::take_page() {
  std::string page;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      page += row[i];
      if (i + 1 < row.size()) {
        page.append(widths_[i] - display_width(row[i]) + 2, ' ');
      }
    }
    page += '\n';
  }
  rows_.clear();
  return page;
}

}  // namespace stagepass::cli
