#include "store/sqlite/recipients.hpp"

#include "store/change_rules.hpp"
#include "store/sqlite/audit_log.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/statement.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace stagepass::store {
namespace {

constexpr std::string_view kInsertKey = R"sql(
INSERT INTO recipient_keys (recipient, key, added_at, added_by, confirmed_at, confirmed_by)
VALUES (:recipient, :key, :added_at, :added_by, :confirmed_at, :confirmed_by))sql";

Result<void> add_unless_there(Connection& connection, const Recipient& added) {
  SP_ASSIGN(auto statement,
            connection.prepare("INSERT INTO recipients (name, created_at) "
                               "VALUES (:name, :created_at) ON CONFLICT DO NOTHING"));
  return statement.bind(":name", added.name.str()).bind(":created_at", added.created_at).run();
}

Result<void> write_keys(Connection& connection, const Recipient& recipient) {
  SP_ASSIGN(auto remove, connection.prepare("DELETE FROM recipient_keys WHERE recipient = :name"));
  SP_TRY(remove.bind(":name", recipient.name.str()).run());
  for (const RecipientKey& key : recipient.keys) {
    SP_ASSIGN(auto statement, connection.prepare(kInsertKey));
    SP_TRY(statement.bind(":recipient", recipient.name.str())
               .bind(":key", key.text)
               .bind(":added_at", key.added_at)
               .bind(":added_by", key.added_by)
               .bind(":confirmed_at", key.confirmed_at)
               .bind(":confirmed_by", key.confirmed_by)
               .run());
  }
  return {};
}

/// Compare and set: a version that is not the stored one finds no row.
Result<void> update(Connection& connection, const Recipient& recipient) {
  SP_ASSIGN(const auto stored, read_recipients(connection, recipient.name));
  if (stored.empty()) {
    return fail(no_such_recipient(recipient.name));
  }
  SP_ASSIGN(auto statement, connection.prepare("UPDATE recipients SET version = version + 1 "
                                               "WHERE name = :name AND version = :version"));
  SP_TRY(statement.bind(":name", recipient.name.str()).bind(":version", recipient.version).run());
  if (connection.changes() == 0) {
    return fail(changed_in_between(describe(recipient)));
  }
  return write_keys(connection, recipient);
}

Result<void> read_keys(Connection& connection, Recipient& recipient) {
  SP_ASSIGN(auto statement,
            connection.prepare("SELECT key, added_at, added_by, confirmed_at, confirmed_by "
                               "FROM recipient_keys WHERE recipient = :name ORDER BY key"));
  statement.bind(":name", recipient.name.str());
  for (;;) {
    SP_ASSIGN(const bool has_row, statement.next());
    if (!has_row) {
      return {};
    }
    Row row(statement);
    recipient.keys.push_back({.text = row.text(),
                              .added_at = row.time(),
                              .added_by = row.text(),
                              .confirmed_at = row.optional_time(),
                              .confirmed_by = row.text()});
  }
}

}  // namespace

Result<void> write_recipients(Connection& connection, const ChangeSet& changes) {
  for (const Recipient& added : changes.recipients) {
    SP_TRY(add_unless_there(connection, added));
  }
  for (const Recipient& changed : changes.changed_recipients) {
    SP_TRY(update(connection, changed));
  }
  return {};
}

Result<std::vector<Recipient>> read_recipients(Connection& connection,
                                               const std::optional<RecipientName>& name) {
  SP_ASSIGN(auto statement,
            connection.prepare(fmt::format("SELECT {} FROM recipients{} ORDER BY name",
                                           kRecipientColumns, name ? " WHERE name = :name" : "")));
  if (name) {
    statement.bind(":name", name->str());
  }
  std::vector<Recipient> all;
  for (;;) {
    SP_ASSIGN(const bool has_row, statement.next());
    if (!has_row) {
      return all;
    }
    SP_ASSIGN(Recipient recipient, read_recipient(statement));
    SP_TRY(read_keys(connection, recipient));
    SP_TRY(read_vouched_mac(connection, recipient));
    all.push_back(std::move(recipient));
  }
}

}  // namespace stagepass::store
