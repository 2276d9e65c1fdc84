#pragma once

#include "targets/deadline.hpp"
#include "targets/mariadb/socket_watch.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct st_mysql;

namespace stagepass::targets {

enum class SqlTls {
  verify,  ///< encrypted, and the certificate must be that of the host
  none,    ///< only for loopback and Unix sockets
};

/// Where a server is, and how we know that it is the one.
struct SqlServer {
  std::string host;  ///< empty: the socket is meant
  std::uint16_t port = 0;
  std::string socket;
  SqlTls tls = SqlTls::verify;
  std::string ca_file;  ///< empty: the authorities that this system trusts
};

struct SqlLogin {
  std::string user;
  const Secret* password = nullptr;  ///< null: none, as for a socket's own users
};

/// What a server or the client library answered instead of doing it.
struct SqlError {
  unsigned number = 0;
  std::string text;  ///< foreign

  /// The server was not heard, or not to its end: what it has done is unknown.
  [[nodiscard]] bool is_of_connection() const;
  /// Access denied: wrong user, wrong password, or no account for the place we come from.
  [[nodiscard]] bool is_access_denied() const;
  [[nodiscard]] bool is_account_locked() const;
};

/// The error of `doing` ("create the account") as an Error of the driver: `unreachable` where
/// trying again may help, `policy` for a server that takes no hashes, else `refused`.
[[nodiscard]] Failure sql_failure(std::string_view doing, const SqlError& error);

using SqlRow = std::vector<std::string>;  ///< NULL is empty

/// A connection to a MariaDB server that ends, whatever the server does, at the deadline it was
/// opened with.
///
/// Guarantees: no option files, no LOCAL INFILE, no reconnecting, no way of logging in by which
/// a server could ask for the password itself.
/// Threads: one at a time. Secrets: the library's copy of the password is wiped once it has
/// connected.
/// Based on: MariaDB Connector/C.
class SqlConnection final {
 public:
  SqlConnection(const SqlConnection&) = delete;
  SqlConnection& operator=(const SqlConnection&) = delete;
  SqlConnection(SqlConnection&&) noexcept = default;
  SqlConnection& operator=(SqlConnection&&) noexcept = default;
  ~SqlConnection();

  /// Connects and logs in; nothing more.
  [[nodiscard]] static tl::expected<SqlConnection, SqlError> log_in(const SqlServer& server,
                                                                    const SqlLogin& login,
                                                                    const Deadline& deadline);

  [[nodiscard]] Result<void> execute(std::string_view statement, std::string_view doing);
  /// The same for a statement that holds a hash.
  [[nodiscard]] Result<void> execute(const Secret& statement, std::string_view doing);
  [[nodiscard]] Result<std::vector<SqlRow>> query(std::string_view statement,
                                                  std::string_view doing);
  /// What the server answered last, if it refused something.
  [[nodiscard]] SqlError last_error() const;

  [[nodiscard]] bool is_mariadb() const;
  [[nodiscard]] unsigned long version() const;  ///< 101119 for 10.11.19
  [[nodiscard]] std::string version_text() const;
  [[nodiscard]] std::string own_address() const;  ///< empty for a socket
  [[nodiscard]] const Deadline& deadline() const { return deadline_; }

  /// True if the other side ended the connection within `patience`. From the first call on the
  /// deadline of `log_in` no longer counts.
  [[nodiscard]] bool ended_within(Timeout patience);

 private:
  struct Closer {
    void operator()(st_mysql* handle) const;
  };
  SqlConnection(st_mysql* handle, const Deadline& deadline);

  [[nodiscard]] bool connect(const SqlServer& server, const SqlLogin& login);
  [[nodiscard]] int wait_for(int events) const;
  [[nodiscard]] Result<void> send(std::string_view statement, std::string_view doing);

  Deadline deadline_;
  std::unique_ptr<st_mysql, Closer> handle_;
  std::unique_ptr<SocketWatch> watch_;  ///< gone before the handle that it watches
};

}  // namespace stagepass::targets
