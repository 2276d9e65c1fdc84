#pragma once

#include "targets/http/http_client.hpp"

#include <stagepass/core/result.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::targets {

/// A user of the shop as its REST API shows it to who may edit it. Foreign text.
struct ShopUser {
  std::int64_t id = 0;
  std::string login;
  std::string email;
  std::string url;
  std::string description;
  std::string slug;
  std::string registered_date;
  std::vector<std::string> roles;

  [[nodiscard]] bool has_role(std::string_view role) const;
};

/// The user whom stagepass acts as.
struct ShopAdmin {
  std::int64_t id = 0;
  std::string login;
  std::vector<std::string> capabilities;

  [[nodiscard]] bool may(std::string_view capability) const;
};

/// The members of ShopUser, for the parameter _fields.
inline constexpr const char* kUserFields =
    "id,username,email,url,description,slug,registered_date,roles";

/// What WordPress's REST API answered.
///
/// Guarantees: nothing is guessed. What is not JSON of the expected shape is `unreachable`, for it
/// leaves the state of the shop unknown. Whether it is an error is decided by its `code`, because
/// WordPress answers "exists already" with the status 500.
class RestAnswer final {
 public:
  /// Errors: `unreachable` for a redirect and for anything but JSON.
  [[nodiscard]] static Result<RestAnswer> parse(const HttpResponse& response);

  /// The `code` of an error; empty if it is none.
  [[nodiscard]] const std::string& code() const { return code_; }
  [[nodiscard]] bool is_error() const { return !code_.empty(); }
  /// The error as ours: `refused` if the shop said no, `unreachable` if it only failed to answer.
  [[nodiscard]] Failure failure() const;

  // Errors: those of failure(), and `unreachable` for another shape.
  [[nodiscard]] Result<ShopUser> user() const;
  [[nodiscard]] Result<std::vector<ShopUser>> users() const;
  [[nodiscard]] Result<ShopAdmin> admin() const;
  /// Of a request that deletes.
  [[nodiscard]] Result<void> deleted() const;
  /// How many a request that deletes has deleted.
  [[nodiscard]] Result<std::size_t> deleted_count() const;
  /// How many users a search found, also those that we are not shown.
  [[nodiscard]] Result<std::size_t> total() const;
  /// Of the index: does this API have a part of this name ("wp/v2")?
  [[nodiscard]] Result<bool> has_namespace(std::string_view name) const;
  /// Of the index: can one log in so ("application-passwords")?
  [[nodiscard]] Result<bool> has_authentication(std::string_view name) const;

 private:
  RestAnswer(long status, nlohmann::json body) : status_(status), body_(std::move(body)) {}
  [[nodiscard]] Result<void> require_success() const;

  long status_;
  nlohmann::json body_;
  std::string code_;
  std::string message_;
  std::optional<std::size_t> total_;
};

}  // namespace stagepass::targets
