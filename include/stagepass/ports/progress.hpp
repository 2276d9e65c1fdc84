#pragma once

#include <cstddef>
#include <string_view>

namespace stagepass {

/// Told what is being done, so that a person sees progress.
/// Threads: safe from any thread.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `text` is ours (no foreign bytes), short, in the present tense: "creating the account on
  /// files".
  virtual void step(std::string_view text) = 0;
  /// Something a person must know before the work goes on; a sentence of ours.
  virtual void warn(std::string_view text) = 0;
  /// `done` of `total` pieces of the work at hand.
  virtual void count(std::size_t done, std::size_t total) = 0;
};

}  // namespace stagepass
