#pragma once

#include <mysql.h>

namespace stagepass::targets {

/// MariaDB Connector/C, loaded when the first database is talked to; see loaded_library.hpp.
struct ClientLibrary {
  decltype(&::mariadb_connection) is_mariadb = nullptr;
  decltype(&::mysql_close) close = nullptr;
  decltype(&::mysql_errno) error_number = nullptr;
  decltype(&::mysql_error) error = nullptr;
  decltype(&::mysql_fetch_lengths) fetch_lengths = nullptr;
  decltype(&::mysql_fetch_row) fetch_row = nullptr;
  decltype(&::mysql_free_result) free_result = nullptr;
  decltype(&::mysql_get_server_info) get_server_info = nullptr;
  decltype(&::mysql_get_server_version) get_server_version = nullptr;
  decltype(&::mysql_get_socket) get_socket = nullptr;
  decltype(&::mysql_init) init = nullptr;
  decltype(&::mysql_num_fields) num_fields = nullptr;
  decltype(&::mysql_optionsv) optionsv = nullptr;
  decltype(&::mysql_ping) ping = nullptr;
  decltype(&::mysql_real_connect_cont) real_connect_cont = nullptr;
  decltype(&::mysql_real_connect_start) real_connect_start = nullptr;
  decltype(&::mysql_real_query) real_query = nullptr;
  decltype(&::mysql_server_init) server_init = nullptr;
  decltype(&::mysql_use_result) use_result = nullptr;
};

/// Null if it is not installed. Threads: safe from any thread.
[[nodiscard]] const ClientLibrary* client_library();

}  // namespace stagepass::targets
