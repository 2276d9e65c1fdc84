#include "store/sqlite/rows.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::store {
namespace {

template <class T>
Result<T> parsed(Row& row) {
  return stored(T::parse(row.text()));
}

std::optional<SealedSecret> read_secret(Row& row) {
  auto wrapped_key = row.optional_blob();
  auto ciphertext = row.optional_blob();
  if (!wrapped_key || !ciphertext) {
    return std::nullopt;
  }
  return SealedSecret{std::move(*wrapped_key), std::move(*ciphertext)};
}

Retrieval read_retrieval(Row& row) {
  Retrieval retrieval;
  retrieval.claimed_at = row.optional_time();
  retrieval.claimed_by = row.text();
  retrieval.retrieved_at = row.optional_time();
  retrieval.retrieved_by = row.text();
  return retrieval;
}

Result<EndEvidence> read_evidence(Row& row) {
  EndEvidence evidence;
  evidence.disabled_at = row.optional_time();
  evidence.sessions_ended_at = row.optional_time();
  evidence.sessions_ended = row.integer();
  evidence.deleted_at = row.optional_time();
  evidence.was_already_absent = row.integer() != 0;
  evidence.verified_at = row.optional_time();
  SP_ASSIGN(evidence.login, stored(parse_login_check(row.text())));
  return evidence;
}

/// Zeros for an entry that was never chained, and for what can be no hash: who verifies the log
/// finds it, and who ends an account is not held up by it.
AuditHash read_hash(Row& row) {
  AuditHash hash{};
  const auto bytes = row.optional_blob();
  if (bytes && bytes->size() == hash.size()) {
    std::copy(bytes->begin(), bytes->end(), hash.begin());
  }
  return hash;
}

void bind_secret(Statement& statement, const std::optional<SealedSecret>& secret) {
  if (!secret) {
    statement.bind_null(":wrapped_key").bind_null(":ciphertext");
    return;
  }
  statement.bind(":wrapped_key", Bytes(secret->wrapped_key))
      .bind(":ciphertext", Bytes(secret->ciphertext));
}

}  // namespace

Error damaged_record(const Error& error) {
  return {Errc::corrupt,
          fmt::format("the vault database holds a damaged record: {}", error.message),
          "keep the file as it is and restore the last backup beside it"};
}

void bind_identity(Statement& statement, const Grant& grant) {
  statement.bind(":case_ref", grant.case_ref.str())
      .bind(":recipient", grant.recipient.str())
      .bind(":created_at", grant.created_at)
      .bind(":created_by", grant.created_by);
}

void bind_changeable(Statement& statement, const Grant& grant) {
  statement.bind(":id", grant.id.str())
      .bind(":expires_at", grant.expires_at)
      .bind(":ended_at", grant.ended_at)
      .bind(":ended_by", grant.ended_by)
      .bind(":retrieve_by", grant.retrieve_by)
      .bind(":version", grant.version);
  if (grant.end_reason) {
    statement.bind(":end_reason", to_string(*grant.end_reason));
  } else {
    statement.bind_null(":end_reason");
  }
  if (grant.work_time) {
    statement.bind(":work_time", std::int64_t{grant.work_time->count()});
  } else {
    statement.bind_null(":work_time");
  }
}

void bind_identity(Statement& statement, const Account& account) {
  statement.bind(":grant_id", account.grant.str())
      .bind(":target", account.target.str())
      .bind(":user_name", account.user_name.str())
      .bind(":marker", account.marker)
      .bind(":created_at", account.created_at);
}

void bind_changeable(Statement& statement, const Account& account) {
  statement.bind(":id", account.id.str())
      .bind(":state", to_string(account.state))
      .bind(":expires_at", account.expires_at)
      .bind(":ends_at", account.ends_at)
      .bind(":next_at", account.next_at)
      .bind(":leased_until", account.leased_until)
      .bind(":attempts", account.attempts)
      .bind(":last_error", account.last_error)
      .bind(":version", account.version);
  bind_secret(statement, account.secret);
  const auto& retrieval = account.retrieval;
  statement.bind(":claimed_at", retrieval.claimed_at)
      .bind(":claimed_by", retrieval.claimed_by)
      .bind(":retrieved_at", retrieval.retrieved_at)
      .bind(":retrieved_by", retrieval.retrieved_by);
  const auto& evidence = account.evidence;
  statement.bind(":disabled_at", evidence.disabled_at)
      .bind(":sessions_ended_at", evidence.sessions_ended_at)
      .bind(":sessions_ended", evidence.sessions_ended)
      .bind(":deleted_at", evidence.deleted_at)
      .bind(":already_absent", std::int64_t{evidence.was_already_absent ? 1 : 0})
      .bind(":verified_at", evidence.verified_at)
      .bind(":login_check", to_string(evidence.login));
}

