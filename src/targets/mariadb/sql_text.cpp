#include "targets/mariadb/sql_text.hpp"

namespace stagepass::targets {
namespace {

std::string quoted_by(char quote, std::string_view text) {
  std::string result(1, quote);
  for (const char c : text) {
    result += c;
    if (c == quote) {
      result += c;
    }
  }
  return result + quote;
}

}  // namespace

std::string sql_string(std::string_view text) {
  return quoted_by('\'', text);
}

std::string sql_identifier(std::string_view name) {
  return quoted_by('`', name);
}

std::string sql_schema_pattern(std::string_view schema) {
  std::string pattern;
  for (const char c : schema) {
    if (c == '_' || c == '%' || c == '\\') {
      pattern += '\\';
    }
    pattern += c;
  }
  return sql_identifier(pattern);
}

std::string sql_account(std::string_view user, std::string_view host) {
  return sql_string(user) + "@" + sql_string(host);
}

}  // namespace stagepass::targets
