#pragma once

#include "targets/deadline.hpp"
#include "targets/postgresql/libpq.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stagepass::targets {

/// Which server, and how its identity is proven.
struct PgServer {
  std::string host;  ///< a name, an address, or the folder of a Unix socket
  std::uint16_t port = 0;
  std::string sslmode;
  std::string sslrootcert;
};

struct PgLogin {
  std::string database;
  std::string user;
  const Secret* password = nullptr;  ///< null: whatever the server takes without one
};

/// What a server said no with. Foreign text, not escaped.
struct PgRefusal {
  std::string sqlstate;  ///< five characters; empty if it was not the server that spoke
  std::string message;
  bool is_past_password = false;  ///< it asked for none, or was content with the one it got
};

/// Text of each column; NULL is empty.
using PgRow = std::vector<std::string>;
using PgRows = std::vector<PgRow>;

struct PgOpening;

/// One connection to a PostgreSQL server.
///
/// Guarantees: looks names up in pg_catalog alone, so that nothing a specialist made is ever called
/// by its name; never prints; the server gives up a statement that outlives the deadline of `open`.
/// Threads: one call at a time.
/// Failure: `unreachable` for everything that leaves the state unknown or may pass (time-out, lost
/// connection, lock, shutdown); `refused` for what the server will not do. After an error the
/// connection is of no more use: a transaction may be open in it.
/// Secrets: libpq copies the password while it logs in.
class PgConnection final {
 public:
  /// A server's no is not an Error here. Errors: `unreachable`, `unavailable`.
  [[nodiscard]] static Result<PgOpening> open(const PgServer& server, const PgLogin& login,
                                              const Deadline& deadline);

  /// One statement; $1, $2 … are `values`.
  [[nodiscard]] Result<PgRows> query(const std::string& statement,
                                     const std::vector<std::string>& values,
                                     const Deadline& deadline);

  /// Several statements, separated by semicolons; the first that fails ends it.
  [[nodiscard]] Result<void> run(const std::string& script, const Deadline& deadline);

  /// False once the server or an error has ended it.
  [[nodiscard]] bool is_open();
  /// True if the server ends it within `patience`.
  [[nodiscard]] bool ended_within(Timeout patience);

  [[nodiscard]] int server_version() const { return pq_->server_version(handle_.get()); }
  [[nodiscard]] bool is_encrypted() const { return pq_->ssl_in_use(handle_.get()) != 0; }

 private:
  struct Close {
    const Libpq* pq = nullptr;
    void operator()(PGconn* connection) const;
  };
  using Handle = std::unique_ptr<PGconn, Close>;

  struct SessionTexts;

  [[nodiscard]] static Result<SessionTexts> session_texts(const PgServer& server,
                                                          const Deadline& deadline);
  [[nodiscard]] static Handle begin(const Libpq& pq, const PgServer& server, const PgLogin& login,
                                    const SessionTexts& texts);

  PgConnection(const Libpq& pq, Handle handle) : pq_(&pq), handle_(std::move(handle)) {}

  [[nodiscard]] Result<bool> log_in(const Deadline& deadline);
  [[nodiscard]] Result<void> wait_for(short events, const Deadline& deadline) const;
  [[nodiscard]] Result<void> send_rest(const Deadline& deadline);
  [[nodiscard]] Result<PgRows> answer(const Deadline& deadline);
  [[nodiscard]] Result<PGresult*> next_result(const Deadline& deadline);
  [[nodiscard]] PgRows rows_of(const PGresult* result) const;
  [[nodiscard]] Failure lost() const;

  const Libpq* pq_;
  Handle handle_;
  bool failed_ = false;
};

struct PgOpening {
  std::optional<PgConnection> connection;
  PgRefusal refusal;  ///< if there is no connection
};

/// True if the server knew who spoke and did not let him in.
[[nodiscard]] bool is_login_refusal(const PgRefusal& refusal);

/// The error for a refusal; `what` was to be done ("create the role").
[[nodiscard]] Error error_of_refusal(const PgRefusal& refusal);

}  // namespace stagepass::targets
