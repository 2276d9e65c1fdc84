#include "http/curl_request.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/http/http_client.hpp>

#include <algorithm>
#include <cctype>

namespace stagepass::http {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool is_unreserved(unsigned char byte) {
  return std::isalnum(byte) != 0 || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

/// Calls `put` with every byte of the encoded text.
template <class Put>
void encode(std::string_view text, const Put& put) {
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (is_unreserved(byte)) {
      put(each);
    } else {
      put('%');
      put(kHexDigits[byte >> 4U]);
      put(kHexDigits[byte & 0x0FU]);
    }
  }
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& each) { return each.first == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpResponse::is_redirect() const {
  constexpr long kFirst = 300;
  constexpr long kPastLast = 400;
  return status >= kFirst && status < kPastLast;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  encode(text, [&](char each) { encoded += each; });
  return encoded;
}

Secret percent_encoded(const Secret& text) {
  std::size_t size = 0;
  encode(text.reveal_text(), [&](char /*each*/) { ++size; });
  return Secret::make(size, [&](MutableBytes out) {
    auto* next = out.data();
    encode(text.reveal_text(), [&](char each) { *next++ = static_cast<std::uint8_t>(each); });
  });
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request,
                                      const system::Deadline& deadline) const {
  return CurlRequest(address_, ca_file_, request).perform(deadline);
}

}  // namespace stagepass::http
