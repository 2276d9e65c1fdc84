#include "store/sqlite/case_rows.hpp"

#include "store/change_rules.hpp"
#include "store/sqlite/rows.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stagepass::store {
namespace {

constexpr std::string_view kAddBare =
    "INSERT INTO cases (ref, created_at) VALUES (:ref, :created_at) ON CONFLICT DO NOTHING";

constexpr std::string_view kInsert = R"sql(
INSERT INTO cases (ref, created_at, opened_at, closed_at, environment, platform, versions,
                   plugin_core, payment_core, since, updates, reproduced, examples, timebox_at,
                   version)
VALUES (:ref, :created_at, :opened_at, :closed_at, :environment, :platform, :versions,
        :plugin_core, :payment_core, :since, :updates, :reproduced, :examples, :timebox_at,
        :version))sql";

constexpr std::string_view kUpdate = R"sql(
UPDATE cases
SET opened_at = :opened_at, closed_at = :closed_at, environment = :environment,
    platform = :platform, versions = :versions, plugin_core = :plugin_core,
    payment_core = :payment_core, since = :since, updates = :updates, reproduced = :reproduced,
    examples = :examples, timebox_at = :timebox_at, version = version + 1
WHERE ref = :ref AND version = :version)sql";

/// An account that is ending is due already.
constexpr std::string_view kSelectOutlasting = R"sql(
SELECT 1 FROM grants AS g JOIN accounts AS a ON a.grant_id = g.id
WHERE g.case_ref = :ref AND a.state IN ('planned', 'active') 
  AND max(a.ends_at, a.expires_at) > :timebox_at
LIMIT 1)sql";

constexpr std::array kAnswerParameters = {":plugin_core", ":payment_core", ":since",
                                          ":updates",     ":reproduced",   ":examples"};
static_assert(kAnswerParameters.size() == kBasics.size());

void bind_changeable(Statement& statement, const Case& record) {
  statement.bind(":ref", record.ref.str())
      .bind(":opened_at", record.opened_at)
      .bind(":closed_at", record.closed_at)
      .bind(":platform", record.platform)
      .bind(":versions", record.versions)
      .bind(":timebox_at", record.timebox_at)
      .bind(":version", record.version);
  if (record.environment) {
    statement.bind(":environment", to_string(*record.environment));
  } else {
    statement.bind_null(":environment");
  }
  for (std::size_t i = 0; i < kBasics.size(); ++i) {
    const auto answer = record.answers.find(kBasics.at(i));
    if (answer == record.answers.end()) {
      statement.bind_null(kAnswerParameters.at(i));
    } else {
      statement.bind(kAnswerParameters.at(i), answer->second);
    }
  }
}

Result<void> add_bare(Connection& connection, const Case& record) {
  SP_ASSIGN(auto statement, connection.prepare(kAddBare));
  return statement.bind(":ref", record.ref.str()).bind(":created_at", record.created_at).run();
}

Result<void> add(Connection& connection, const Case& record) {
  SP_ASSIGN(auto statement, connection.prepare(kInsert));
  statement.bind(":created_at", record.created_at);
  bind_changeable(statement, record);
  auto done = statement.run();
  if (!done && done.error().code == Errc::conflict) {
    return fail(exists_already(describe(record)));
  }
  return done;
}

/// What a commit must heed of a case as it is stored.
struct Limits {
  std::optional<Timestamp> closed_at;
  std::optional<Timestamp> timebox_at;
};

/// Nothing if there is no such case.
Result<std::optional<Limits>> limits_of(Connection& connection, const std::string& ref) {
  SP_ASSIGN(auto statement,
            connection.prepare("SELECT closed_at, timebox_at FROM cases WHERE ref = :ref"));
  SP_ASSIGN(const bool found, statement.bind(":ref", ref).next());
  if (!found) {
    return std::optional<Limits>();
  }
  Row row(statement);
  return std::optional(Limits{row.optional_time(), row.optional_time()});
}

