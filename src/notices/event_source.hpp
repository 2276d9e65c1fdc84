#pragma once

#include "notices/event.hpp"
#include "notices/state.hpp"

#include <stagepass/core/audit.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/service/workspace.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stagepass::notices {

/// A grant that ends soon, at an end that nobody was told of.
struct SoonOver {
  AnnouncedEnd end;
  Event event;
};

/// What there is to tell, by the audit log and the records.
///
/// Guarantees: of what somebody else has written into a record nothing is told but that he has. What an entry stands for
/// follows from the log alone, whenever it is asked: an account that fails again, or is gone again, is no new event.
/// Failure: as the store says.
class EventSource final {
 public:
  /// `workspace` must outlive this object.
  [[nodiscard]] static Result<EventSource> open(service::Workspace& workspace);

  /// What an entry is about, as far as its action says; nothing for most.
  [[nodiscard]] static std::optional<policy::NoticeEvent> kind_of(const AuditEntry& entry);

  /// The event that an entry stands for; nothing if it is none after all.
  [[nodiscard]] Result<std::optional<Event>> event_of(const AuditEntry& entry);

  /// Live grants that end within `near_end` from now, but for those announced, and for those that were so short from
  /// the start. A thousand at most.
  [[nodiscard]] Result<std::vector<SoonOver>> soon_over(Ttl near_end,
                                                        const std::set<AnnouncedEnd>& announced);

 private:
  EventSource(service::Workspace& workspace, std::string vault_id)
      : workspace_(&workspace), vault_id_(std::move(vault_id)) {}

  [[nodiscard]] Result<std::optional<Event>> made_or_ended(const AuditEntry& entry,
                                                           const Account& account);
  [[nodiscard]] Result<std::optional<Event>> failure_of(const AuditEntry& entry,
                                                        const Account& account);
  [[nodiscard]] Result<std::optional<Event>> about_account(const AuditEntry& entry);
  [[nodiscard]] Result<std::optional<Event>> about_grant(const AuditEntry& entry);
  [[nodiscard]] Result<bool> is_last_of_all(const AuditEntry& entry,
                                            const std::vector<Account>& accounts);
  [[nodiscard]] Result<std::optional<std::int64_t>> first_position(const AccountId& account,
                                                                   const std::string& action);
  [[nodiscard]] Result<std::optional<SoonOver>> judge(const GrantId& grant, Timestamp ends,
                                                      Ttl near_end);

  service::Workspace* workspace_;
  std::string vault_id_;
};

}  // namespace stagepass::notices
