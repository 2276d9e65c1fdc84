#include "targets/mariadb/sql_connection.hpp"

#include "targets/mariadb/client_library.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <netinet/in.h>
#include <new>
#include <poll.h>
#include <sys/socket.h>

namespace stagepass::targets {
namespace {

constexpr unsigned kAccountLocked = 4151;     // ER_ACCOUNT_HAS_BEEN_LOCKED
constexpr unsigned kNoPassword = 1698;        // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
constexpr unsigned kStatementTimeout = 1969;  // max_statement_time
constexpr unsigned kConnectionKilled = 1927;  // ER_CONNECTION_KILLED
constexpr unsigned long kLongestAnswer = 1024UL * 1024;
constexpr std::size_t kMostRows = 200'000;
constexpr Timeout kTimeToSayGoodbye = std::chrono::seconds(1);

/// Methods of logging in that do not show the password to the server.
constexpr const char* kLoginMethods = "mysql_native_password,client_ed25519,caching_sha2_password";

/// Only after `log_in` has seen that it is there.
const ClientLibrary& client() {
  return *client_library();
}

SqlError error_of(st_mysql* handle) {
  return {client().error_number(handle), client().error(handle)};
}

Secret with_terminator(const Secret* password) {
  const std::size_t size = password == nullptr ? 0 : password->size();
  return Secret::make(size + 1, [&](MutableBytes out) {
    if (size > 0) {
      std::copy(password->reveal().begin(), password->reveal().end(), out.begin());
    }
    out.back() = 0;
  });
}

/// The library keeps its own copy, for reconnecting, which we never do.
void wipe_password(st_mysql* handle) {
  if (handle->passwd != nullptr) {
    wipe(
        MutableBytes(reinterpret_cast<std::uint8_t*>(handle->passwd), std::strlen(handle->passwd)));
  }
}

void set_tls(st_mysql* handle, const SqlServer& server) {
  const my_bool on = 1;
  if (server.tls == SqlTls::none) {
    return;
  }
  client().optionsv(handle, MYSQL_OPT_SSL_ENFORCE, &on);
  client().optionsv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
  client().optionsv(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
  if (!server.ca_file.empty()) {
    client().optionsv(handle, MYSQL_OPT_SSL_CA, server.ca_file.c_str());
  }
}

void set_options(st_mysql* handle, const SqlServer& server, const Deadline& deadline) {
  const auto seconds = static_cast<unsigned>(deadline.remaining().count() / 1000 + 1);
  const unsigned protocol = server.host.empty() ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  const unsigned off = 0;
  const my_bool no = 0;
  const std::size_t longest = kLongestAnswer;
  client().optionsv(handle, MYSQL_OPT_NONBLOCK, 0);
  client().optionsv(handle, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
  client().optionsv(handle, MYSQL_OPT_READ_TIMEOUT, &seconds);
  client().optionsv(handle, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
  client().optionsv(handle, MYSQL_OPT_PROTOCOL, &protocol);
  client().optionsv(handle, MYSQL_OPT_LOCAL_INFILE, &off);
  client().optionsv(handle, MYSQL_OPT_RECONNECT, &no);
  client().optionsv(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &longest);
  client().optionsv(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  client().optionsv(handle, MARIADB_OPT_RESTRICTED_AUTH, kLoginMethods);
  set_tls(handle, server);
}

bool may_pass(unsigned number) {
  constexpr std::array<unsigned, 9> kPassing = {
      ER_CON_COUNT_ERROR,   ER_SERVER_SHUTDOWN, ER_LOCK_WAIT_TIMEOUT,         ER_LOCK_DEADLOCK,
      ER_QUERY_INTERRUPTED, ER_HOST_IS_BLOCKED, ER_TOO_MANY_USER_CONNECTIONS, kStatementTimeout,
      kConnectionKilled};
  return std::find(kPassing.begin(), kPassing.end(), number) != kPassing.end();
}

}  // namespace

// --- errors -------------------------------------------------------------------------------------

bool SqlError::is_of_connection() const {
  const bool from_library = number >= CR_MIN_ERROR && number < 3000;
  const bool from_newer_library = number >= 5000 && number < 6000;
  return number == 0 || from_library || from_newer_library;
}

bool SqlError::is_access_denied() const {
  return number == ER_ACCESS_DENIED_ERROR || number == kNoPassword;
}

bool SqlError::is_account_locked() const {
  return number == kAccountLocked;
}

namespace {

/// A server that judges passwords and so takes no hashes; it has no number of its own for that.
bool wants_password(const SqlError& error) {
  return error.number == ER_NOT_VALID_PASSWORD || (error.number == ER_OPTION_PREVENTS_STATEMENT &&
                                                   error.text.find("strict") != std::string::npos);
}

}  // namespace

Failure sql_failure(std::string_view doing, const SqlError& error) {
  std::string message =
      fmt::format("the database could not {}: {}", doing, escape_untrusted(error.text));
  if (wants_password(error)) {
    return fail(Errc::policy, std::move(message),
                "the server takes no hashes: SET GLOBAL strict_password_validation=OFF");
  }
  switch (error.number) {
    case CR_SSL_CONNECTION_ERROR:
      return fail(Errc::unreachable, std::move(message),
                  "ca=FILE names the authority of the server's certificate; its name must be the "
                  "setting host");
    case ER_OPTION_PREVENTS_STATEMENT:
      return fail(Errc::refused, std::move(message),
                  "the server is read-only or without grant tables: name the primary");
    default:
      break;
  }
  if (error.is_of_connection() || may_pass(error.number)) {
    return fail(Errc::unreachable, std::move(message));
  }
  return fail(Errc::refused, std::move(message),
              "`stagepass target test` says what the admin account still needs");
}

// --- connecting ---------------------------------------------------------------------------------

void SqlConnection::Closer::operator()(st_mysql* handle) const {
  const my_socket socket = client().get_socket(handle);
  if (socket >= 0) {
    const SocketWatch watch(socket, Deadline(kTimeToSayGoodbye));
    client().close(handle);
    return;
  }
  client().close(handle);
}

SqlConnection::SqlConnection(st_mysql* handle, const Deadline& deadline)
    : deadline_(deadline), handle_(handle) {}

SqlConnection::~SqlConnection() = default;

int SqlConnection::wait_for(int events) const {
  pollfd wait{client().get_socket(handle_.get()), 0, 0};
  wait.events = static_cast<short>(((events & MYSQL_WAIT_READ) != 0 ? POLLIN : 0) |
                                   ((events & MYSQL_WAIT_WRITE) != 0 ? POLLOUT : 0));
  while (!deadline_.passed()) {
    if (::poll(&wait, 1, static_cast<int>(deadline_.remaining().count()) + 1) > 0) {
      return events & ~MYSQL_WAIT_TIMEOUT;
    }
  }
  return MYSQL_WAIT_TIMEOUT;
}

/// In steps until there is a socket that can be watched.
bool SqlConnection::connect(const SqlServer& server, const SqlLogin& login) {
  const Secret password = with_terminator(login.password);
  st_mysql* connected = nullptr;
  int status = client().real_connect_start(
      &connected, handle_.get(), server.host.empty() ? nullptr : server.host.c_str(),
      login.user.c_str(), password.reveal_text().data(), nullptr, server.port,
      server.host.empty() ? server.socket.c_str() : nullptr, CLIENT_REMEMBER_OPTIONS);
  while (status != 0) {
    const int ready = wait_for(status);
    const SocketWatch watch(client().get_socket(handle_.get()), deadline_);
    status = client().real_connect_cont(&connected, handle_.get(), ready);
  }
  wipe_password(handle_.get());
  return connected != nullptr;
}

tl::expected<SqlConnection, SqlError> SqlConnection::log_in(const SqlServer& server,
                                                            const SqlLogin& login,
                                                            const Deadline& deadline) {
  if (client_library() == nullptr) {
    return tl::unexpected(
        SqlError{0, "its client library is missing: apt-get install libmariadb3"});
  }
  st_mysql* handle = client().init(nullptr);
  if (handle == nullptr) {
    throw std::bad_alloc();
  }
  SqlConnection connection(handle, deadline);
  set_options(handle, server, deadline);
  if (!connection.connect(server, login)) {
    return tl::unexpected(error_of(handle));
  }
  connection.watch_ = std::make_unique<SocketWatch>(client().get_socket(handle), deadline);
  return connection;
}

// --- talking ------------------------------------------------------------------------------------

SqlError SqlConnection::last_error() const {
  return error_of(handle_.get());
}

Result<void> SqlConnection::send(std::string_view statement, std::string_view doing) {
  if (client().real_query(handle_.get(), statement.data(), statement.size()) != 0) {
    return sql_failure(doing, last_error());
  }
  return {};
}

Result<void> SqlConnection::execute(std::string_view statement, std::string_view doing) {
  SP_TRY(query(statement, doing));
  return {};
}

Result<void> SqlConnection::execute(const Secret& statement, std::string_view doing) {
  return execute(statement.reveal_text(), doing);
}

Result<std::vector<SqlRow>> SqlConnection::query(std::string_view statement,
                                                 std::string_view doing) {
  SP_TRY(send(statement, doing));
  using Answer = std::unique_ptr<MYSQL_RES, decltype(client().free_result)>;
  const Answer answer(client().use_result(handle_.get()), client().free_result);
  std::vector<SqlRow> rows;
  if (answer == nullptr) {
    return client().error_number(handle_.get()) == 0 ? Result<std::vector<SqlRow>>(std::move(rows))
                                                     : sql_failure(doing, last_error());
  }
  const unsigned columns = client().num_fields(answer.get());
  while (MYSQL_ROW row = client().fetch_row(answer.get())) {
    if (rows.size() == kMostRows) {
      return fail(Errc::unreachable, fmt::format("the database answers too much to {}", doing));
    }
    const unsigned long* sizes = client().fetch_lengths(answer.get());
    SqlRow& copy = rows.emplace_back();
    for (unsigned i = 0; i < columns; ++i) {
      copy.emplace_back(row[i] == nullptr ? "" : row[i], row[i] == nullptr ? 0 : sizes[i]);
    }
  }
  if (client().error_number(handle_.get()) != 0) {
    return sql_failure(doing, last_error());
  }
  return rows;
}

bool SqlConnection::is_mariadb() const {
  return client().is_mariadb(handle_.get()) != 0;
}

unsigned long SqlConnection::version() const {
  return client().get_server_version(handle_.get());
}

std::string SqlConnection::version_text() const {
  return escape_untrusted(client().get_server_info(handle_.get()));
}

std::string SqlConnection::own_address() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::getsockname(client().get_socket(handle_.get()), reinterpret_cast<sockaddr*>(&address),
                    &size) != 0) {
    return {};
  }
  const void* number = nullptr;
  if (address.ss_family == AF_INET) {
    number = &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
  } else if (address.ss_family == AF_INET6) {
    number = &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
  }
  return number != nullptr &&
                 ::inet_ntop(address.ss_family, number, text.data(), text.size()) != nullptr
             ? text.data()
             : std::string();
}

bool SqlConnection::ended_within(Timeout patience) {
  watch_.reset();
  const Deadline deadline(patience);
  const int socket = client().get_socket(handle_.get());
  pollfd wait{socket, POLLIN | POLLRDHUP, 0};
  while (::poll(&wait, 1, static_cast<int>(deadline.remaining().count())) < 0 &&
         !deadline.passed()) {
  }
  const SocketWatch watch(socket, Deadline(kTimeToSayGoodbye));
  return client().ping(handle_.get()) != 0;
}

}  // namespace stagepass::targets
