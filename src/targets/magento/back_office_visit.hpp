#pragma once

#include "targets/deadline.hpp"
#include "targets/http/http_client.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// One visitor of a Magento back office: keeps its cookies, and goes where it is sent within it.
///
/// Guarantees: asks nothing but the back office, wherever a redirect or a page leads to.
/// Failure: as HttpClient. Secrets: cookies live as long as the visit.
class BackOfficeVisit final {
 public:
  /// `client` and `deadline` must outlive this object.
  BackOfficeVisit(const HttpClient& client, const Deadline& deadline)
      : client_(client), deadline_(deadline) {}

  /// One page, which may be a redirect.
  [[nodiscard]] Result<HttpResponse> get(const std::string& path);
  /// Magento answers a script of its own otherwise than a form.
  enum class By { form, script };
  [[nodiscard]] Result<HttpResponse> post(const std::string& path, const Secret& form, By sender);
  /// The page that a redirect leads to in the end; the redirect itself if it leads elsewhere or in circles.
  [[nodiscard]] Result<HttpResponse> follow(HttpResponse response);

  /// Where `follow` came by was a page of the second factor.
  [[nodiscard]] bool was_asked_for_code() const { return was_asked_for_code_; }
  /// What the shop calls `link` below the back office's address; nothing if it leads elsewhere.
  [[nodiscard]] std::optional<std::string> path_of(std::string_view link) const;
  [[nodiscard]] Secret cookies() const;

 private:
  Result<HttpResponse> send(HttpRequest request);

  const HttpClient& client_;
  const Deadline& deadline_;
  std::vector<Secret> cookie_lines_;
  bool was_asked_for_code_ = false;
};

}  // namespace stagepass::targets
