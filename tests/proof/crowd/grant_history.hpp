#pragma once

#include <stagepass/core/timestamp.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace stagepass::proof {

using Moment = std::chrono::steady_clock::time_point;

/// From the start of a process to its end: what it did happened somewhere in between.
struct Span {
  Moment begin;
  Moment end;
};

/// What a command did to one grant, as its exit status and its output say.
enum class Act {
  made,
  shown,                     ///< the credential came out
  shown_after_interruption,  ///< the same, with the notice that it may have been seen before
  refused_as_over,           ///< exit 6
  refused_as_shown,          ///< exit 7
  met_conflict,              ///< exit 16: nothing was changed
  moved_end,
  ended_by_person,  ///< recorded as ended: from now on nothing else may happen to it
  ended_by_purge,   ///< the same, but only what is past its end
  proven_gone,
  looked_at,
};

/// What `show` or `list` told about a grant.
struct Sight {
  bool ended = false;
  bool gone = false;
  bool retrieved = false;
  bool claimed = false;
  Timestamp expires_at;
};

/// How sure it is that a step took effect.
enum class Effect { certain, possible };

struct Step {
  Act act = Act::looked_at;
  Span when;
  Timestamp clock_before;  ///< the clock of the vault, not later than any look of the command at it
  Timestamp clock_after;   ///< not earlier than any such look
  std::string said;        ///< "worker 3: retrieve g-0123456789 -> 0", for a person
  Timestamp expires_at = {};  ///< of `made` and `moved_end`
  Sight sight = {};           ///< of `looked_at`
  Effect effect = Effect::certain;
  /// It could only go this way because somebody else worked on the grant at the same time.
  bool needs_company = false;
};

using History = std::vector<Step>;

/// A grant as one person alone would see it: what every history must look like in some order.
struct GrantState {
  enum class Life { none, open, ending, gone };
  Life life = Life::none;
  bool retrieved = false;
  Timestamp expires_at;

  friend bool operator==(const GrantState&, const GrantState&) = default;
  friend bool operator<(const GrantState& a, const GrantState& b) {
    return std::tie(a.life, a.retrieved, a.expires_at) <
           std::tie(b.life, b.retrieved, b.expires_at);
  }
};

/// The grant after this step, or nothing if the step cannot happen to it as it stands.
[[nodiscard]] std::optional<GrantState> after(const GrantState& state, const Step& step);

}  // namespace stagepass::proof
