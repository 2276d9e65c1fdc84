#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stagepass {

/// What a target is for. Temporary access to `live` needs an approval that this version cannot
/// take.
enum class Environment { staging, test, live };

[[nodiscard]] std::string_view to_string(Environment environment);
[[nodiscard]] Result<Environment> parse_environment(std::string_view text);

/// A system on which accounts are made, as the merchant described it.
struct Target {
  TargetName name;
  std::string driver;
  Environment environment = Environment::staging;
  std::map<std::string, std::string> settings;  ///< public: no secret ever
  /// Admin credentials, sealed under the service key; keyed by setting name.
  std::map<std::string, std::vector<std::uint8_t>> sealed_settings;
  Timestamp created_at;
  std::optional<Timestamp> rehearsed_at;
  std::int64_t version = 1;
};

}  // namespace stagepass
