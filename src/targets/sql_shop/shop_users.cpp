#include "targets/sql_shop/shop_users.hpp"

#include "targets/mariadb/admin_session.hpp"
#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace stagepass::targets {

std::string side_rows(const ShopDatabase& database, const SideTable& side, const std::string& id) {
  return fmt::format("{} WHERE {} = {}{}", database.table(side.name), sql_identifier(side.user), id,
                     side.condition);
}

SqlShopUsers::SqlShopUsers(const ShopPlatform& platform, ShopDatabase database,
                           const AccountRef& account, std::vector<ShopMark> marks)
    : platform_(platform),
      database_(std::move(database)),
      name_(account.user_name.str()),
      marks_(std::move(marks)),
      users_(platform.users(database_)),
      sides_(platform.sides(database_)) {}

Result<SqlShopUsers> SqlShopUsers::of(const ShopPlatform& platform, ShopDatabase database,
                                      const AccountRef& account) {
  SP_ASSIGN(std::vector<ShopMark> marks, platform.marks_of(account));
  SP_TRY(claim(database.sql(), account));
  SqlShopUsers users(platform, std::move(database), account, std::move(marks));
  SP_TRY(users.require_tables());
  return users;
}

/// What the admin may not see it cannot tell from what is not there.
Result<void> SqlShopUsers::require_tables() const {
  std::vector<std::string> missing;
  for (const ShopMark& mark : marks_) {
    if (!database_.has(users_.name, mark.column)) {
      missing.push_back(fmt::format("{}.{}", database_.shown(users_.name), mark.column));
    }
  }
  for (const SideTable& side : sides_) {
    if (!database_.has(side.name, side.user)) {
      missing.push_back(fmt::format("{}.{}", database_.shown(side.name), side.user));
    }
  }
  if (missing.empty()) {
    return {};
  }
  return fail(
      Errc::refused, fmt::format("the database does not show {}", join(missing, ", ")),
      "are database and prefix those of the shop? `stagepass target test` says which rights "
      "are missing");
}

// --- looking ------------------------------------------------------------------------------------

/// Proofs byte for byte; login names as the shop itself compares them.
std::string SqlShopUsers::condition_of(const ShopMark& mark) {
  return fmt::format("{}{} = {}", mark.is_proof ? "BINARY " : "", sql_identifier(mark.column),
                     sql_string(mark.value));
}

std::string SqlShopUsers::ours(const std::string& id) const {
  std::vector<std::string> proofs;
  for (const ShopMark& mark : marks_) {
    if (mark.is_proof) {
      proofs.push_back(condition_of(mark));
    }
  }
  return fmt::format("{} = {} AND ({})", sql_identifier(users_.id), id, join(proofs, " OR "));
}

Result<std::vector<SqlShopUser>> SqlShopUsers::found() {
  std::vector<std::string> conditions;
  std::string columns = sql_identifier(users_.id);
  for (const ShopMark& mark : marks_) {
    conditions.push_back(condition_of(mark));
    columns += fmt::format(", COALESCE({}, 0)", conditions.back());
  }
  SP_ASSIGN(const auto rows,
            database_.sql().query(fmt::format("SELECT {} FROM {} WHERE {} ORDER BY 1", columns,
                                              users_table(), join(conditions, " OR ")),
                                  "look up the user"));
  std::vector<SqlShopUser> users;
  for (const SqlRow& row : rows) {
    if (row.size() != marks_.size() + 1) {
      return fail(Errc::unreachable, "the database answers something else than was asked");
    }
    SqlShopUser& user = users.emplace_back();
    SP_ASSIGN(user.id, as_number(row.front()));
    user.is_whole = true;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      const bool is_there = row[i + 1] == "1";
      user.is_ours = user.is_ours || (is_there && marks_[i].is_proof);
      user.is_whole = user.is_whole && is_there;
    }
  }
  return users;
}

std::vector<SqlShopUser> only_ours(const std::vector<SqlShopUser>& users) {
  std::vector<SqlShopUser> ours;
  std::copy_if(users.begin(), users.end(), std::back_inserter(ours),
               [](const SqlShopUser& each) { return each.is_ours; });
  return ours;
}

Result<void> SqlShopUsers::require_no_stranger(const std::vector<SqlShopUser>& users) const {
  if (only_ours(users).size() == users.size()) {
    return {};
  }
  return fail(Errc::refused,
              fmt::format("{} in the shop carries none of our marks, so it was not touched", name_),
              "somebody else made it, or changed it beyond recognition: look at it in the shop, "
              "and delete it there by hand");
}

Result<std::vector<SqlShopUser>> SqlShopUsers::ours_or_none() {
  SP_ASSIGN(std::vector<SqlShopUser> users, found());
  SP_TRY(require_no_stranger(users));
  return users;
}

// --- making -------------------------------------------------------------------------------------

std::vector<ShopColumn> SqlShopUsers::mark_columns() const {
  std::vector<ShopColumn> columns;
  columns.reserve(marks_.size());
  for (const ShopMark& mark : marks_) {
    columns.push_back({mark.column, sql_string(mark.value)});
  }
  return columns;
}

