#include "service/taking_away.hpp"

#include "service/records.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/ports/manual_target.hpp>
#include <stagepass/service/confirmation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

/// A hostile target has no end of it, and a person reads the first few.
std::string in_short(std::vector<std::string> residue) {
  constexpr std::size_t kMostTold = 10;
  if (residue.size() > kMostTold) {
    const std::size_t untold = residue.size() - kMostTold;
    residue.resize(kMostTold);
    residue.push_back(fmt::format("and {} more", untold));
  }
  return join(residue, ", ");
}

class TakeAway final {
 public:
  TakeAway(Workspace& workspace, const TakeAwayOrder& order, Timestamp stop_at)
      : workspace_(&workspace), order_(&order), stop_at_(stop_at) {}

  /// Fills `evidence` as far as it gets.
  Result<void> run(EndEvidence& evidence) {
    SP_TRY(check_identity(*workspace_, order_->ref, order_->target));
    SP_ASSIGN(const Target target, workspace_->store.target(order_->target));
    SP_ASSIGN(const auto driver, driver_for(*workspace_, target));
    if (manual_target(*driver) != nullptr) {
      return accept_confirmation(evidence);
    }
    SP_TRY(refuse_foreign(*driver));
    SP_TRY(disable(*driver, evidence));
    SP_TRY(end_sessions(*driver, evidence));
    SP_TRY(erase(*driver, evidence));
    return verify(*driver, evidence);
  }

 private:
  /// What is left of this run's time, at most the usual bound of a step.
  Result<Timeout> step_time() const {
    SP_TRY(workspace_->store.still_durable());
    const auto left = stop_at_ - workspace_->clock.now();
    if (left <= Ttl::zero()) {
      return fail(Errc::unreachable, "the time for it was over before the account was gone");
    }
    return std::min<Timeout>(left, kStepTimeout);
  }

  /// Nobody is asked: a person's word is on record, or there is none.
  Result<void> accept_confirmation(EndEvidence& evidence) const {
    if (!is_confirmed_by_person(evidence)) {
      return fail(Errc::pending,
                  fmt::format("nobody has confirmed yet that it was deleted there by hand; delete "
                              "it, then: stagepass confirm {}",
                              order_->grant ? order_->grant->str() : "GRANT"));
    }
    evidence.verified_at = workspace_->clock.now();
    return {};
  }

  Result<void> refuse_foreign(TargetDriver& driver) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const Presence presence, driver.probe(order_->ref, timeout));
    if (presence == Presence::foreign) {
      return fail(Errc::refused,
                  fmt::format("{} on {} does not carry our mark, so it was not touched",
                              order_->ref.user_name.str(), order_->target.str()),
                  "somebody else made or changed it: look at it on the target");
    }
    return {};
  }

  Result<void> disable(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_TRY(driver.disable(order_->ref, timeout));
    if (!evidence.disabled_at) {
      evidence.disabled_at = workspace_->clock.now();
    }
    return {};
  }

  Result<void> end_sessions(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const std::size_t ended, driver.end_sessions(order_->ref, timeout));
    evidence.sessions_ended += static_cast<std::int64_t>(ended);
    evidence.sessions_ended_at = workspace_->clock.now();
    return {};
  }

  Result<void> erase(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    SP_ASSIGN(const auto erased, driver.erase(order_->ref, timeout));
    if (evidence.deleted_at) {
      return {};  // an earlier attempt deleted it and could not prove it
    }
    evidence.deleted_at = workspace_->clock.now();
    evidence.was_already_absent = erased == TargetDriver::Erased::already_absent;
    return {};
  }

  Result<void> verify(TargetDriver& driver, EndEvidence& evidence) const {
    SP_ASSIGN(const Timeout timeout, step_time());
    const std::optional<Secret> password =
        order_->old_password ? order_->old_password() : std::nullopt;
    SP_ASSIGN(const GoneProof proof,
              driver.verify_gone(order_->ref, password ? &*password : nullptr, timeout));
    if (!proof.residue.empty()) {
      return fail(Errc::pending, fmt::format("left behind on {}: {}", order_->target.str(),
                                             in_short(proof.residue)));
    }
    evidence.verified_at = workspace_->clock.now();
    evidence.login = proof.login;
    return {};
  }

  Workspace* workspace_;
  const TakeAwayOrder* order_;
  Timestamp stop_at_;
};

}  // namespace

Result<void> take_away(Workspace& workspace, const TakeAwayOrder& order, Timestamp stop_at,
                       EndEvidence& evidence) {
  return TakeAway(workspace, order, stop_at).run(evidence);
}

std::string describe_evidence(const EndEvidence& evidence) {
  if (is_confirmed_by_person(evidence)) {
    return fmt::format("a person confirmed the deletion; login: {}", to_string(evidence.login));
  }
  return fmt::format("{}; sessions ended: {}; login: {}",
                     evidence.was_already_absent ? "was already absent" : "deleted",
                     evidence.sessions_ended, to_string(evidence.login));
}

}  // namespace stagepass::service
