#include "targets/postgresql/connection.hpp"

#include "targets/postgresql/host_lookup.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/freed_memory.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kStateLength = 5;
constexpr std::size_t kMostRows = 100'000;
/// The routine of the server that looks a role up once it is known who speaks; it names itself in
/// what it says, in every language.
constexpr std::string_view kAfterPassword = "InitializeSessionUserId,";

/// libpq reads the password up to a NUL.
Secret with_nul(const Secret* password) {
  const std::size_t size = password == nullptr ? 0 : password->size();
  return Secret::make(size + 1, [&](MutableBytes out) {
    if (size > 0) {
      std::copy(password->reveal().begin(), password->reveal().end(), out.begin());
    }
    out[size] = 0;
  });
}

/// The server gives up by itself what nobody waits for any more, and holds no lock for the dead.
std::string session_options(const Deadline& deadline) {
  const auto patience = std::max<std::int64_t>(deadline.remaining().count(), 1);
  return fmt::format(
      "-c search_path=pg_catalog,pg_temp -c standard_conforming_strings=on "
      "-c statement_timeout={0} -c lock_timeout={1} -c idle_in_transaction_session_timeout={0}",
      patience, std::max<std::int64_t>(patience / 2, 1));
}

bool is_state(std::string_view text) {
  return text.size() == kStateLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

/// From libpq's text about a login that failed, the only place where it says the state:
/// `connection to server at "…", port … failed: FATAL:  28P01: password authentication failed`.
PgRefusal refusal_in(std::string_view text) {
  constexpr std::string_view kBeforeState = ":  ";
  for (std::size_t at = text.rfind(kBeforeState); at != std::string_view::npos && at > 0;
       at = text.rfind(kBeforeState, at - 1)) {
    const std::string_view rest = text.substr(at + kBeforeState.size());
    if (rest.size() > kStateLength && rest[kStateLength] == ':' &&
        is_state(rest.substr(0, kStateLength))) {
      const std::string_view message = rest.substr(kStateLength + 1);
      const std::size_t begin = std::min(message.find_first_not_of(' '), message.size());
      return {std::string(rest.substr(0, kStateLength)),
              std::string(message.substr(begin, message.find('\n') - begin)),
              message.find(kAfterPassword) != std::string_view::npos};
    }
  }
  return {{}, std::string(text.substr(0, text.find_last_not_of('\n') + 1)), false};
}

/// libpq's own words come in several lines.
std::string in_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = c == '\n' || c == '\t' || c == ' ';
    if (!is_blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

bool begins_with_any(std::string_view state, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view each) { return state.starts_with(each); });
}

/// Lost connections, exhausted resources, shutdowns, locks, collisions, a standby: it may pass.
bool may_pass(std::string_view state) {
  return state.empty() ||
         begins_with_any(state, {"08", "53", "57", "58", "40", "55P03", "25006", "25P", "XX"});
}

}  // namespace

/// What libpq is told beside names and the password. Hosts and addresses are lists of equal length;
/// a socket has no address.
struct PgConnection::SessionTexts {
  std::string hosts;
  std::string addresses;
  std::string port;
  std::string options;
};

Result<PgConnection::SessionTexts> PgConnection::session_texts(const PgServer& server,
                                                               const Deadline& deadline) {
  const std::string port = std::to_string(server.port);
  if (server.host.starts_with('/')) {
    return SessionTexts{server.host, "", port, session_options(deadline)};
  }
  SP_ASSIGN(const std::vector<std::string> addresses, addresses_of(server.host, deadline));
  return SessionTexts{join(std::vector<std::string>(addresses.size(), server.host), ","),
                      join(addresses, ","), port, session_options(deadline)};
}

bool is_login_refusal(const PgRefusal& refusal) {
  return refusal.sqlstate == "28P01" || refusal.sqlstate == "28000";
}

