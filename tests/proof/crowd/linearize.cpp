#include "linearize.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

namespace stagepass::proof {
namespace {

class Search final {
 public:
  explicit Search(History history) : steps_(std::move(history)), placed_(steps_.size(), false) {
    std::sort(steps_.begin(), steps_.end(),
              [](const Step& a, const Step& b) { return a.when.begin < b.when.begin; });
  }

  // NOLINTBEGIN(misc-no-recursion): as deep as there are steps that change something, which is few

  /// True if all that is not placed yet can follow on `state`.
  bool can_follow(const GrantState& state) {
    std::vector<std::size_t> placed_here = place_what_changes_nothing(state);
    const bool possible = remaining() == 0 || try_each_change(state);
    if (!possible) {
      for (const std::size_t index : placed_here) {
        placed_[index] = false;
      }
    }
    return possible;
  }

  /// What stood in the way when the search had come farthest.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }

 private:
  [[nodiscard]] std::size_t remaining() const {
    return static_cast<std::size_t>(std::count(placed_.begin(), placed_.end(), false));
  }

  /// The steps that may come next: those that began before any other that waits had ended.
  [[nodiscard]] std::vector<std::size_t> candidates() const {
    std::vector<std::size_t> found;
    Moment earliest_end = Moment::max();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (placed_[i]) {
        continue;
      }
      if (steps_[i].when.begin > earliest_end) {
        break;  // sorted by begin: nothing behind it may come next either
      }
      earliest_end = std::min(earliest_end, steps_[i].when.end);
      found.push_back(i);
    }
    std::erase_if(found, [&](std::size_t i) { return steps_[i].when.begin > earliest_end; });
    return found;
  }

  std::vector<std::size_t> place_what_changes_nothing(const GrantState& state) {
    std::vector<std::size_t> placed_here;
    for (bool progress = true; progress;) {
      progress = false;
      for (const std::size_t index : candidates()) {
        if (after(state, steps_[index]) == state) {
          placed_[index] = true;
          placed_here.push_back(index);
          progress = true;
        }
      }
    }
    return placed_here;
  }

  bool try_each_change(const GrantState& state) {
    if (!visited_.emplace(placed_, state).second) {
      return false;
    }
    const std::vector<std::size_t> next = candidates();
    note_obstacle(next);
    // NOLINTNEXTLINE(readability-use-anyofallof): the library's loop would be part of the recursion
    for (const std::size_t index : next) {
      if (leads_to_the_end(index, state)) {
        return true;
      }
    }
    return false;
  }

  bool leads_to_the_end(std::size_t index, const GrantState& state) {
    const auto changed = after(state, steps_[index]);
    placed_[index] = true;
    if (changed && can_follow(*changed)) {
      return true;
    }
    if (steps_[index].effect == Effect::possible && can_follow(state)) {
      return true;
    }
    placed_[index] = false;
    return false;
  }
  // NOLINTEND(misc-no-recursion)

  void note_obstacle(const std::vector<std::size_t>& stuck) {
    if (const std::size_t left = remaining(); left < fewest_left_) {
      fewest_left_ = left;
      obstacle_.clear();
      for (const std::size_t index : stuck) {
        obstacle_ += (obstacle_.empty() ? "" : "; ") + steps_[index].said;
      }
    }
  }

  History steps_;
  std::vector<bool> placed_;
  std::set<std::pair<std::vector<bool>, GrantState>> visited_;
  std::size_t fewest_left_ = static_cast<std::size_t>(-1);
  std::string obstacle_;
};

}  // namespace

std::optional<std::string> find_contradiction(const History& history) {
  Search search(history);
  if (search.can_follow(GrantState())) {
    return std::nullopt;
  }
  return "in no order could this happen: " + search.obstacle();
}

}  // namespace stagepass::proof
