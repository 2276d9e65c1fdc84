#include "http/curl_request.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <netinet/in.h>
#include <new>
#include <sys/socket.h>

namespace stagepass::http {
namespace {

constexpr std::size_t kMostHeaderBytes = 64UL * 1024;
constexpr std::size_t kMostCookies = 12;  // each lives in protected memory of its own

/// libcurl wants a NUL behind the text.
Secret c_string(const Secret& text) {
  return Secret::make(text.size() + 1, [&](MutableBytes out) {
    *std::copy(text.reveal().begin(), text.reveal().end(), out.begin()) = 0;
  });
}

const char* characters(const Secret& c_string) {
  return c_string.reveal_text().data();
}

Secret longer(const std::optional<Secret>& begun, std::string_view part) {
  const Bytes before = begun ? begun->reveal() : Bytes();
  return Secret::make(before.size() + part.size(), [&](MutableBytes out) {
    const auto end = std::copy(before.begin(), before.end(), out.begin());
    std::copy(part.begin(), part.end(), end);
  });
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
    return (ntohl(ipv4.sin_addr.s_addr) >> 24U) == 127;
  }
  return address.sa_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr) != 0;
}

/// 169.254.0.0/16 and fe80::/10, also in each other's clothes.
bool is_link_local(const sockaddr& address) {
  constexpr std::uint32_t kLinkLocal = 0xA9FE;
  if (address.sa_family == AF_INET) {
    return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 16U ==
           kLinkLocal;
  }
  if (address.sa_family != AF_INET6) {
    return false;
  }
  const in6_addr& ipv6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  const bool mapped =
      IN6_IS_ADDR_V4MAPPED(&ipv6) != 0 && ipv6.s6_addr[12] == 0xA9 && ipv6.s6_addr[13] == 0xFE;
  return mapped || IN6_IS_ADDR_LINKLOCAL(&ipv6) != 0;
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return lower;
}

}  // namespace

CurlRequest::CurlRequest(const HttpUrl& address, const std::string& ca_file,
                         const HttpRequest& request)
    : address_(address), ca_file_(ca_file), request_(request), library_(curl_library()) {}

Result<void> CurlRequest::begin() {
  if (library_ == nullptr) {
    return fail(Errc::unavailable, "libcurl, which speaks HTTPS for us, is not installed",
                "apt-get install libcurl4");
  }
  curl_.reset(library_->easy_init());
  if (curl_ == nullptr) {
    throw std::bad_alloc();
  }
  return {};
}

Result<HttpResponse> CurlRequest::perform(const system::Deadline& deadline) {
  SP_TRY(begin());
  CURL* curl = curl_.get();
  limit_where_it_goes();
  describe();
  const long left = static_cast<long>(deadline.remaining().count());
  if (left <= 0) {
    return fail(Errc::unreachable, fmt::format("no time was left to ask {}", address_.str()));
  }
  library_->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  library_->easy_setopt(curl, CURLOPT_TIMEOUT_MS, left);
  library_->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, left);
  library_->easy_setopt(curl, CURLOPT_HEADERFUNCTION, &CurlRequest::on_header);
  library_->easy_setopt(curl, CURLOPT_HEADERDATA, this);
  library_->easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlRequest::on_body);
  library_->easy_setopt(curl, CURLOPT_WRITEDATA, this);
  hand_over_secrets();
  const CURLcode code = library_->easy_perform(curl);
  library_->easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response_.status);
  curl_.reset();  // and with it the copies of the secrets
  if (code != CURLE_OK || !refusal_.empty()) {
    return failure_of(code);
  }
  return std::move(response_);
}

void CurlRequest::limit_where_it_goes() {
  CURL* curl = curl_.get();
  const bool encrypted = address_.scheme == HttpUrl::Scheme::https;
  library_->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, encrypted ? "https" : "http");
  library_->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  library_->easy_setopt(curl, CURLOPT_PROXY, "");  // also none of the environment
  library_->easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  library_->easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  library_->easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  library_->easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  library_->easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  library_->easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  library_->easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  library_->easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &CurlRequest::on_socket);
  library_->easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  if (!ca_file_.empty()) {
    library_->easy_setopt(curl, CURLOPT_CAINFO, ca_file_.c_str());
    library_->easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
}

void CurlRequest::describe() {
  CURL* curl = curl_.get();
  library_->easy_setopt(curl, CURLOPT_URL, (address_.str() + request_.path).c_str());
  library_->easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  if (request_.body != nullptr) {
    library_->easy_setopt(curl, CURLOPT_POST, 1L);
    library_->easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                          static_cast<curl_off_t>(request_.body->size()));
    add_header("Content-Type: " + request_.content_type);
    add_header("Expect:");  // no waiting for "100 Continue"
  }
  library_->easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  add_header("User-Agent: stagepass");
  add_header("Cache-Control: no-cache");
  add_header("Connection: close");
  for (const auto& [name, value] : request_.headers) {
    add_header(fmt::format("{}: {}", name, value));
  }
  library_->easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
}