Result<void> update(Connection& connection, const Case& record) {
  SP_ASSIGN(const auto stored, limits_of(connection, record.ref.str()));
  if (!stored) {
    return fail(no_such_case(record.ref));
  }
  SP_ASSIGN(auto statement, connection.prepare(kUpdate));
  bind_changeable(statement, record);
  SP_TRY(statement.run());
  if (connection.changes() == 0) {
    return fail(changed_in_between(describe(record)));
  }
  return {};
}

Result<void> check_limits(Connection& connection, const CaseRef& ref, Timestamp expires_at) {
  SP_ASSIGN(const auto limits, limits_of(connection, ref.str()));
  if (!limits || (!limits->closed_at && expires_at <= limits->timebox_at.value_or(expires_at))) {
    return {};  // a case that is missing is told by the foreign key
  }
  return fail(forbidden_by_case(ref));
}

/// By the case that is stored: an update never says another one.
Result<void> check_extended(Connection& connection, const Grant& grant) {
  SP_ASSIGN(auto statement,
            connection.prepare("SELECT case_ref, expires_at FROM grants WHERE id = :id"));
  SP_ASSIGN(const bool found, statement.bind(":id", grant.id.str()).next());
  if (!found) {
    return {};
  }
  Row row(statement);
  const std::string ref = row.text();
  if (grant.expires_at <= row.time()) {
    return {};  // to end it, or earlier, is always allowed
  }
  SP_ASSIGN(const CaseRef stored, CaseRef::parse(ref));
  return check_limits(connection, stored, grant.expires_at);
}

}  // namespace

Result<Case> read_case(const Statement& statement) {
  Row row(statement);
  SP_ASSIGN(CaseRef ref, stored(CaseRef::parse(row.text())));
  Case record{std::move(ref), row.time()};
  record.opened_at = row.optional_time();
  record.closed_at = row.optional_time();
  if (const auto environment = row.optional_text()) {
    SP_ASSIGN(record.environment, stored(parse_environment(*environment)));
  }
  record.platform = row.text();
  record.versions = row.text();
  for (const Basic basic : kBasics) {
    if (auto answer = row.optional_text()) {
      record.answers.emplace(basic, *std::move(answer));
    }
  }
  record.timebox_at = row.optional_time();
  record.version = row.integer();
  return record;
}

Result<void> write_cases(Connection& connection, const ChangeSet& changes) {
  for (const Case& record : changes.cases) {
    SP_TRY(add_bare(connection, record));
  }
  for (const Case& record : changes.new_cases) {
    SP_TRY(add(connection, record));
  }
  for (const Case& record : changes.changed_cases) {
    SP_TRY(update(connection, record));
  }
  return {};
}

Result<void> check_cases_of_grants(Connection& connection, const ChangeSet& changes) {
  for (const Grant& grant : changes.new_grants) {
    SP_TRY(check_limits(connection, grant.case_ref, grant.expires_at));
  }
  for (const Grant& grant : changes.grants) {
    SP_TRY(check_extended(connection, grant));
  }
  return {};
}

Result<std::vector<Case>> moved_timeboxes(Connection& connection, const ChangeSet& changes) {
  std::vector<Case> moved = changes.new_cases;
  for (const Case& record : changes.changed_cases) {
    SP_ASSIGN(const auto stored, limits_of(connection, record.ref.str()));
    if (stored && stored->timebox_at != record.timebox_at) {
      moved.push_back(record);
    }
  }
  return moved;
}

Result<void> check_timeboxes(Connection& connection, const std::vector<Case>& moved) {
  for (const Case& record : moved) {
    if (!record.timebox_at) {
      continue;
    }
    SP_ASSIGN(auto statement, connection.prepare(kSelectOutlasting));
    SP_ASSIGN(
        const bool is_outlasted,
        statement.bind(":ref", record.ref.str()).bind(":timebox_at", *record.timebox_at).next());
    if (is_outlasted) {
      return fail(outlasts_timebox(record.ref));
    }
  }
  return {};
}

}  // namespace stagepass::store