Error error_of_refusal(const PgRefusal& refusal) {
  const std::string said = escape_untrusted(in_one_line(refusal.message));
  if (refusal.sqlstate.empty()) {
    return {Errc::unreachable, fmt::format("PostgreSQL cannot be reached: {}", said),
            "check host, port, sslmode and sslrootcert, and that the server runs"};
  }
  return {may_pass(refusal.sqlstate) ? Errc::unreachable : Errc::refused,
          fmt::format("PostgreSQL said no: {} ({})", said, refusal.sqlstate), ""};
}

void PgConnection::Close::operator()(PGconn* connection) const {
  const system::FreedMemoryIsWiped wiped;
  pq->finish(connection);
}

Failure PgConnection::lost() const {
  return fail(Errc::unreachable,
              fmt::format("the connection to PostgreSQL was lost: {}",
                          escape_untrusted(
                              in_one_line(refusal_in(pq_->error_message(handle_.get())).message))));
}

Result<void> PgConnection::wait_for(short events, const Deadline& deadline) const {
  for (;;) {
    pollfd one{pq_->socket(handle_.get()), events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(deadline.remaining().count()));
    if (ready > 0) {
      return {};
    }
    if (ready == 0 && deadline.passed()) {
      return fail(Errc::unreachable, "PostgreSQL did not answer in time");
    }
    if (ready < 0 && errno != EINTR) {
      return lost();
    }
  }
}

/// False: the server, or libpq, said no.
Result<bool> PgConnection::log_in(const Deadline& deadline) {
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state == PGRES_POLLING_WRITING || state == PGRES_POLLING_READING) {
    SP_TRY(wait_for(state == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, deadline));
    state = pq_->connect_poll(handle_.get());
  }
  return state == PGRES_POLLING_OK;
}

/// Everything is given here, for libpq would take the rest from its own variables and files.
PgConnection::Handle PgConnection::begin(const Libpq& pq, const PgServer& server,
                                         const PgLogin& login, const SessionTexts& texts) {
  const Secret password = with_nul(login.password);
  constexpr std::array<const char*, 14> kKeys = {"host",
                                                 "hostaddr",
                                                 "port",
                                                 "dbname",
                                                 "user",
                                                 "password",
                                                 "passfile",
                                                 "sslmode",
                                                 "sslrootcert",
                                                 "gssencmode",
                                                 "client_encoding",
                                                 "application_name",
                                                 "options",
                                                 nullptr};
  const std::array<const char*, kKeys.size()> values = {
      texts.hosts.c_str(),
      texts.addresses.c_str(),
      texts.port.c_str(),
      login.database.c_str(),
      login.user.c_str(),
      password.reveal_text().data(),  // has a NUL behind it
      "/dev/null",
      server.sslmode.c_str(),
      server.sslrootcert.c_str(),
      "disable",
      "UTF8",
      "stagepass",
      texts.options.c_str(),
      nullptr};
  return {pq.connect_start(kKeys.data(), values.data(), 0), Close{&pq}};
}

Result<PgOpening> PgConnection::open(const PgServer& server, const PgLogin& login,
                                     const Deadline& deadline) {
  SP_ASSIGN(const Libpq* pq, libpq());
  const system::FreedMemoryIsWiped wiped;
  SP_ASSIGN(const SessionTexts texts, session_texts(server, deadline));
  PgConnection connection(*pq, begin(*pq, server, login, texts));
  PGconn* handle = connection.handle_.get();
  if (handle == nullptr) {
    return fail(Errc::unavailable, "no memory for a connection to PostgreSQL");
  }
  pq->set_notice_receiver(
      handle, [](void*, const PGresult*) {}, nullptr);
  pq->set_error_verbosity(handle, PQERRORS_VERBOSE);
  if (pq->status(handle) != CONNECTION_BAD) {
    SP_ASSIGN(const bool is_in, connection.log_in(deadline));
    if (is_in && pq->set_nonblocking(handle, 1) == 0) {
      return PgOpening{std::move(connection), {}};
    }
  }
  return PgOpening{std::nullopt, refusal_in(pq->error_message(handle))};
}

