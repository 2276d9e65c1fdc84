#pragma once

#include "targets/mariadb/sql_connection.hpp"
#include "targets/sql_shop/shop_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/process.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// A session on the database of a shop, and what can be seen there of its tables.
///
/// Guarantees: every statement counts at once (autocommit, whatever the server's standard is), and
/// a listing is never cut off by a limit of the server.
class ShopDatabase final {
 public:
  /// `tables`: without the prefix, all that the driver may ever ask for. Errors: `refused` for a
  /// wrong admin credential, `unreachable`.
  [[nodiscard]] static Result<ShopDatabase> open(Process& process, const ShopSettings& settings,
                                                 const Secret* password, const Deadline& deadline);
  [[nodiscard]] Result<void> look_at(const std::vector<std::string>& tables);

  [[nodiscard]] SqlConnection& sql() { return sql_; }
  /// `shop`.`oc_user`
  [[nodiscard]] std::string table(std::string_view name) const;
  /// The same for a person: shop.oc_user
  [[nodiscard]] std::string shown(std::string_view name) const;

  /// Is it there, as far as the admin may see?
  [[nodiscard]] bool has(const std::string& table) const { return columns_.contains(table); }
  [[nodiscard]] bool has(const std::string& table, const std::string& column) const;
  /// How many characters the column of a text holds; 0 if it is none.
  [[nodiscard]] std::size_t width(const std::string& table, const std::string& column) const;

  /// How many rows the statement changed.
  [[nodiscard]] Result<std::size_t> change(std::string_view statement, std::string_view doing);
  [[nodiscard]] Result<std::size_t> count(const std::string& from_and_where);

 private:
  ShopDatabase(SqlConnection sql, const ShopSettings& settings);

  SqlConnection sql_;
  std::string database_;
  std::string prefix_;
  std::map<std::string, std::map<std::string, std::size_t>> columns_;
};

/// Digits alone: what a server says is a number may go back into a statement only as one.
[[nodiscard]] Result<std::string> as_number(const std::string& text);

}  // namespace stagepass::targets
