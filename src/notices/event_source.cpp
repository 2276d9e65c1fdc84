#include "notices/event_source.hpp"

#include "notices/event_texts.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/confirmation.hpp>
#include <stagepass/service/receipt.hpp>
#include <stagepass/service/trusted_grant.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace stagepass::notices {
namespace {

using policy::NoticeEvent;
using MaybeEvent = std::optional<Event>;

constexpr std::string_view kActive = "account.active";
constexpr std::string_view kGone = "account.gone";
constexpr std::string_view kNotGone = "account.not-gone-yet";
constexpr std::string_view kOrphan = "account.orphan";
constexpr std::string_view kMissing = "account.missing";
constexpr std::string_view kWithdrawn = "account.withdrawn";
constexpr std::string_view kRetrieve = "retrieve";
constexpr std::string_view kReissue = "reissue";
constexpr std::string_view kNotCreated = "not_created";

const std::map<std::string_view, NoticeEvent>& kinds() {
  static const std::map<std::string_view, NoticeEvent> kinds = {
      {kActive, NoticeEvent::grant},      {kRetrieve, NoticeEvent::retrieve},
      {kReissue, NoticeEvent::reissue},   {kGone, NoticeEvent::end},
      {kNotGone, NoticeEvent::failure},   {kOrphan, NoticeEvent::failure},
      {kMissing, NoticeEvent::failure},   {kWithdrawn, NoticeEvent::failure},
      {kNotCreated, NoticeEvent::failure}};
  return kinds;
}

/// A record that is not there, or not as we wrote it: that is told. Everything else is about the store, and tried again.
bool is_of_record(const Error& error) {
  return error.code != Errc::unavailable && error.code != Errc::not_durable;
}

/// Part of its hash, too: after an older copy of the vault was put back, another entry stands at the same place.
std::string id_of(const std::string& vault, const AuditEntry& entry) {
  constexpr std::size_t kHashBytes = 4;
  return fmt::format("msg_{}_{}_{}", vault, entry.position,
                     to_hex(Bytes(entry.hash).first(kHashBytes)));
}

}  // namespace

Result<EventSource> EventSource::open(service::Workspace& workspace) {
  SP_ASSIGN(VaultRecord vault, workspace.store.vault());
  return EventSource(workspace, std::move(vault.vault_id));
}

std::optional<NoticeEvent> EventSource::kind_of(const AuditEntry& entry) {
  const auto found = kinds().find(entry.action);
  return found == kinds().end() ? std::nullopt : std::optional(found->second);
}

Result<MaybeEvent> EventSource::event_of(const AuditEntry& entry) {
  if (!kind_of(entry)) {
    return MaybeEvent();
  }
  const bool is_of_grant =
      entry.action == kRetrieve || entry.action == kReissue || entry.action == kNotCreated;
  SP_ASSIGN(MaybeEvent event, is_of_grant ? about_grant(entry) : about_account(entry));
  if (event) {
    event->id = id_of(vault_id_, entry);
  }
  return event;
}

Result<MaybeEvent> EventSource::about_grant(const AuditEntry& entry) {
  const auto id = GrantId::parse(entry.subject);
  if (!id) {
    return MaybeEvent();
  }
  const auto grant = service::trusted_grant(*workspace_, *id);
  if (!grant) {
    return is_of_record(grant.error())
               ? Result<MaybeEvent>(failed(Failing::changed, id->str(), entry))
               : fail(grant.error());
  }
  if (entry.action == kRetrieve) {
    return grant_retrieved(*grant, entry);
  }
  return entry.action == kReissue ? grant_reissued(*grant, entry)
                                  : grant_failed(Failing::not_created, *grant, "", entry);
}

Result<MaybeEvent> EventSource::about_account(const AuditEntry& entry) {
  const auto id = AccountId::parse(entry.subject);
  const auto account =
      id ? workspace_->store.account(*id) : Result<std::optional<Account>>(std::nullopt);
  if (!account) {
    return is_of_record(account.error()) ? Result<MaybeEvent>(MaybeEvent()) : fail(account.error());
  }
  if (!*account) {
    // What has no record is told of when it is found, not again with each step of its end.
    return entry.action == kOrphan ? MaybeEvent(failed(Failing::orphan, "", entry)) : MaybeEvent();
  }
  const bool is_failure = kind_of(entry) == NoticeEvent::failure;
  return is_failure ? failure_of(entry, **account) : made_or_ended(entry, **account);
}

