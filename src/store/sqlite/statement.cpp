#include "store/sqlite/statement.hpp"

#include <utility>

namespace stagepass::store {

Statement::~Statement() {
  if (!handle_) {
    return;
  }
  ::sqlite3_reset(handle_.get());
  ::sqlite3_clear_bindings(handle_.get());
  connection_->give_back(std::move(handle_));
}

Statement& Statement::bind(const char* name, std::int64_t value) {
  return note(::sqlite3_bind_int64(handle_.get(), parameter(name), value));
}

Statement& Statement::bind(const char* name, std::string_view text) {
  // SQLite takes a null pointer for NULL; an empty text is not NULL.
  const char* data = text.data() != nullptr ? text.data() : "";
  return note(::sqlite3_bind_text64(handle_.get(), parameter(name), data, text.size(),
                                    SQLITE_STATIC, SQLITE_UTF8));
}

Statement& Statement::bind(const char* name, Bytes blob) {
  if (blob.empty()) {
    return note(::sqlite3_bind_zeroblob(handle_.get(), parameter(name), 0));
  }
  return note(::sqlite3_bind_blob64(handle_.get(), parameter(name), blob.data(), blob.size(),
                                    SQLITE_STATIC));
}

Statement& Statement::bind(const char* name, Timestamp at) {
  return bind(name, std::int64_t{at.time_since_epoch().count()});
}

Statement& Statement::bind(const char* name, const std::optional<Timestamp>& at) {
  return at ? bind(name, *at) : bind_null(name);
}

Statement& Statement::bind_null(const char* name) {
  return note(::sqlite3_bind_null(handle_.get(), parameter(name)));
}

Result<bool> Statement::next() {
  if (bind_error_ != SQLITE_OK) {
    return fail(connection_->error(bind_error_));
  }
  switch (const int code = ::sqlite3_step(handle_.get()); code) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail(connection_->error(code));
  }
}

Result<void> Statement::run() {
  SP_TRY(next());
  return {};
}

int Statement::parameter(const char* name) const noexcept {
  return ::sqlite3_bind_parameter_index(handle_.get(), name);
}

Statement& Statement::note(int code) noexcept {
  if (bind_error_ == SQLITE_OK) {
    bind_error_ = code;
  }
  return *this;
}

std::int64_t Row::integer() {
  return ::sqlite3_column_int64(statement_, column_++);
}

std::string Row::text() {
  const auto* data = ::sqlite3_column_text(statement_, column_);
  const int size = ::sqlite3_column_bytes(statement_, column_++);
  return data == nullptr
             ? std::string()
             : std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::vector<std::uint8_t> Row::blob() {
  const auto* data = static_cast<const std::uint8_t*>(::sqlite3_column_blob(statement_, column_));
  const int size = ::sqlite3_column_bytes(statement_, column_++);
  return data == nullptr ? std::vector<std::uint8_t>()
                         : std::vector<std::uint8_t>(data, data + size);
}

Timestamp Row::time() {
  return Timestamp(Ttl(integer()));
}

std::optional<std::string> Row::optional_text() {
  const bool null = is_null();
  auto value = text();
  return null ? std::nullopt : std::optional(std::move(value));
}

std::optional<std::vector<std::uint8_t>> Row::optional_blob() {
  const bool null = is_null();
  auto value = blob();
  return null ? std::nullopt : std::optional(std::move(value));
}

std::optional<Timestamp> Row::optional_time() {
  const bool null = is_null();
  const auto value = time();
  return null ? std::nullopt : std::optional(value);
}

bool Row::is_null() const noexcept {
  return ::sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

}  // namespace stagepass::store
