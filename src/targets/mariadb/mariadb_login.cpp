#include "targets/mariadb/mariadb_login.hpp"

#include "targets/mariadb/sql_text.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

class MariadbSession final : public LiveSession {
 public:
  explicit MariadbSession(SqlConnection connection) : connection_(std::move(connection)) {}
  bool ended_within(Timeout patience) override { return connection_.ended_within(patience); }

 private:
  SqlConnection connection_;
};

Failure no_answer(const SqlError& error) {
  return fail(Errc::unreachable,
              fmt::format("the database neither accepted nor refused the login: {}",
                          escape_untrusted(error.text)));
}

/// 'address' matches a host part: a pattern of LIKE, or network/mask.
std::string match(const std::string& address, const std::string& from) {
  const std::size_t slash = from.find('/');
  if (slash == std::string::npos) {
    return fmt::format("{} LIKE {}", sql_string(address), sql_string(from));
  }
  return fmt::format("COALESCE(INET_ATON({}) & INET_ATON({}) = INET_ATON({}), 0)",
                     sql_string(address), sql_string(from.substr(slash + 1)),
                     sql_string(from.substr(0, slash)));
}

}  // namespace

Result<MariadbLoginOutcome> try_mariadb_login(const SqlServer& server, const SqlLogin& login,
                                              const Deadline& deadline) {
  const auto connection = SqlConnection::log_in(server, login, deadline);
  if (connection) {
    return MariadbLoginOutcome::accepted;
  }
  if (connection.error().is_access_denied()) {
    return MariadbLoginOutcome::refused;
  }
  if (connection.error().is_account_locked()) {
    return MariadbLoginOutcome::locked;
  }
  return no_answer(connection.error());
}

Result<std::unique_ptr<LiveSession>> open_mariadb_session(const SqlServer& server,
                                                          const SqlLogin& login,
                                                          const Deadline& deadline) {
  auto connection = SqlConnection::log_in(server, login, deadline);
  if (connection) {
    return std::make_unique<MariadbSession>(std::move(*connection));
  }
  if (connection.error().is_access_denied() || connection.error().is_account_locked()) {
    return fail(Errc::refused, fmt::format("the database refused the login: {}",
                                           escape_untrusted(connection.error().text)));
  }
  return no_answer(connection.error());
}

Result<bool> is_from_here(SqlConnection& admin_session, const std::string& from) {
  SP_ASSIGN(const auto seen, admin_session.query("SELECT SUBSTRING_INDEX(USER(), '@', -1)",
                                                 "tell where we come from"));
  std::vector<std::string> addresses = {admin_session.own_address()};
  if (!seen.empty()) {
    addresses.push_back(seen.front().front());
  }
  for (const std::string& address : addresses) {
    SP_ASSIGN(const auto answer,
              admin_session.query("SELECT " + match(address, from), "compare where we come from"));
    if (!answer.empty() && answer.front().front() == "1") {
      return true;
    }
  }
  return false;
}

}  // namespace stagepass::targets
