#include "http/curl_library.hpp"

#include <stagepass/core/secret.hpp>
#include <stagepass/system/loaded_library.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <curl/curl.h>
#include <malloc.h>
#include <optional>

namespace stagepass::http {
namespace {

// NOLINTBEGIN(cppcoreguidelines-no-malloc): that is what libcurl asks for

void free_wiped(void* block) {
  if (block != nullptr) {
    wipe({static_cast<std::uint8_t*>(block), ::malloc_usable_size(block)});
    std::free(block);
  }
}

/// realloc might move the bytes and leave the old ones behind.
void* move_to_size(void* block, std::size_t size) {
  void* larger = std::malloc(size);
  if (block != nullptr && larger != nullptr) {
    std::memcpy(larger, block, std::min(size, ::malloc_usable_size(block)));
    free_wiped(block);
  }
  return larger;
}

// NOLINTEND(cppcoreguidelines-no-malloc)

std::optional<CurlLibrary> load() {
  system::LoadedLibrary library("libcurl.so.4");
  CurlLibrary curl;
  library.find("curl_global_init_mem", curl.global_init_mem)
      .find("curl_easy_init", curl.easy_init)
      .find("curl_easy_setopt", curl.easy_setopt)
      .find("curl_easy_perform", curl.easy_perform)
      .find("curl_easy_getinfo", curl.easy_getinfo)
      .find("curl_easy_strerror", curl.easy_strerror)
      .find("curl_easy_cleanup", curl.easy_cleanup)
      .find("curl_slist_append", curl.slist_append)
      .find("curl_slist_free_all", curl.slist_free_all);
  if (!library.is_whole() ||
      curl.global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &free_wiped, &move_to_size, &::strdup,
                           &std::calloc) != CURLE_OK) {
    return std::nullopt;
  }
  return curl;
}

}  // namespace

const CurlLibrary* curl_library() {
  static const std::optional<CurlLibrary> loaded = load();
  return loaded ? &*loaded : nullptr;
}

}  // namespace stagepass::http
