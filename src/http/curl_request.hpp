#pragma once

#include "http/curl_library.hpp"

#include <stagepass/http/http_client.hpp>
#include <stagepass/system/deadline.hpp>

#include <curl/curl.h>
#include <memory>
#include <string>
#include <string_view>

namespace stagepass::http {

/// One request of HttpClient, on its way through libcurl: the only file that knows it.
class CurlRequest final {
 public:
  /// All three must outlive this object.
  CurlRequest(const HttpUrl& address, const std::string& ca_file, const HttpRequest& request);
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;
  CurlRequest(CurlRequest&&) = delete;
  CurlRequest& operator=(CurlRequest&&) = delete;
  ~CurlRequest() = default;

  [[nodiscard]] Result<HttpResponse> perform(const system::Deadline& deadline);

 private:
  struct EndHandle {
    void operator()(CURL* handle) const { curl_library()->easy_cleanup(handle); }
  };
  struct EndList {
    void operator()(curl_slist* list) const { curl_library()->slist_free_all(list); }
  };

  [[nodiscard]] Result<void> begin();
  void limit_where_it_goes();
  void describe();
  void add_header(const std::string& line);
  void hand_over_secrets();
  [[nodiscard]] Failure failure_of(CURLcode code) const;

  /// False if the answer is to be cut off here.
  [[nodiscard]] bool take_header(std::string_view line);
  [[nodiscard]] bool take_body(std::string_view part);
  /// A socket to a permitted address, or none.
  [[nodiscard]] curl_socket_t open_socket(const curl_sockaddr& peer);

  // What libcurl calls; `self` is this object.
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* peer);

  const HttpUrl& address_;
  const std::string& ca_file_;
  const HttpRequest& request_;
  const CurlLibrary* library_;  ///< null: not installed
  std::unique_ptr<CURL, EndHandle> curl_;
  std::unique_ptr<curl_slist, EndList> headers_;
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  std::string refusal_;  ///< why we cut it off ourselves; empty if we did not
};

}  // namespace stagepass::http
