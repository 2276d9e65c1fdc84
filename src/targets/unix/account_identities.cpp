#include "targets/unix/account_identities.hpp"

#include "targets/unix/account_files.hpp"

#include <stagepass/core/marker.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <pwd.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {
namespace {

/// chfn lets a user change what follows the first comma, never what stands before it.
std::string_view full_name_of(const PasswdEntry& user) {
  return std::string_view(user.gecos).substr(0, user.gecos.find(','));
}

Failure refuse_foreign(const AccountRef& account) {
  return fail(Errc::refused,
              fmt::format("the account {} on this host is not ours: its GECOS field is not the "
                          "marker",
                          account.user_name.str()),
              fmt::format("look at it with `getent passwd {}`; stagepass never touches it",
                          account.user_name.str()));
}

Failure refuse_shared(uid_t uid, const UserName& name, const std::string& holder) {
  return fail(
      Errc::refused,
      fmt::format("uid {} of {} belongs to {} now", uid, name.str(), escape_untrusted(holder)),
      "give that account a uid outside the uid_range of the target");
}

/// Who has this number by whatever source the host asks (LDAP, SSSD …): what carries it may be his.
/// Errors: `unreachable` if a source does not answer.
Result<std::optional<std::string>> directory_name_of(uid_t uid) {
  constexpr std::size_t kLargestEntry = 64UL * 1024;
  std::vector<char> buffer(kLargestEntry);
  struct passwd entry {};
  struct passwd* found = nullptr;
  const int error = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) {
    return std::optional<std::string>(entry.pw_name);
  }
  // What "no such number" looks like differs between the sources; see getpwuid(3).
  if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) {
    return std::optional<std::string>();
  }
  return fail(Errc::unreachable, fmt::format("cannot tell whether uid {} is somebody's: {}", uid,
                                             system::describe_errno(error)));
}

}  // namespace

Result<std::vector<MarkedAccount>> AccountIdentities::marked() const {
  SP_ASSIGN(const std::vector<PasswdEntry> users, AccountFiles().all_users());
  std::vector<MarkedAccount> found;
  for (const PasswdEntry& user : users) {
    const std::string_view full_name = full_name_of(user);
    if (full_name.starts_with(kMarkerPrefix) && range_.contains(user.uid)) {
      found.push_back({user.name, std::string(full_name)});
    }
  }
  return found;
}

Result<Presence> AccountIdentities::presence_of(const AccountRef& account) const {
  SP_ASSIGN(const auto entry, AccountFiles().find_user(account.user_name.str()));
  if (!entry) {
    return Presence::absent;
  }
  const bool is_ours = full_name_of(*entry) == account.marker && range_.contains(entry->uid);
  return is_ours ? Presence::ours : Presence::foreign;
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
      return refuse_shared(uid->value(), name, holder->name);
    }
    SP_ASSIGN(const std::optional<std::string> known, directory_name_of(uid->value()));
    if (known && *known != name.str()) {
      return refuse_shared(uid->value(), name, *known);
    }
  }
  return uid;
}

Result<TemporaryUid> AccountIdentities::assign_uid(const UserName& name) const {
  SP_ASSIGN(const std::set<uid_t> taken, AccountFiles().numbers_in_use());
  SP_ASSIGN(const TemporaryUid uid, ledger_.assign(name, [&](uid_t candidate) -> Result<bool> {
    SP_ASSIGN(const std::optional<std::string> known, directory_name_of(candidate));
    return known.has_value() || taken.contains(candidate);
  }));
  SP_TRY(uid_of(name));
  return uid;
}

}  // namespace stagepass::targets
