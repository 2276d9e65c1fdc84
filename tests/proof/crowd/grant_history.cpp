#include "grant_history.hpp"

namespace stagepass::proof {
namespace {

using Life = GrantState::Life;

bool may_be_running(const GrantState& state, const Step& step) {
  return state.life == Life::open && step.clock_before < state.expires_at;
}

bool may_be_over(const GrantState& state, const Step& step) {
  return state.life > Life::open || step.clock_after >= state.expires_at;
}

bool looks_like(const GrantState& state, const Sight& sight) {
  const bool ended = state.life > Life::open;
  const bool gone = state.life == Life::gone;
  // Between the showing and its record a grant looks claimed.
  const bool retrieval_fits =
      sight.retrieved ? state.retrieved : (sight.claimed || !state.retrieved);
  return sight.ended == ended && sight.gone == gone && retrieval_fits &&
         sight.expires_at == state.expires_at;
}

GrantState in_life(GrantState state, Life life) {
  state.life = life;
  return state;
}

GrantState retrieved(GrantState state) {
  state.retrieved = true;
  return state;
}

GrantState until(GrantState state, Timestamp end) {
  state.expires_at = end;
  return state;
}

std::optional<GrantState> allowed_if(bool condition, const GrantState& next) {
  return condition ? std::optional(next) : std::nullopt;
}

GrantState ended(const GrantState& state) {
  return state.life == Life::open ? in_life(state, Life::ending) : state;
}

/// `state` is of a grant that was made.
std::optional<GrantState> after_use(const GrantState& state, const Step& step) {
  switch (step.act) {
    case Act::shown:
      return allowed_if(may_be_running(state, step) && !state.retrieved, retrieved(state));
    case Act::shown_after_interruption:
      return allowed_if(may_be_running(state, step), retrieved(state));
    case Act::refused_as_over:
      return allowed_if(may_be_over(state, step), state);
    case Act::refused_as_shown:
      return allowed_if(may_be_running(state, step) && state.retrieved, state);
    case Act::met_conflict:
      return state;
    case Act::moved_end:
      return allowed_if(may_be_running(state, step), until(state, step.expires_at));
    case Act::ended_by_person:
      return ended(state);
    case Act::ended_by_purge:
      return allowed_if(may_be_over(state, step), ended(state));
    case Act::proven_gone:
      return allowed_if(state.life >= Life::ending, in_life(state, Life::gone));
    case Act::looked_at:
      return allowed_if(looks_like(state, step.sight), state);
    case Act::made:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<GrantState> after(const GrantState& state, const Step& step) {
  if (state.life != Life::none) {
    return after_use(state, step);
  }
  return allowed_if(step.act == Act::made, until(in_life(state, Life::open), step.expires_at));
}

}  // namespace stagepass::proof
