#include "targets/postgresql/admin_login.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {

AdminLogin::AdminLogin(PgServer server, std::string database, std::string user,
                       std::optional<Secret> password)
    : server_(std::move(server)),
      database_(std::move(database)),
      user_(std::move(user)),
      password_(std::move(password)) {}

Result<PgConnection*> AdminLogin::home(const Deadline& deadline) {
  if (!home_ || !home_->is_open()) {
    home_.reset();
    SP_ASSIGN(PgConnection opened, open(database_, deadline));
    home_.emplace(std::move(opened));
  }
  return &*home_;
}

Result<PgConnection> AdminLogin::open(const std::string& database, const Deadline& deadline) const {
  const PgLogin login{database, user_, password_ ? &*password_ : nullptr};
  SP_ASSIGN(PgOpening opening, PgConnection::open(server_, login, deadline));
  if (opening.connection) {
    return *std::move(opening.connection);
  }
  if (is_login_refusal(opening.refusal)) {
    return fail(Errc::refused,
                fmt::format("PostgreSQL refused the login of {}: {}", user_,
                            escape_untrusted(opening.refusal.message)),
                "check the settings user and password, and pg_hba.conf");
  }
  Error error = error_of_refusal(opening.refusal);
  if (opening.refusal.message.find("no password supplied") != std::string::npos) {
    error.hint = fmt::format("give the password of {} with --secret password", user_);
  }
  return fail(std::move(error));
}

}  // namespace stagepass::targets
