#include "targets/postgresql/libpq.hpp"

#include "targets/loaded_library.hpp"

#include <optional>

namespace stagepass::targets {
namespace {

void find_connecting(LoadedLibrary& library, Libpq& pq) {
  library.find("PQconnectStartParams", pq.connect_start)
      .find("PQconnectPoll", pq.connect_poll)
      .find("PQfinish", pq.finish)
      .find("PQstatus", pq.status)
      .find("PQsocket", pq.socket)
      .find("PQerrorMessage", pq.error_message)
      .find("PQsetErrorVerbosity", pq.set_error_verbosity)
      .find("PQsetNoticeReceiver", pq.set_notice_receiver)
      .find("PQsetnonblocking", pq.set_nonblocking)
      .find("PQserverVersion", pq.server_version)
      .find("PQsslInUse", pq.ssl_in_use);
}

void find_asking(LoadedLibrary& library, Libpq& pq) {
  library.find("PQsendQuery", pq.send_query)
      .find("PQsendQueryParams", pq.send_query_params)
      .find("PQflush", pq.flush)
      .find("PQconsumeInput", pq.consume_input)
      .find("PQisBusy", pq.is_busy)
      .find("PQgetResult", pq.get_result)
      .find("PQresultStatus", pq.result_status)
      .find("PQresultErrorField", pq.result_error_field)
      .find("PQntuples", pq.row_count)
      .find("PQnfields", pq.column_count)
      .find("PQgetvalue", pq.value)
      .find("PQclear", pq.clear);
}

std::optional<Libpq> load() {
  LoadedLibrary library("libpq.so.5");
  Libpq pq;
  find_connecting(library, pq);
  find_asking(library, pq);
  return library.is_whole() ? std::optional(pq) : std::nullopt;
}

}  // namespace

Result<const Libpq*> libpq() {
  static const std::optional<Libpq> loaded = load();
  if (!loaded) {
    return fail(Errc::unavailable, "PostgreSQL's client library is not installed",
                "apt-get install libpq5");
  }
  return &*loaded;
}

}  // namespace stagepass::targets
