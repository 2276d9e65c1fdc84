#include "targets/postgresql/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <algorithm>
#include <iterator>

namespace stagepass::targets {
namespace {

std::string in_quotes(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    quoted.append(c == quote ? 2 : 1, c);
  }
  return quoted += quote;
}

std::string list_of(const std::vector<std::string>& texts, std::string (*write)(std::string_view)) {
  std::vector<std::string> written;
  std::transform(texts.begin(), texts.end(), std::back_inserter(written), write);
  return join(written, ", ");
}

}  // namespace

std::string sql_name(std::string_view name) {
  return in_quotes(name, '"');
}

std::string sql_text(std::string_view text) {
  return in_quotes(text, '\'');
}

std::string sql_names(const std::vector<std::string>& names) {
  return list_of(names, sql_name);
}

std::string sql_array(const std::vector<std::string>& texts) {
  return "ARRAY[" + list_of(texts, sql_text) + "]::text[]";
}

}  // namespace stagepass::targets
