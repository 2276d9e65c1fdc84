#pragma once

#include "notices/event.hpp"

#include <stagepass/core/audit.hpp>
#include <stagepass/service/trusted_grant.hpp>

#include <string>

namespace stagepass::notices {

// What is said of a grant. Each leaves the id to who numbers the events; `entry` says when it was, and by whom.

[[nodiscard]] Event grant_made(const service::TrustedGrant& grant, const AuditEntry& entry);
[[nodiscard]] Event grant_retrieved(const service::TrustedGrant& grant, const AuditEntry& entry);
/// It has begun: if it fails half-way the grant is ended, which is told as every end.
[[nodiscard]] Event grant_reissued(const service::TrustedGrant& grant, const AuditEntry& entry);
/// `now`: when this is said.
[[nodiscard]] Event grant_ends_soon(const service::TrustedGrant& grant, Timestamp ends,
                                    Timestamp now);
/// All of its accounts are proven gone.
[[nodiscard]] Event grant_ended(const service::TrustedGrant& grant, const AuditEntry& entry);

/// Why something is a failure.
enum class Failing {
  not_gone,          ///< the end of an account failed
  not_gone_by_hand,  ///< a person has to delete it
  not_created,       ///< a grant that could not be made as a whole
  missing,           ///< somebody else has deleted an account
  withdrawn,         ///< the record of an account was changed, and it was closed without a proof
  orphan,            ///< an account that no open record accounts for
  changed,           ///< the record of the grant was changed by somebody else
};

/// Of a grant; `target` is where it failed, or empty.
[[nodiscard]] Event grant_failed(Failing what, const service::TrustedGrant& grant,
                                 const std::string& target, const AuditEntry& entry);
/// Where no record of a grant can be believed; `grant` is its id, or empty.
[[nodiscard]] Event failed(Failing what, const std::string& grant, const AuditEntry& entry);

}  // namespace stagepass::notices
