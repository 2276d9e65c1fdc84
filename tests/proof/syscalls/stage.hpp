#pragma once

#include "supervisor.hpp"

#include <stagepass/core/timestamp.hpp>

#include <filesystem>
#include <string>
#include <support/content.hpp>
#include <vector>

namespace stagepass::proof {

/// One installation in one folder: vault, key file, clock, and the fake targets shop1, shop2, …
/// Everything inside is relative to the folder, so that a copy works like the original.
class Stage final {
 public:
  explicit Stage(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path home() const { return folder_ / "vault"; }
  [[nodiscard]] std::filesystem::path database() const;
  [[nodiscard]] std::filesystem::path key_file() const { return folder_ / "key" / "master.key"; }
  [[nodiscard]] std::filesystem::path state(const std::string& target) const;
  [[nodiscard]] std::vector<std::string> targets() const;

  /// The program that users install.
  [[nodiscard]] Program installed(std::vector<std::string> words) const;
  /// The same code with its clock set to `now`.
  [[nodiscard]] Program at(Timestamp now, std::vector<std::string> words) const;

 private:
  [[nodiscard]] Program program(std::string file, std::vector<std::string> words) const;

  std::filesystem::path folder_;
};

/// Makes `to` a copy of the folder `from`.
void copy_stage(const Stage& from, const Stage& to);

/// Blanks separate words.
[[nodiscard]] std::vector<std::string> words_of(const std::string& line);

using tests::content_of;

/// What the clock on the wall says; leases and ends of the program under test go by it.
[[nodiscard]] Timestamp wall_clock();

}  // namespace stagepass::proof
