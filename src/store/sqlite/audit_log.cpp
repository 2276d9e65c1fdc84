#include "store/sqlite/audit_log.hpp"

#include "store/sqlite/rows.hpp"
#include "store/sqlite/statement.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace stagepass::store {
namespace {

constexpr std::string_view kInsert = R"sql(
INSERT INTO audit (id, at, actor, action, subject, detail, records, hash)
VALUES (:id, :at, :actor, :action, :subject, :detail, :records, :hash))sql";

/// The largest position that there can be is left out: nothing could follow it.
Result<std::optional<AuditEntry>> next_entry(Connection& connection, std::string_view order,
                                             std::int64_t after = 0) {
  SP_ASSIGN(auto statement,
            connection.prepare(fmt::format("SELECT {} FROM audit WHERE id > :after AND "
                                           "id < 9223372036854775807 {} LIMIT 1",
                                           kAuditColumns, order)));
  SP_ASSIGN(const bool found, statement.bind(":after", after).next());
  if (!found) {
    return std::nullopt;
  }
  return read_audit_entry(statement);
}

Result<AuditHead> append(Connection& connection, const AuditHead& head, const AuditEntry& entry) {
  const AuditHead next = extended(head, entry);
  SP_ASSIGN(auto statement, connection.prepare(kInsert));
  SP_TRY(statement.bind(":id", next.size)
             .bind(":at", entry.at)
             .bind(":actor", entry.actor)
             .bind(":action", entry.action)
             .bind(":subject", entry.subject)
             .bind(":detail", entry.detail)
             .bind(":records", entry.records)
             .bind(":hash", Bytes(next.hash))
             .run());
  return next;
}

/// What an earlier version wrote without hashes is chained when the log goes on. Each step looks for
/// the next position and no further: through a damaged table SQLite may go in circles.
Result<AuditHead> chain_what_is_not(Connection& connection) {
  AuditHead head;
  while (true) {
    SP_ASSIGN(const auto entry, next_entry(connection, "ORDER BY id", head.size));
    if (!entry || entry->position <= head.size) {
      return head;
    }
    if (entry->hash != AuditHash{}) {
      head = {entry->position, entry->hash};
      continue;
    }
    head = extended({entry->position - 1, head.hash}, *entry);
    SP_ASSIGN(auto statement, connection.prepare("UPDATE audit SET hash = :hash WHERE id = :id"));
    SP_TRY(statement.bind(":hash", Bytes(head.hash)).bind(":id", head.size).run());
  }
}

/// What an entry of the log gives to a record.
struct Vouched {
  std::int64_t position = 0;
  std::string mac;
};

/// Of the newest entry about `subject` that names `record`; position 0 if none does.
Result<Vouched> newest_about(Connection& connection, const std::string& subject,
                             const std::string& record) {
  SP_ASSIGN(auto statement,
            connection.prepare("SELECT id, records FROM audit WHERE subject = :subject AND "
                               "records IS NOT NULL ORDER BY id DESC"));
  statement.bind(":subject", subject);
  // Through a damaged table SQLite may go in circles.
  for (std::int64_t before = std::numeric_limits<std::int64_t>::max();;) {
    SP_ASSIGN(const bool found, statement.next());
    Row row(statement);
    const std::int64_t position = found ? row.integer() : before;
    if (position >= before) {
      return Vouched();
    }
    before = position;
    if (auto mac = mac_in(row.text(), record)) {
      return Vouched{position, *std::move(mac)};
    }
  }
}

template <class Record>
Result<void> fill_in_mac(Connection& connection, Record& record) {
  Vouched newest;
  for (const std::string& subject : vouching_subjects(record)) {
    SP_ASSIGN(Vouched vouched, newest_about(connection, subject, record_name(record)));
    if (vouched.position > newest.position) {
      newest = std::move(vouched);
    }
  }
  record.vouched_mac = std::move(newest.mac);
  return {};
}

}  // namespace

Result<void> extend_audit_log(Connection& connection, const std::vector<AuditEntry>& entries) {
  if (entries.empty()) {
    return {};
  }
  SP_ASSIGN(AuditHead head, read_audit_head(connection));
  if (head == AuditHead{}) {
    SP_ASSIGN(head, chain_what_is_not(connection));
  }
  for (const AuditEntry& entry : entries) {
    SP_ASSIGN(head, append(connection, head, entry));
  }
  return {};
}

Result<void> read_vouched_mac(Connection& connection, Grant& grant) {
  return fill_in_mac(connection, grant);
}

Result<void> read_vouched_mac(Connection& connection, Account& account) {
  return fill_in_mac(connection, account);
}

Result<void> read_vouched_mac(Connection& connection, Target& target) {
  return fill_in_mac(connection, target);
}

Result<void> read_vouched_mac(Connection& connection, Recipient& recipient) {
  return fill_in_mac(connection, recipient);
}

Result<void> read_vouched_mac(Connection& connection, Case& record) {
  return fill_in_mac(connection, record);
}

Result<AuditHead> read_audit_head(Connection& connection) {
  SP_ASSIGN(const auto last, next_entry(connection, "ORDER BY id DESC"));
  if (!last || last->hash == AuditHash{}) {
    return AuditHead{};
  }
  return AuditHead{last->position, last->hash};
}

}  // namespace stagepass::store
