#pragma once

#include "targets/http/http_client.hpp"

#include <stagepass/core/result.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace stagepass::targets {

/// The answer leaves the state of the shop unknown: `unreachable`, with what is wrong about it.
[[nodiscard]] Failure not_as_agreed(std::string_view what);

/// What a shop's API answered, as JSON: an object or a list. Errors: `unreachable` for a redirect,
/// which is never followed, and for anything but whole JSON of that type. Whether it is an error of
/// the shop is for the caller to see.
[[nodiscard]] Result<nlohmann::json> json_of(const HttpResponse& response);

/// The member `key` if it is of the wanted type; null otherwise. Never throws.
template <class T>
const T* json_member(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const T*>();
}

/// The text `key`. Errors: `unreachable`.
[[nodiscard]] Result<std::string> json_text(const nlohmann::json& object, const char* key);

}  // namespace stagepass::targets
