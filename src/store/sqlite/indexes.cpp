#include "store/sqlite/indexes.hpp"

#include "store/sqlite/statement.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>

namespace stagepass::store {
namespace {

Result<std::optional<std::string>> first_problem(Connection& connection) {
  SP_ASSIGN(auto check, connection.prepare("PRAGMA integrity_check(1)"));
  SP_ASSIGN(const bool has_row, check.next());
  if (!has_row) {
    return std::optional<std::string>("nothing could be checked");
  }
  const std::string answer = Row(check).text();
  return answer == "ok" ? std::nullopt : std::optional(answer);
}

}  // namespace

Result<bool> mend_indexes(Connection& connection) {
  SP_ASSIGN(const auto problem, first_problem(connection));
  if (!problem) {
    return false;
  }
  SP_TRY(connection.execute("REINDEX"));
  SP_ASSIGN(const auto left, first_problem(connection));
  if (left) {
    return fail(Errc::corrupt,
                fmt::format("the vault database {} is damaged: {}",
                            stagepass::quoted(connection.path().string()), escape_untrusted(*left)),
                "keep the file as it is and restore the last backup beside it");
  }
  return true;
}

}  // namespace stagepass::store