bool PgConnection::is_open() {
  return !failed_ && pq_->status(handle_.get()) == CONNECTION_OK && !ended_within(Timeout::zero());
}

bool PgConnection::ended_within(Timeout patience) {
  const Deadline deadline(patience);
  for (;;) {
    if (pq_->consume_input(handle_.get()) == 0 || pq_->status(handle_.get()) == CONNECTION_BAD) {
      return true;
    }
    pollfd one{pq_->socket(handle_.get()), POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(deadline.remaining().count()));
    if (ready == 0 && deadline.passed()) {
      return false;
    }
  }
}

Result<void> PgConnection::send_rest(const Deadline& deadline) {
  for (;;) {
    const int left = pq_->flush(handle_.get());
    if (left == 0) {
      return {};
    }
    if (left < 0) {
      return lost();
    }
    SP_TRY(wait_for(POLLIN | POLLOUT, deadline));
    if (pq_->consume_input(handle_.get()) == 0) {
      return lost();
    }
  }
}

/// Null after the last one.
Result<PGresult*> PgConnection::next_result(const Deadline& deadline) {
  while (pq_->is_busy(handle_.get()) != 0) {
    SP_TRY(wait_for(POLLIN, deadline));
    if (pq_->consume_input(handle_.get()) == 0) {
      return lost();
    }
  }
  return pq_->get_result(handle_.get());
}

PgRows PgConnection::rows_of(const PGresult* result) const {
  PgRows rows(std::min(static_cast<std::size_t>(pq_->row_count(result)), kMostRows));
  const int columns = pq_->column_count(result);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < columns; ++column) {
      rows[row].emplace_back(pq_->value(result, static_cast<int>(row), column));
    }
  }
  return rows;
}

/// Of the last statement; the first that failed is the error.
Result<PgRows> PgConnection::answer(const Deadline& deadline) {
  failed_ = true;
  SP_TRY(send_rest(deadline));
  PgRows rows;
  std::optional<PgRefusal> refusal;
  for (;;) {
    SP_ASSIGN(PGresult * raw, next_result(deadline));
    if (raw == nullptr) {
      break;
    }
    const auto clear = [pq = pq_](PGresult* each) { pq->clear(each); };
    const std::unique_ptr<PGresult, decltype(clear)> result(raw, clear);
    const ExecStatusType status = pq_->result_status(raw);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      rows = rows_of(raw);
    } else if (!refusal) {
      const auto field = [&](int which) {
        const char* text = pq_->result_error_field(raw, which);
        return std::string(text == nullptr ? "" : text);
      };
      refusal = PgRefusal{field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY), false};
      if (const std::string detail = field(PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
        refusal->message += ": " + detail;
      }
    }
  }
  if (pq_->status(handle_.get()) != CONNECTION_OK) {
    return lost();
  }
  if (refusal) {
    return fail(error_of_refusal(*refusal));
  }
  failed_ = false;
  return rows;
}

Result<PgRows> PgConnection::query(const std::string& statement,
                                   const std::vector<std::string>& values,
                                   const Deadline& deadline) {
  std::vector<const char*> pointers;
  std::transform(values.begin(), values.end(), std::back_inserter(pointers),
                 [](const std::string& value) { return value.c_str(); });
  if (pq_->send_query_params(handle_.get(), statement.c_str(), static_cast<int>(pointers.size()),
                             nullptr, pointers.data(), nullptr, nullptr, 0) == 0) {
    failed_ = true;
    return lost();
  }
  return answer(deadline);
}

Result<void> PgConnection::run(const std::string& script, const Deadline& deadline) {
  if (pq_->send_query(handle_.get(), script.c_str()) == 0) {
    failed_ = true;
    return lost();
  }
  SP_TRY(answer(deadline));
  return {};
}

}  // namespace stagepass::targets
