#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/http/http_url.hpp>
#include <stagepass/system/deadline.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::http {

/// A user name and a password for HTTP Basic authentication. The password must outlive the request.
struct BasicLogin {
  std::string user;
  const Secret* password = nullptr;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path;  ///< below the client's address, with its query: "/wp-login.php", "/?a=b"
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< no secrets
  std::string content_type = {};                                  ///< of the body
  const Secret* body = nullptr;
  std::optional<BasicLogin> login = std::nullopt;
  const Secret* cookies = nullptr;  ///< what stands behind "Cookie: "
  const Secret* bearer = nullptr;   ///< what stands behind "Authorization: Bearer "
  bool answers_secret = false;      ///< the answer's body is one: it goes to `secret_body`
  std::size_t longest_body = 1UL << 20U;
};

/// What a server answered. All of it is foreign text.
struct HttpResponse {
  long status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::optional<Secret> secret_body;  ///< of a request that says so, and then `body` is empty
  std::vector<Secret> cookies;  ///< what stood behind each "Set-Cookie: "; not among the headers

  /// The value of the first header of this name (in lower case); empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool is_redirect() const;
};

/// Asks one server over HTTP.
///
/// Guarantees: a request goes to the address it was made with and nowhere else: no redirect is
/// followed (it is an answer like any other), no proxy and no netrc of the environment is used; the
/// certificate is verified, with `ca_file` against that alone; plain http reaches only loopback
/// addresses, whatever a name resolves to, and nothing reaches a link-local one. Every request is
/// sent once, over a connection of its own: libcurl silently sends again what was lost on one that
/// it kept. No cookie is kept. An answer is cut off, as an error, at its limit.
/// Threads: one call at a time per object. Units: bytes.
/// Failure: `unreachable` = whether the server did what it was asked is unknown.
/// Secrets: handed to libcurl when the request is sent, and its copies of them are wiped when it is
/// over.
class HttpClient final {
 public:
  explicit HttpClient(HttpUrl address, std::string ca_file = {})
      : address_(std::move(address)), ca_file_(std::move(ca_file)) {}

  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                          const system::Deadline& deadline) const;

  [[nodiscard]] const HttpUrl& address() const { return address_; }

 private:
  HttpUrl address_;
  std::string ca_file_;
};

/// `text` for a query or a form.
[[nodiscard]] std::string percent_encoded(std::string_view text);
/// The same for a secret.
[[nodiscard]] Secret percent_encoded(const Secret& text);

}  // namespace stagepass::http
