#include "targets/unix/account_identities.hpp"

#include "targets/unix/account_files.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <set>

namespace stagepass::targets {
namespace {

Failure refuse_foreign(const AccountRef& account) {
  return fail(Errc::refused,
              fmt::format("the account {} on this host is not ours: its GECOS field is not the "
                          "marker",
                          account.user_name.str()),
              fmt::format("look at it with `getent passwd {}`; stagepass never touches it",
                          account.user_name.str()));
}

}  // namespace

Result<Presence> AccountIdentities::presence_of(const AccountRef& account) const {
  SP_ASSIGN(const auto entry, AccountFiles().find_user(account.user_name.str()));
  if (!entry) {
    return Presence::absent;
  }
  return entry->gecos == account.marker && range_.contains(entry->uid) ? Presence::ours
                                                                       : Presence::foreign;
}

Result<Presence> AccountIdentities::ours_or_absent(const AccountRef& account) const {
  SP_ASSIGN(const Presence presence, presence_of(account));
  if (presence == Presence::foreign) {
    return refuse_foreign(account);
  }
  return presence;
}

Result<std::optional<TemporaryUid>> AccountIdentities::uid_of(const UserName& name) const {
  SP_ASSIGN(std::optional<TemporaryUid> uid, ledger_.find(name));
  SP_ASSIGN(const auto entry, AccountFiles().find_user(name.str()));
  if (entry && uid && entry->uid != uid->value()) {
    return fail(Errc::refused, fmt::format("{} has uid {}, but the ledger gave it uid {}",
                                           name.str(), entry->uid, uid->value()));
  }
  if (entry && !uid) {
    SP_ASSIGN(uid, TemporaryUid::make(entry->uid, range_));
  }
  if (uid) {
    SP_ASSIGN(const auto holder, AccountFiles().find_user(uid->value()));
    if (holder && holder->name != name.str()) {
      return fail(Errc::refused,
                  fmt::format("uid {} of {} belongs to {} now", uid->value(), name.str(),
                              escape_untrusted(holder->name)),
                  "give that account a uid outside the uid_range of the target");
    }
  }
  return uid;
}

Result<TemporaryUid> AccountIdentities::assign_uid(const UserName& name) const {
  SP_ASSIGN(const std::set<uid_t> taken, AccountFiles().numbers_in_use());
  SP_ASSIGN(const TemporaryUid uid, ledger_.assign(name, taken));
  SP_TRY(uid_of(name));
  return uid;
}

}  // namespace stagepass::targets
