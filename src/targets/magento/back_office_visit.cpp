#include "targets/magento/back_office_visit.hpp"

#include "targets/http/page_session.hpp"

#include <utility>

namespace stagepass::targets {
namespace {

constexpr int kMostRedirects = 6;
constexpr std::string_view kSecondFactorPages = "/tfa/";

}  // namespace

Result<HttpResponse> BackOfficeVisit::send(HttpRequest request) {
  const Secret sent = cookies();
  request.cookies = &sent;
  request.longest_body = kLongestPage;
  SP_ASSIGN(HttpResponse response, client_.send(request, deadline_));
  for (Secret& line : response.cookies) {
    cookie_lines_.push_back(std::move(line));
  }
  response.cookies.clear();
  return response;
}

Result<HttpResponse> BackOfficeVisit::get(const std::string& path) {
  return send({.path = path});
}

Result<HttpResponse> BackOfficeVisit::post(const std::string& path, const Secret& form, By sender) {
  HttpRequest request{.method = "POST",
                      .path = path,
                      .content_type = "application/x-www-form-urlencoded",
                      .body = &form};
  if (sender == By::script) {
    request.headers.emplace_back("X-Requested-With", "XMLHttpRequest");
  }
  return send(std::move(request));
}

Result<HttpResponse> BackOfficeVisit::follow(HttpResponse response) {
  for (int step = 0; step < kMostRedirects && response.is_redirect(); ++step) {
    const auto path = path_of(response.header("location"));
    if (!path) {
      break;
    }
    was_asked_for_code_ =
        was_asked_for_code_ || path->find(kSecondFactorPages) != std::string::npos;
    SP_ASSIGN(response, get(*path));
  }
  return response;
}

/// Behind a proxy the shop may know itself by another host or by "/index.php" before it all.
std::optional<std::string> BackOfficeVisit::path_of(std::string_view link) const {
  const std::size_t scheme = link.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : link.find('/', scheme + 3);
  if (begin == std::string_view::npos || !link.substr(begin).starts_with('/')) {
    return std::nullopt;
  }
  const std::string base = client_.address().path + "/";
  const std::size_t found = link.find(base, begin);
  if (found == std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(link.substr(found + base.size() - 1));
}

Secret BackOfficeVisit::cookies() const {
  std::vector<const Secret*> lines;
  lines.reserve(cookie_lines_.size());
  for (const Secret& line : cookie_lines_) {
    lines.push_back(&line);
  }
  return cookies_for(lines);
}

}  // namespace stagepass::targets
