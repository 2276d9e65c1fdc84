#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/case.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/target.hpp>

namespace stagepass::store {

// An update changes the life of a record, never what identifies it.
inline Grant updated(const Grant& stored, Grant update) {
  update.case_ref = stored.case_ref;
  update.recipient = stored.recipient;
  update.created_at = stored.created_at;
  update.created_by = stored.created_by;
  return update;
}

inline Account updated(const Account& stored, Account update) {
  update.grant = stored.grant;
  update.target = stored.target;
  update.user_name = stored.user_name;
  update.marker = stored.marker;
  update.created_at = stored.created_at;
  return update;
}

inline Recipient updated(const Recipient& stored, Recipient update) {
  update.created_at = stored.created_at;
  return update;
}

inline Case updated(const Case& stored, Case update) {
  update.created_at = stored.created_at;
  return update;
}

inline Target updated(const Target& stored, Target update) {
  update.created_at = stored.created_at;
  return update;
}

}  // namespace stagepass::store
