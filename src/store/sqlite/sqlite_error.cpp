#include "store/sqlite/sqlite_error.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

namespace stagepass::store {
namespace {

constexpr int kPrimaryCode = 0xff;

bool is_missing_right(int system_errno) {
  return system_errno == EACCES || system_errno == EPERM || system_errno == EROFS;
}

Error read_only(const std::string& name) {
  return {Errc::permission_denied, fmt::format("the vault database {} cannot be written", name),
          "check the owner and the rights of the file and its folder, and that the file system is "
          "not mounted read-only"};
}

Error broken_constraint(int code, const std::string& name) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {Errc::conflict, "a record of this name exists already", {}};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {Errc::not_found, "a record refers to another one that does not exist", {}};
    default:  // what is read keeps the rules, and what we write: unless others wrote in between
      return {Errc::corrupt,
              fmt::format("a record breaks a rule of the vault database {} ({})", name,
                          ::sqlite3_errstr(code)),
              "keep the file as it is and restore the last backup beside it"};
  }
}

}  // namespace

Error describe_sqlite_error(int code, int system_errno, const std::filesystem::path& database) {
  const std::string name = stagepass::quoted(database.string());
  switch (code & kPrimaryCode) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::unavailable, fmt::format("the vault database {} stays locked", name),
              "another process is writing to it; try again when that has ended"};
    case SQLITE_FULL:
      return {Errc::unavailable, fmt::format("no space is left for the vault database {}", name),
              "free some space and try again; nothing was changed"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return read_only(name);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (is_missing_right(system_errno)) {
        return read_only(name);
      }
      return {Errc::unavailable,
              fmt::format("the vault database {} cannot be read or written ({})", name,
                          ::sqlite3_errstr(code)),
              "check the disk and its free space, then try again"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // our statements are right: then the tables are not as we made them
      return {Errc::corrupt, fmt::format("the vault database {} is damaged", name),
              "keep the file as it is and restore the last backup beside it"};
    case SQLITE_CONSTRAINT:
      return broken_constraint(code, name);
    case SQLITE_NOMEM:
      return {Errc::unavailable, "not enough memory for the vault database", {}};
    case SQLITE_TOOBIG:
      return {Errc::invalid_argument, "a record is too large for the vault database", {}};
    default:
      return {Errc::internal,
              fmt::format("unexpected result {} of the vault database {} ({})", code, name,
                          ::sqlite3_errstr(code)),
              {}};
  }
}

Error lost_durability(const std::filesystem::path& database) {
  return {Errc::not_durable,
          fmt::format("a write to the vault database {} could not be made durable",
                      stagepass::quoted(database.string())),
          "check the disk; what this command did last may be lost, the next command looks again"};
}

}  // namespace stagepass::store
