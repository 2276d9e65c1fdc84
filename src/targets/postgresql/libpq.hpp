#pragma once

#include <stagepass/core/result.hpp>

#include <libpq-fe.h>

namespace stagepass::targets {

/// PostgreSQL's client library, loaded when the first database is talked to.
///
/// See loaded_library.hpp.
struct Libpq {
  decltype(&::PQconnectStartParams) connect_start = nullptr;
  decltype(&::PQconnectPoll) connect_poll = nullptr;
  decltype(&::PQfinish) finish = nullptr;
  decltype(&::PQstatus) status = nullptr;
  decltype(&::PQsocket) socket = nullptr;
  decltype(&::PQerrorMessage) error_message = nullptr;
  decltype(&::PQsetErrorVerbosity) set_error_verbosity = nullptr;
  decltype(&::PQsetNoticeReceiver) set_notice_receiver = nullptr;
  decltype(&::PQsetnonblocking) set_nonblocking = nullptr;
  decltype(&::PQserverVersion) server_version = nullptr;
  decltype(&::PQsslInUse) ssl_in_use = nullptr;
  decltype(&::PQsendQuery) send_query = nullptr;
  decltype(&::PQsendQueryParams) send_query_params = nullptr;
  decltype(&::PQflush) flush = nullptr;
  decltype(&::PQconsumeInput) consume_input = nullptr;
  decltype(&::PQisBusy) is_busy = nullptr;
  decltype(&::PQgetResult) get_result = nullptr;
  decltype(&::PQresultStatus) result_status = nullptr;
  decltype(&::PQresultErrorField) result_error_field = nullptr;
  decltype(&::PQntuples) row_count = nullptr;
  decltype(&::PQnfields) column_count = nullptr;
  decltype(&::PQgetvalue) value = nullptr;
  decltype(&::PQclear) clear = nullptr;
};

/// Threads: safe from any thread. Errors: `unavailable` if the library is not installed.
[[nodiscard]] Result<const Libpq*> libpq();

}  // namespace stagepass::targets
