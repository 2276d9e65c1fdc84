#pragma once

#include "stage.hpp"
#include "supervisor.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace stagepass::proof {

/// One call on a file of ours that the disk refuses; later ones too if it is `for_ever`.
struct FaultPoint {
  std::int64_t point = 0;  ///< counted over the calls on files of ours only
  int error = 0;
  bool for_ever = false;
};

/// Refuses calls on the files of a stage, and on the output. Messages always get through, for they
/// are judged.
class Fault final : public Watcher {
 public:
  /// Without a point it only counts.
  Fault(Stage stage, std::optional<FaultPoint> at) : stage_(std::move(stage)), at_(at) {}

  Verdict about_to(const Call& call) override;

  [[nodiscard]] std::int64_t points() const { return points_; }
  /// "EIO at fdatasync (point 12), for ever"
  [[nodiscard]] std::string describe() const;
  /// How often targets had been called when a sync of a file of the vault was refused.
  [[nodiscard]] std::optional<std::size_t> calls_at_failed_sync() const { return calls_; }

 private:
  [[nodiscard]] bool is_ours(const Call& call) const;
  [[nodiscard]] bool is_ignored_by_sqlite(const Call& call) const;

  Stage stage_;
  std::optional<FaultPoint> at_;
  std::int64_t points_ = 0;
  std::string call_ = "no call";
  std::optional<std::size_t> calls_;
};

/// How often the targets of a stage were called.
[[nodiscard]] std::size_t target_calls(const Stage& stage);

/// May the disk answer this call with `error`?
[[nodiscard]] bool can_fail_with(long call, int error);

}  // namespace stagepass::proof
