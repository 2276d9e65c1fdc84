#include "store/sqlite/schema.hpp"

#include "store/sqlite/database_file.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/transaction.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <array>
#include <string>

namespace stagepass::store {
namespace {

// Never edit a step that was released: add one.
//
// Targets are named, not referenced, by accounts: the history of an account outlives its target.
// Rows of accounts are never removed, so UNIQUE (target, user_name) holds for ever. What the
// scheduler asks for is in partial indices that hold only accounts that are not gone.
constexpr std::string_view kCreateVault = R"sql(
CREATE TABLE vault (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  vault_id        TEXT NOT NULL CHECK (length(vault_id) = 32),
  created_at      INTEGER NOT NULL,
  key_parameters  BLOB NOT NULL
) STRICT;

CREATE TABLE cases (
  ref         TEXT NOT NULL PRIMARY KEY,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recipients (
  name        TEXT NOT NULL PRIMARY KEY,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE targets (
  name          TEXT NOT NULL PRIMARY KEY,
  driver        TEXT NOT NULL,
  environment   TEXT NOT NULL CHECK (environment IN ('staging', 'test', 'live')),
  created_at    INTEGER NOT NULL,
  rehearsed_at  INTEGER,
  version       INTEGER NOT NULL CHECK (version > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE target_settings (
  target  TEXT NOT NULL REFERENCES targets ON DELETE CASCADE,
  key     TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (target, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE target_sealed_settings (
  target  TEXT NOT NULL REFERENCES targets ON DELETE CASCADE,
  key     TEXT NOT NULL,
  sealed  BLOB NOT NULL,
  PRIMARY KEY (target, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  id          TEXT NOT NULL PRIMARY KEY,
  case_ref    TEXT NOT NULL REFERENCES cases,
  recipient   TEXT NOT NULL REFERENCES recipients,
  created_at  INTEGER NOT NULL,
  created_by  TEXT NOT NULL,
  expires_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  end_reason  TEXT CHECK (end_reason IN ('expired', 'finished', 'revoked', 'not_created')),
  ended_by    TEXT NOT NULL,
  version     INTEGER NOT NULL CHECK (version > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_age ON grants (created_at, id);
CREATE INDEX grants_by_case ON grants (case_ref, created_at, id);
CREATE INDEX grants_by_recipient ON grants (recipient, created_at, id);

CREATE TABLE accounts (
  id                 TEXT NOT NULL PRIMARY KEY,
  grant_id           TEXT NOT NULL REFERENCES grants,
  target             TEXT NOT NULL,
  user_name          TEXT NOT NULL,
  marker             TEXT NOT NULL,
  state              TEXT NOT NULL CHECK (state IN ('planned', 'active', 'ending', 'gone')),
  created_at         INTEGER NOT NULL,
  expires_at         INTEGER NOT NULL,
  ends_at            INTEGER NOT NULL,
  next_at            INTEGER,
  leased_until       INTEGER,
  attempts           INTEGER NOT NULL CHECK (attempts >= 0),
  last_error         TEXT NOT NULL,
  wrapped_key        BLOB,
  ciphertext         BLOB,
  claimed_at         INTEGER,
  claimed_by         TEXT NOT NULL,
  retrieved_at       INTEGER,
  retrieved_by       TEXT NOT NULL,
  disabled_at        INTEGER,
  sessions_ended_at  INTEGER,
  sessions_ended     INTEGER NOT NULL CHECK (sessions_ended >= 0),
  deleted_at         INTEGER,
  already_absent     INTEGER NOT NULL CHECK (already_absent IN (0, 1)),
  verified_at        INTEGER,
  login_check        TEXT NOT NULL CHECK (login_check IN ('not_tried', 'refused')),
  version            INTEGER NOT NULL CHECK (version > 0),
  UNIQUE (target, user_name),
  CHECK (state = 'gone' OR next_at IS NOT NULL),
  CHECK ((wrapped_key IS NULL) = (ciphertext IS NULL))
) STRICT;
CREATE INDEX accounts_by_grant ON accounts (grant_id, target, id);
CREATE INDEX accounts_open_by_grant ON accounts (grant_id) WHERE state <> 'gone';
CREATE INDEX accounts_due ON accounts (next_at, id) WHERE state <> 'gone';
CREATE INDEX accounts_due_by_target ON accounts (target, next_at, id) WHERE state <> 'gone';
CREATE INDEX accounts_by_end ON accounts (ends_at) WHERE state <> 'gone';

CREATE TABLE audit (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  detail   TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject);
)sql";

/// The latest time the vault has seen, and when purge compares a target with the records.
constexpr std::string_view kKeepTime = R"sql(
CREATE TABLE clock (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  latest      INTEGER NOT NULL CHECK (latest BETWEEN 0 AND 253402300799),
  boot_id     TEXT NOT NULL,
  since_boot  INTEGER NOT NULL CHECK (since_boot BETWEEN 0 AND 253402300799),
  behind      INTEGER NOT NULL CHECK (behind BETWEEN 0 AND 253402300799),
  epoch       INTEGER NOT NULL CHECK (epoch > 0)
) STRICT;
ALTER TABLE targets ADD COLUMN next_audit_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX accounts_ending ON accounts (target, next_at) WHERE state = 'ending';
CREATE INDEX accounts_put_off ON accounts (next_at) WHERE state = 'ending';
CREATE INDEX accounts_leased ON accounts (leased_until)
  WHERE state <> 'gone' AND leased_until IS NOT NULL;
)sql";

/// Each entry of the audit log is bound to all before it. Null in what was written before this step,
/// until the next entry is.
constexpr std::string_view kChainAudit = "ALTER TABLE audit ADD COLUMN hash BLOB";

/// The entries of the audit log vouch for the records; null in what was written before this step. What would
/// be looked at too late, whoever has put it off, is found without reading all accounts.
constexpr std::string_view kVouchForRecords = R"sql(
ALTER TABLE audit ADD COLUMN records TEXT;
CREATE INDEX accounts_planned ON accounts (next_at) WHERE state = 'planned';
CREATE INDEX accounts_late ON accounts (id) WHERE state = 'active' AND next_at > ends_at;
)sql";

/// No secret of an older epoch of the keyring may be added.
constexpr std::string_view kFenceEpochs =
    "ALTER TABLE vault ADD COLUMN key_epoch INTEGER NOT NULL DEFAULT 1 CHECK (key_epoch > 0)";

/// Hand-offs are sealed for the keys of a recipient.
constexpr std::string_view kKeepRecipientKeys = R"sql(
ALTER TABLE recipients ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
CREATE TABLE recipient_keys (
  recipient     TEXT NOT NULL REFERENCES recipients,
  key           TEXT NOT NULL,
  added_at      INTEGER NOT NULL,
  added_by      TEXT NOT NULL,
  confirmed_at  INTEGER,
  confirmed_by  TEXT NOT NULL,
  PRIMARY KEY (recipient, key)
) STRICT, WITHOUT ROWID;
)sql";

/// What a person says about a case. Null for one that only a grant has named.
constexpr std::string_view kOpenCases = R"sql(
ALTER TABLE cases ADD COLUMN opened_at INTEGER;
ALTER TABLE cases ADD COLUMN closed_at INTEGER;
ALTER TABLE cases ADD COLUMN environment TEXT CHECK (environment IN ('staging', 'test', 'live'));
ALTER TABLE cases ADD COLUMN platform TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN versions TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN plugin_core TEXT;
ALTER TABLE cases ADD COLUMN payment_core TEXT;
ALTER TABLE cases ADD COLUMN since TEXT;
ALTER TABLE cases ADD COLUMN updates TEXT;
ALTER TABLE cases ADD COLUMN reproduced TEXT;
ALTER TABLE cases ADD COLUMN examples TEXT;
ALTER TABLE cases ADD COLUMN timebox_at INTEGER;
ALTER TABLE cases ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
)sql";

/// A grant ends if it is not retrieved in time, or so long after it was.
constexpr std::string_view kKeepClocks = R"sql(
ALTER TABLE grants ADD COLUMN retrieve_by INTEGER;
ALTER TABLE grants ADD COLUMN work_time INTEGER CHECK (work_time > 0);
)sql";

constexpr std::array kMigrations = {kCreateVault, kKeepTime,          kChainAudit, kVouchForRecords,
                                    kFenceEpochs, kKeepRecipientKeys, kOpenCases,  kKeepClocks};

Result<std::int64_t> read_pragma(Connection& connection, std::string_view sql) {
  SP_ASSIGN(auto statement, connection.prepare(sql));
  SP_TRY(statement.next());
  return Row(statement).integer();
}

Result<std::int64_t> schema_of(Connection& connection) {
  return read_pragma(connection, "PRAGMA user_version");
}

Result<void> take_step(Connection& connection, Migrations steps, std::int64_t schema) {
  SP_TRY(connection.execute(std::string(steps[static_cast<std::size_t>(schema)])));
  return connection.execute(fmt::format("PRAGMA user_version = {}", schema + 1));
}

/// A copy is for going back to an older version, not for keeping credentials longer than their
/// accounts live: with it a person can end what is open, and retrieve nothing.
Result<void> destroy_secrets(const std::filesystem::path& copy) {
  SP_ASSIGN(const auto connection, Connection::open(copy));
  return connection->execute("UPDATE accounts SET wrapped_key = NULL, ciphertext = NULL");
}

/// While our transaction holds the write lock nobody else changes the file, but SQLite copies only
/// from a connection that is not writing itself.
Result<void> keep_copy(const Connection& connection, std::int64_t schema) {
  const auto& path = connection.path();
  SP_ASSIGN(const auto reader, Connection::open(path));
  SP_ASSIGN(auto copy, UnfinishedFile::beside(path));
  SP_TRY(reader->copy_to(copy.path()));
  SP_TRY(destroy_secrets(copy.path()));
  return copy.publish(fmt::format("{}.before-{}", path.string(), schema + 1),
                      UnfinishedFile::Existing::replace);
}

Result<void> check_identity(Connection& connection, Migrations steps) {
  const auto name = stagepass::quoted(connection.path().string());
  SP_ASSIGN(const auto application, read_pragma(connection, "PRAGMA application_id"));
  SP_ASSIGN(const auto schema, schema_of(connection));
  if (application != kApplicationId || schema < 1) {
    return fail(Errc::corrupt, fmt::format("{} is not the database of a stagepass vault", name));
  }
  if (schema > static_cast<std::int64_t>(steps.size())) {
    return fail(Errc::corrupt,
                fmt::format("the vault database {} was written by a newer version of stagepass "
                            "(schema {}, this version knows {})",
                            name, schema, steps.size()),
                "install the newer version; nothing was changed");
  }
  return {};
}

}  // namespace

Migrations all_migrations() {
  return kMigrations;
}

Result<void> create_schema(Connection& connection, Migrations steps) {
  SP_ASSIGN(auto transaction, Transaction::begin(connection));
  SP_TRY(connection.execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  for (std::size_t schema = 0; schema < steps.size(); ++schema) {
    SP_TRY(take_step(connection, steps, static_cast<std::int64_t>(schema)));
  }
  return transaction.commit();
}

Result<void> update_schema(Connection& connection, Migrations steps) {
  SP_TRY(check_identity(connection, steps));
  const auto newest = static_cast<std::int64_t>(steps.size());
  SP_ASSIGN(auto found, schema_of(connection));
  for (bool copied = false; found < newest; copied = true) {
    SP_ASSIGN(auto transaction, Transaction::begin(connection));
    // Another process may have been faster.
    SP_ASSIGN(found, schema_of(connection));
    if (found >= newest) {
      break;
    }
    if (!copied) {
      remove_unfinished_beside(connection.path());
      SP_TRY(keep_copy(connection, found));
    }
    SP_TRY(take_step(connection, steps, found));
    SP_TRY(transaction.commit());
    ++found;
  }
  return {};
}

}  // namespace stagepass::store