void CurlRequest::add_header(const std::string& line) {
  curl_slist* longer = library_->slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) {
    throw std::bad_alloc();
  }
  static_cast<void>(headers_.release());
  headers_.reset(longer);
}

void CurlRequest::hand_over_secrets() {
  CURL* curl = curl_.get();
  if (request_.body != nullptr) {  // not copied
    library_->easy_setopt(curl, CURLOPT_POSTFIELDS, request_.body->reveal_text().data());
  }
  if (request_.login) {
    const Secret password = c_string(*request_.login->password);
    library_->easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    library_->easy_setopt(curl, CURLOPT_USERNAME, request_.login->user.c_str());
    library_->easy_setopt(curl, CURLOPT_PASSWORD, characters(password));
  }
  if (request_.bearer != nullptr) {
    const Secret token = c_string(*request_.bearer);
    library_->easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    library_->easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, characters(token));
  }
  if (request_.cookies != nullptr) {
    const Secret cookies = c_string(*request_.cookies);
    library_->easy_setopt(curl, CURLOPT_COOKIE, characters(cookies));
  }
}

Failure CurlRequest::failure_of(CURLcode code) const {
  const std::string where = address_.str();
  if (!refusal_.empty()) {
    return fail(Errc::unreachable, fmt::format("{}: {}", where, refusal_));
  }
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return fail(Errc::unreachable,
                  fmt::format("the certificate of {} could not be verified", where),
                  "if it is signed by an authority of your own, name its certificate: "
                  "ca_file=/etc/ssl/shop-ca.pem");
    case CURLE_SSL_CACERT_BADFILE:
      return fail(Errc::unreachable,
                  fmt::format("the certificates of {} cannot be read", quoted(ca_file_)),
                  "ca_file must name a readable file of certificates in PEM form");
    case CURLE_OPERATION_TIMEDOUT:
      return fail(Errc::unreachable, fmt::format("{} did not answer in time", where));
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
      return fail(Errc::unreachable,
                  fmt::format("{} ended the connection before its answer was complete", where));
    default:
      return fail(Errc::unreachable,
                  fmt::format("{} cannot be reached: {}", where,
                              in_lower_case(library_->easy_strerror(code))),
                  "is the address right, and does the server run?");
  }
}

bool CurlRequest::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMostHeaderBytes) {
    refusal_ = "the head of the answer has no end";
    return false;
  }
  if (line.starts_with("HTTP/")) {  // what came before was only "100 Continue" or the like
    response_.headers.clear();
    response_.cookies.clear();
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return true;
  }
  std::string name = in_lower_case(trimmed(line.substr(0, colon)));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name != "set-cookie") {
    response_.headers.emplace_back(std::move(name), value);
  } else if (response_.cookies.size() < kMostCookies) {
    response_.cookies.push_back(Secret::copy_of(value));
  }
  return true;
}

bool CurlRequest::take_body(std::string_view part) {
  const std::size_t taken =
      response_.secret_body ? response_.secret_body->size() : response_.body.size();
  if (part.size() > request_.longest_body - taken) {
    refusal_ = fmt::format("the answer is longer than {} bytes", request_.longest_body);
    return false;
  }
  if (request_.answers_secret) {
    response_.secret_body = longer(response_.secret_body, part);
  } else {
    response_.body += part;
  }
  return true;
}

curl_socket_t CurlRequest::open_socket(const curl_sockaddr& peer) {
  if (is_link_local(peer.addr)) {
    refusal_ = "it leads to a link-local address, where clouds keep their metadata service";
    return CURL_SOCKET_BAD;
  }
  if (address_.scheme == HttpUrl::Scheme::http && !is_loopback(peer.addr)) {
    refusal_ = "it leads to another host, and http would send credentials unencrypted";
    return CURL_SOCKET_BAD;
  }
  refusal_.clear();  // another address of the same name
  return ::socket(peer.family, peer.socktype | SOCK_CLOEXEC, peer.protocol);
}

std::size_t CurlRequest::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  const bool taken = static_cast<CurlRequest*>(self)->take_header({bytes, size * count});
  return taken ? size * count : 0;
}

std::size_t CurlRequest::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  const bool taken = static_cast<CurlRequest*>(self)->take_body({bytes, size * count});
  return taken ? size * count : 0;
}

curl_socket_t CurlRequest::on_socket(void* self, curlsocktype purpose, curl_sockaddr* peer) {
  return purpose == CURLSOCKTYPE_IPCXN ? static_cast<CurlRequest*>(self)->open_socket(*peer)
                                       : CURL_SOCKET_BAD;
}

}  // namespace stagepass::http
