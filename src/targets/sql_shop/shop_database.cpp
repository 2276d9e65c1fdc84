#include "targets/sql_shop/shop_database.hpp"

#include "targets/mariadb/admin_session.hpp"
#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace stagepass::targets {
namespace {

Result<std::size_t> number_in(const std::vector<SqlRow>& rows) {
  std::size_t number = 0;
  if (rows.size() == 1 && rows.front().size() == 1) {
    const std::string& text = rows.front().front();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) {
      return number;
    }
  }
  return fail(Errc::unreachable, "the database does not say how many rows there are");
}

}  // namespace

ShopDatabase::ShopDatabase(SqlConnection sql, const ShopSettings& settings)
    : sql_(std::move(sql)), database_(settings.database), prefix_(settings.prefix) {}

Result<ShopDatabase> ShopDatabase::open(Process& process, const ShopSettings& settings,
                                        const Secret* password, const Deadline& deadline) {
  SP_TRY(resolve_in_time(process, settings.server, deadline));
  SP_ASSIGN(SqlConnection sql,
            log_in_as_admin(settings.server, {settings.admin, password}, deadline));
  SP_TRY(prepare_session(sql));
  const auto patience =
      std::chrono::duration_cast<std::chrono::seconds>(deadline.remaining()).count();
  SP_TRY(sql.execute(fmt::format("SET SESSION autocommit=1, sql_select_limit=18446744073709551615, "
                                 "innodb_lock_wait_timeout={}",
                                 std::max<long>(patience - 1, 1)),
                     "prepare the session"));
  return ShopDatabase(std::move(sql), settings);
}

Result<void> ShopDatabase::look_at(const std::vector<std::string>& tables) {
  std::string names;
  for (const std::string& each : tables) {
    names += (names.empty() ? "" : ", ") + sql_string(prefix_ + each);
  }
  SP_ASSIGN(const auto rows,
            sql_.query(fmt::format("SELECT TABLE_NAME, COLUMN_NAME, "
                                   "COALESCE(CHARACTER_MAXIMUM_LENGTH, 0) FROM "
                                   "information_schema.COLUMNS WHERE TABLE_SCHEMA = {} AND "
                                   "TABLE_NAME IN ({})",
                                   sql_string(database_), names),
                       "look at the shop's tables"));
  for (const SqlRow& row : rows) {
    if (row.size() == 3 && row[0].starts_with(prefix_)) {
      std::size_t width = 0;
      std::from_chars(row[2].data(), row[2].data() + row[2].size(), width);
      columns_[row[0].substr(prefix_.size())][row[1]] = width;
    }
  }
  return {};
}

std::string ShopDatabase::table(std::string_view name) const {
  return fmt::format("{}.{}", sql_identifier(database_),
                     sql_identifier(fmt::format("{}{}", prefix_, name)));
}

std::string ShopDatabase::shown(std::string_view name) const {
  return fmt::format("{}.{}{}", database_, prefix_, name);
}

bool ShopDatabase::has(const std::string& table, const std::string& column) const {
  const auto found = columns_.find(table);
  return found != columns_.end() && found->second.contains(column);
}

std::size_t ShopDatabase::width(const std::string& table, const std::string& column) const {
  return has(table, column) ? columns_.at(table).at(column) : 0;
}

Result<std::size_t> ShopDatabase::change(std::string_view statement, std::string_view doing) {
  SP_TRY(sql_.execute(statement, doing));
  SP_ASSIGN(const auto rows, sql_.query("SELECT ROW_COUNT()", doing));
  return number_in(rows);
}

Result<std::size_t> ShopDatabase::count(const std::string& from_and_where) {
  SP_ASSIGN(const auto rows,
            sql_.query("SELECT COUNT(*) FROM " + from_and_where, "look for what is left"));
  return number_in(rows);
}

Result<std::string> as_number(const std::string& text) {
  constexpr std::size_t kLongest = 20;
  const bool is_number = !text.empty() && text.size() <= kLongest &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? Result<std::string>(text)
                   : fail(Errc::unreachable, fmt::format("the database gives {} for a number",
                                                         stagepass::quoted(text)));
}

}  // namespace stagepass::targets
