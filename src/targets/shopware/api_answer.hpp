#pragma once

#include "targets/http/http_client.hpp"

#include <stagepass/core/result.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// A user of the back office as the Admin API shows it. Foreign text.
struct BackOfficeUser {
  std::string id;  ///< 32 hex digits
  std::string username;
  std::string email;
  std::string marker;  ///< what stands in our custom field; empty if there is none
  bool is_active = false;
  bool is_admin = false;
};

/// The custom field in which the marker stands.
inline constexpr const char* kMarkerField = "stagepass_marker";

/// 32 lower-case hex digits, as Shopware writes every id.
[[nodiscard]] bool is_shopware_id(std::string_view text);

/// What Shopware's Admin API answered.
///
/// Guarantees: nothing is guessed. What is neither "204 No Content" nor JSON of the expected shape
/// is `unreachable`, for it leaves the state of the shop unknown.
class ApiAnswer final {
 public:
  /// Errors: `unreachable` for a redirect and for anything but JSON or no content.
  [[nodiscard]] static Result<ApiAnswer> parse(const HttpResponse& response);

  [[nodiscard]] long status() const { return status_; }
  [[nodiscard]] bool is_error() const;
  /// The code of the first error; empty if it is none.
  [[nodiscard]] const std::string& code() const { return code_; }
  /// Other records of the shop point to what should be deleted.
  [[nodiscard]] bool says_in_use() const;
  /// There is one of this name or e-mail address already.
  [[nodiscard]] bool says_taken() const;
  /// The error as ours: `refused` if the shop said no, `unreachable` if it only failed to answer.
  [[nodiscard]] Failure failure() const;

  // Errors: those of failure(), and `unreachable` for another shape.
  [[nodiscard]] Result<void> require_success() const;
  /// Of a search: how many there are, also those on other pages.
  [[nodiscard]] Result<std::size_t> total() const;
  [[nodiscard]] Result<std::vector<BackOfficeUser>> users() const;
  /// Of a search for anything.
  [[nodiscard]] Result<std::vector<std::string>> ids() const;
  /// Of _info/version.
  [[nodiscard]] Result<std::string> version() const;

 private:
  ApiAnswer(long status, nlohmann::json body) : status_(status), body_(std::move(body)) {}
  [[nodiscard]] Result<void> read_error();
  [[nodiscard]] Result<nlohmann::json::array_t> data() const;

  long status_;
  nlohmann::json body_;  ///< null: no content
  std::string code_;
  std::string message_;
};

}  // namespace stagepass::targets
