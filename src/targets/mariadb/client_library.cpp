#include "targets/mariadb/client_library.hpp"

#include "targets/loaded_library.hpp"

#include <optional>

namespace stagepass::targets {
namespace {

void find_functions(LoadedLibrary& library, ClientLibrary& client) {
  library.find("mariadb_connection", client.is_mariadb)
      .find("mysql_close", client.close)
      .find("mysql_errno", client.error_number)
      .find("mysql_error", client.error)
      .find("mysql_fetch_lengths", client.fetch_lengths)
      .find("mysql_fetch_row", client.fetch_row)
      .find("mysql_free_result", client.free_result)
      .find("mysql_get_server_info", client.get_server_info)
      .find("mysql_get_server_version", client.get_server_version)
      .find("mysql_get_socket", client.get_socket)
      .find("mysql_init", client.init)
      .find("mysql_num_fields", client.num_fields)
      .find("mysql_optionsv", client.optionsv)
      .find("mysql_ping", client.ping)
      .find("mysql_real_connect_cont", client.real_connect_cont)
      .find("mysql_real_connect_start", client.real_connect_start)
      .find("mysql_real_query", client.real_query)
      .find("mysql_server_init", client.server_init)
      .find("mysql_use_result", client.use_result);
}

std::optional<ClientLibrary> load() {
  LoadedLibrary library("libmariadb.so.3");
  ClientLibrary client;
  find_functions(library, client);
  if (!library.is_whole() || client.server_init(0, nullptr, nullptr) != 0) {
    return std::nullopt;
  }
  return client;
}

}  // namespace

const ClientLibrary* client_library() {
  static const std::optional<ClientLibrary> loaded = load();
  return loaded ? &*loaded : nullptr;
}

}  // namespace stagepass::targets
