#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace stagepass::proof {

/// Runs numbered cases, each in a child process of its own: what crashes or hangs there is an
/// answer, and memory that a case changes is as before for the next one.
class ForkedCases final {
 public:
  /// In the child: plays the case and says what came of it.
  using Play = std::function<std::string(std::uint64_t)>;
  /// In the parent: the text of the child, or how it died instead.
  using Note =
      std::function<void(std::uint64_t, const std::string& text, const std::string& death)>;

  explicit ForkedCases(unsigned jobs) : jobs_(jobs) {}

  /// The numbers from `first` up to `end`. Call from a process with one thread.
  void run(std::uint64_t first, std::uint64_t end, const Play& play, const Note& note) const;

 private:
  unsigned jobs_;
};

}  // namespace stagepass::proof
