#pragma once

#include <curl/curl.h>

namespace stagepass::http {

/// libcurl, loaded when the first web server is talked to; see loaded_library.hpp. Whatever it frees
/// is wiped: it keeps passwords and cookies in memory of its own.
struct CurlLibrary {
  decltype(&::curl_global_init_mem) global_init_mem = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
};

/// Null if it is not installed. Threads: safe from any thread.
[[nodiscard]] const CurlLibrary* curl_library();

}  // namespace stagepass::http