void bind_identity(Statement& statement, const Target& target) {
  statement.bind(":created_at", target.created_at);
}

void bind_changeable(Statement& statement, const Target& target) {
  statement.bind(":name", target.name.str())
      .bind(":driver", target.driver)
      .bind(":environment", to_string(target.environment))
      .bind(":rehearsed_at", target.rehearsed_at)
      .bind(":next_audit_at", target.next_audit_at)
      .bind(":version", target.version);
}

Result<Grant> read_grant(const Statement& statement) {
  Row row(statement);
  SP_ASSIGN(auto id, parsed<GrantId>(row));
  SP_ASSIGN(auto case_ref, parsed<CaseRef>(row));
  SP_ASSIGN(auto recipient, parsed<RecipientName>(row));
  Grant grant{.id = std::move(id),
              .case_ref = std::move(case_ref),
              .recipient = std::move(recipient),
              .created_at = row.time(),
              .created_by = row.text(),
              .expires_at = row.time(),
              .ended_at = row.optional_time(),
              .end_reason = std::nullopt,
              .ended_by = {}};
  if (const auto reason = row.optional_text()) {
    SP_ASSIGN(grant.end_reason, stored(parse_end_reason(*reason)));
  }
  grant.ended_by = row.text();
  grant.version = row.integer();
  grant.retrieve_by = row.optional_time();
  if (const auto work_time = row.optional_time()) {
    grant.work_time = work_time->time_since_epoch();
  }
  return grant;
}

Result<Account> read_account(const Statement& statement) {
  Row row(statement);
  SP_ASSIGN(auto id, parsed<AccountId>(row));
  SP_ASSIGN(auto grant, parsed<GrantId>(row));
  SP_ASSIGN(auto target, parsed<TargetName>(row));
  SP_ASSIGN(auto user_name, parsed<UserName>(row));
  auto marker = row.text();
  SP_ASSIGN(const auto state, stored(parse_account_state(row.text())));
  Account account{.id = std::move(id),
                  .grant = std::move(grant),
                  .target = std::move(target),
                  .user_name = std::move(user_name),
                  .marker = std::move(marker),
                  .state = state,
                  .created_at = row.time(),
                  .expires_at = row.time(),
                  .ends_at = row.time(),
                  .next_at = row.optional_time(),
                  .leased_until = row.optional_time(),
                  .attempts = row.integer(),
                  .last_error = row.text(),
                  .secret = read_secret(row),
                  .retrieval = read_retrieval(row),
                  .evidence = {}};
  SP_ASSIGN(account.evidence, read_evidence(row));
  account.version = row.integer();
  return account;
}

Result<Target> read_target(const Statement& statement) {
  Row row(statement);
  SP_ASSIGN(auto name, parsed<TargetName>(row));
  auto driver = row.text();
  SP_ASSIGN(const auto environment, stored(parse_environment(row.text())));
  return Target{.name = std::move(name),
                .driver = std::move(driver),
                .environment = environment,
                .settings = {},
                .sealed_settings = {},
                .created_at = row.time(),
                .rehearsed_at = row.optional_time(),
                .version = row.integer(),
                .next_audit_at = row.time()};
}

Result<Recipient> read_recipient(const Statement& statement) {
  Row row(statement);
  SP_ASSIGN(auto name, parsed<RecipientName>(row));
  return Recipient{.name = std::move(name), .created_at = row.time(), .version = row.integer()};
}

Result<TargetName> read_target_name(const Statement& statement) {
  Row row(statement);
  return parsed<TargetName>(row);
}

Result<ClockMark> read_clock_mark(const Statement& statement) {
  Row row(statement);
  ClockMark mark{.latest = row.time(),
                 .boot_id = row.text(),
                 .since_boot = Ttl(row.integer()),
                 .behind = Ttl(row.integer()),
                 .epoch = row.integer()};
  // Reckoning with anything beyond would overflow.
  const auto in_range = [](Ttl span) {
    return span >= Ttl::zero() && span <= kEndOfTime.time_since_epoch();
  };
  if (!in_range(mark.latest.time_since_epoch()) || !in_range(mark.since_boot) ||
      !in_range(mark.behind)) {
    return stored(Result<ClockMark>(fail(Errc::corrupt, "a clock mark that cannot be")));
  }
  return mark;
}

AuditEntry read_audit_entry(const Statement& statement) {
  Row row(statement);
  return AuditEntry{.at = row.time(),
                    .actor = row.text(),
                    .action = row.text(),
                    .subject = row.text(),
                    .detail = row.text(),
                    .records = row.optional_text().value_or(""),
                    .position = row.integer(),
                    .hash = read_hash(row)};
}

}  // namespace stagepass::store
