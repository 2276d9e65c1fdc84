#pragma once

#include "oracle/leaks.hpp"
#include "stage.hpp"
#include "supervisor.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::proof {

/// Writes down what a program hands to the kernel and what it has in memory when it ends, for a
/// search once all its secrets are known. May refuse one call, for errors leak easily.
class LeakWatch final : public Watcher {
 public:
  struct Refusal {
    std::int64_t point = 0;
    int error = 0;
  };

  LeakWatch(Stage stage, std::optional<Refusal> refusal)
      : stage_(std::move(stage)), refusal_(refusal) {}

  Verdict about_to(const Call& call) override;

  [[nodiscard]] std::int64_t points() const { return points_; }
  /// "EIO at fdatasync (point 12)"
  [[nodiscard]] std::string describe() const;

  /// Every password that was sent to a target.
  [[nodiscard]] std::vector<Secret> sent_passwords() const;

  /// Where secrets stand that must not: everything but what was sent to targets, shown on stdout, or
  /// written to a file that is for it.
  [[nodiscard]] std::vector<Violation> objections(const SecretSearch& search) const;

  /// Its memory was seen at the very end.
  [[nodiscard]] bool saw_the_end() const { return saw_the_end_; }

 private:
  struct Piece {
    std::string where;
    std::string bytes;
  };
  [[nodiscard]] bool is_for_secrets(const std::filesystem::path& file) const;
  void note_output(const Call& call);
  void note_memory(pid_t process);

  Stage stage_;
  std::optional<Refusal> refusal_;
  std::int64_t points_ = 0;
  std::string refused_call_ = "no call";
  std::vector<Piece> pieces_;
  std::vector<std::string> sent_;
  bool saw_the_end_ = false;
};

}  // namespace stagepass::proof
