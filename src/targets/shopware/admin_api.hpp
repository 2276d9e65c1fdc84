#pragma once

#include "targets/deadline.hpp"
#include "targets/http/http_client.hpp"
#include "targets/shopware/api_answer.hpp"
#include "targets/shopware/shopware_settings.hpp"

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// What /api/oauth/token answered.
struct TokenAnswer {
  std::optional<Secret> token;     ///< of an accepted request
  std::optional<ApiAnswer> error;  ///< else
};

/// Asks for a token; `request` is the body in JSON. Errors: `unreachable` for what is neither a
/// token nor an error of Shopware's.
[[nodiscard]] Result<TokenAnswer> ask_for_token(const HttpClient& client, const Secret& request,
                                                const Deadline& deadline);

/// Shopware's Admin API, asked as an integration.
///
/// Guarantees: the token is asked for with the first request and kept for this object alone; when
/// the shop takes it no longer, it is asked for once more and the request, of which nothing was done,
/// is sent again. No other request is sent twice.
/// Failure: `refused` for an integration that the shop does not let in.
/// Secrets: token and key are in protected memory.
class AdminApi final {
 public:
  /// `settings` must outlive this object.
  explicit AdminApi(const ShopwareSettings& settings)
      : settings_(settings), client_(settings.url, settings.ca_file) {}

  /// `path` begins behind "/api". As the shop answers; an error there is not one here.
  [[nodiscard]] Result<ApiAnswer> ask(std::string_view method, std::string_view path,
                                      const Secret* body, const Deadline& deadline);

  /// Counts all that there are, whatever the page.
  [[nodiscard]] Result<ApiAnswer> search(std::string_view entity, nlohmann::json criteria,
                                         const Deadline& deadline);

  [[nodiscard]] const HttpClient& client() const { return client_; }

 private:
  [[nodiscard]] Result<Secret> new_token(const Deadline& deadline) const;

  const ShopwareSettings& settings_;
  HttpClient client_;
  std::optional<Secret> token_;
};

}  // namespace stagepass::targets