Result<MaybeEvent> EventSource::made_or_ended(const AuditEntry& entry, const Account& account) {
  const auto grant = service::trusted_grant(*workspace_, account.grant);
  if (!grant) {
    return is_of_record(grant.error())
               ? Result<MaybeEvent>(failed(Failing::changed, account.grant.str(), entry))
               : fail(grant.error());
  }
  SP_ASSIGN(const bool is_last, is_last_of_all(entry, grant->found.accounts));
  if (!is_last) {
    return MaybeEvent();
  }
  if (entry.action == kActive) {
    return grant_made(*grant, entry);
  }
  // Nothing is called gone here that a receipt would not call gone.
  const auto receipt = service::receipt_of(*workspace_, grant->found.grant.id, std::nullopt);
  if (!receipt) {
    if (receipt.error().code == Errc::pending) {
      return MaybeEvent();
    }
    return is_of_record(receipt.error())
               ? Result<MaybeEvent>(grant_failed(Failing::changed, *grant, "", entry))
               : fail(receipt.error());
  }
  return grant_ended(*grant, entry);
}

/// Has every account of the grant come so far, this one as the last? Each counts by its first time.
Result<bool> EventSource::is_last_of_all(const AuditEntry& entry,
                                         const std::vector<Account>& accounts) {
  std::int64_t last = 0;
  for (const Account& account : accounts) {
    SP_ASSIGN(const auto position, first_position(account.id, entry.action));
    if (!position) {
      return false;
    }
    last = std::max(last, *position);
  }
  return last == entry.position;
}

Result<std::optional<std::int64_t>> EventSource::first_position(const AccountId& account,
                                                                const std::string& action) {
  SP_ASSIGN(const auto history, workspace_->store.audit_of(account.str()));
  const auto first = std::find_if(history.begin(), history.end(),
                                  [&](const AuditEntry& each) { return each.action == action; });
  return first == history.end() ? std::nullopt : std::optional(first->position);
}

Result<MaybeEvent> EventSource::failure_of(const AuditEntry& entry, const Account& account) {
  // It is tried again for ever, and each time it fails it is on record.
  SP_ASSIGN(const auto first, first_position(account.id, entry.action));
  if (first != entry.position) {
    return MaybeEvent();
  }
  const auto grant = service::trusted_grant(*workspace_, account.grant);
  if (!grant) {
    return is_of_record(grant.error())
               ? Result<MaybeEvent>(failed(Failing::changed, account.grant.str(), entry))
               : fail(grant.error());
  }
  Failing what = Failing::not_gone;
  if (entry.action == kOrphan) {
    what = Failing::orphan;
  } else if (entry.action == kMissing) {
    what = Failing::missing;
  } else if (entry.action == kWithdrawn) {
    what = Failing::withdrawn;
  } else if (const auto target = workspace_->store.target(account.target);
             target && service::is_kept_by_hand(*workspace_, *target).value_or(false)) {
    what = Failing::not_gone_by_hand;
  }
  return grant_failed(what, *grant, account.target.str(), entry);
}

Result<std::vector<SoonOver>> EventSource::soon_over(Ttl near_end,
                                                     const std::set<AnnouncedEnd>& announced) {
  constexpr std::size_t kMostDue = 10'000;
  constexpr std::size_t kMost = 1000;
  const Timestamp now = workspace_->clock.now();
  const auto due = workspace_->store.due(now + near_end, kMostDue);
  if (!due) {
    return is_of_record(due.error()) ? Result<std::vector<SoonOver>>() : fail(due.error());
  }
  std::set<AnnouncedEnd> seen;
  std::vector<SoonOver> soon;
  for (const Account& account : *due) {
    const AnnouncedEnd end{account.grant.str(), account.ends_at};
    const bool is_live = account.state == AccountState::active && account.ends_at > now;
    if (!is_live || announced.contains(end) || !seen.insert(end).second || soon.size() == kMost) {
      continue;
    }
    SP_ASSIGN(auto one, judge(account.grant, account.ends_at, near_end));
    if (one) {
      soon.push_back(*std::move(one));
    }
  }
  return soon;
}

Result<std::optional<SoonOver>> EventSource::judge(const GrantId& grant, Timestamp ends,
                                                   Ttl near_end) {
  const auto trusted = service::trusted_grant(*workspace_, grant);
  if (!trusted) {
    return is_of_record(trusted.error()) ? Result<std::optional<SoonOver>>(std::nullopt)
                                         : fail(trusted.error());
  }
  // Who was told of a grant for half an hour needs no second notice that it ends within the hour.
  const Grant& given = trusted->found.grant;
  if (given.created_at + near_end >= ends) {
    return std::optional<SoonOver>();
  }
  Event event = grant_ends_soon(*trusted, ends, workspace_->clock.now());
  event.id =
      fmt::format("msg_{}_near_{}_{}", vault_id_, given.id.body(), ends.time_since_epoch().count());
  return std::optional(SoonOver{{given.id.str(), ends}, std::move(event)});
}

}  // namespace stagepass::notices