/// Only where nobody has the name: the shops have no unique key on it.
Result<std::string> SqlShopUsers::insert() {
  SP_ASSIGN(std::vector<ShopColumn> columns, platform_.columns_of_new(database_));
  for (ShopColumn& each : mark_columns()) {
    columns.push_back(std::move(each));
  }
  columns.push_back({users_.active, "0"});
  columns.push_back({users_.password, "'*'"});
  std::vector<std::string> names;
  std::vector<std::string> values;
  std::vector<std::string> taken;
  for (const ShopColumn& each : columns) {
    names.push_back(sql_identifier(each.name));
    values.push_back(each.value);
  }
  for (const ShopMark& mark : marks_) {
    taken.push_back(condition_of(mark));
  }
  SP_ASSIGN(
      const std::size_t made,
      database_.change(
          fmt::format("INSERT INTO {0} ({1}) SELECT {2} FROM DUAL WHERE NOT EXISTS (SELECT 1 "
                      "FROM {0} WHERE {3})",
                      users_table(), join(names, ", "), join(values, ", "), join(taken, " OR ")),
          "make the user"));
  SP_ASSIGN(const std::vector<SqlShopUser> users, ours_or_none());
  if (made != 1 || users.size() != 1) {
    return fail(Errc::unreachable, fmt::format("somebody else is just making {}", name_));
  }
  return users.front().id;
}

/// A column that is too narrow cuts off what it is given, without a word.
Result<void> SqlShopUsers::require_rows(const std::string& id) {
  SP_ASSIGN(const std::vector<SqlShopUser> users, ours_or_none());
  if (users.size() == 1 && users.front().id == id && users.front().is_whole) {
    return {};
  }
  return fail(Errc::unreachable, fmt::format("the shop made {}, but not as it was asked to", name_),
              "a trigger there may change new users, or a column may be too narrow");
}

/// One that is made again gets another number: a session that knows the old one, and that no table holds, opens nothing.
Result<std::string> SqlShopUsers::prepare(const std::vector<SqlShopUser>& there) {
  SP_TRY(erase(there));
  SP_ASSIGN(std::string id, insert());
  SP_TRY(require_rows(id));
  SP_TRY(platform_.give_role(database_, id));
  return id;
}

Result<void> SqlShopUsers::set_password(const std::string& id, const Secret& password,
                                        Random& random) {
  const std::size_t width = database_.width(users_.name, users_.password);
  if (width < users_.narrowest_password) {
    return fail(
        Errc::policy,
        fmt::format("the column {} of {} holds {} characters, the hash has {}", users_.password,
                    database_.shown(users_.name), width, users_.narrowest_password),
        "this version of the shop is not supported");
  }
  SP_ASSIGN(const Secret set, platform_.password_assignment(database_, password, random));
  const std::string before = fmt::format("UPDATE {} SET ", users_table());
  const std::string after = fmt::format(" WHERE {}", ours(id));
  return database_.sql().execute(joined({before, set.reveal_text(), after}), "set the password");
}

Result<void> SqlShopUsers::open_door(const std::string& id) {
  return database_.sql().execute(fmt::format("UPDATE {} SET {} = 1 WHERE {}", users_table(),
                                             sql_identifier(users_.active), ours(id)),
                                 "open the user's door");
}

// --- ending -------------------------------------------------------------------------------------

Result<void> SqlShopUsers::shut(const std::string& id) {
  std::vector<ShopColumn> columns = platform_.shut_columns(database_);
  columns.push_back({users_.active, "0"});
  return database_.sql().execute(
      fmt::format("UPDATE {} SET {} WHERE {}", users_table(), assignments(columns), ours(id)),
      "shut the user's door");
}

Result<std::size_t> SqlShopUsers::end_access(const std::string& id) {
  std::size_t ended = 0;
  for (const SideTable& side : sides_) {
    if (side.access.empty()) {
      continue;
    }
    const std::string where =
        fmt::format("{} = {}{} AND {}", sql_identifier(side.user), id, side.condition, side.access);
    const std::string table = database_.table(side.name);
    SP_ASSIGN(
        const std::size_t changed,
        database_.change(side.ending.empty()
                             ? fmt::format("DELETE FROM {} WHERE {}", table, where)
                             : fmt::format("UPDATE {} SET {} WHERE {}", table, side.ending, where),
                         "end the sessions"));
    ended += changed;
  }
  return ended;
}

Result<void> SqlShopUsers::delete_sides(const std::string& id) {
  for (const SideTable& side : sides_) {
    SP_TRY(database_.sql().execute("DELETE FROM " + side_rows(database_, side, id),
                                   "delete what belongs to the user"));
  }
  return {};
}

/// The user itself last, because only from it we know its number; then what came in between. Some
/// shops have tables without transactions: there, what is cut off is begun anew.
Result<void> SqlShopUsers::erase(const std::vector<SqlShopUser>& users) {
  if (users.empty()) {
    return {};
  }
  SP_TRY(database_.sql().execute("START TRANSACTION", "begin to erase"));
  for (const SqlShopUser& each : users) {
    SP_TRY(delete_sides(each.id));
    SP_TRY(database_.sql().execute(
        fmt::format("DELETE FROM {} WHERE {}", users_table(), ours(each.id)), "delete the user"));
    SP_TRY(delete_sides(each.id));
  }
  return database_.sql().execute("COMMIT", "erase the user");
}

Result<std::vector<std::string>> SqlShopUsers::residue_of(const std::string& id) {
  std::vector<std::string> residue;
  for (const SideTable& side : sides_) {
    SP_ASSIGN(const std::size_t left, database_.count(side_rows(database_, side, id)));
    if (left > 0) {
      residue.push_back(
          fmt::format("{} of {} in {}", side.phrase, name_, database_.shown(side.name)));
    }
  }
  SP_ASSIGN(const std::size_t left, database_.count(fmt::format("{} WHERE {} = {}", users_table(),
                                                                sql_identifier(users_.id), id)));
  if (left > 0) {
    residue.push_back(fmt::format("the user number {}, which {} had", id, name_));
  }
  return residue;
}

}  // namespace stagepass::targets
