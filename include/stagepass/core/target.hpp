#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstddef>
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
  Timestamp next_audit_at;    ///< when purge compares its accounts with the records
  std::string vouched_mac{};  ///< what the audit log says of this record; given by the store
};

// Settings that every target may have, whatever its driver; stagepass itself heeds them.

/// Which passwords the target takes: the name of a password policy.
inline constexpr const char* kPasswordPolicySetting = "password_policy";

/// At how many accounts of the target purge may work at the same time: 1 (standard) to 16.
inline constexpr const char* kConnectionsSetting = "connections";

/// Errors: `invalid_argument` for a setting that is no such number.
[[nodiscard]] Result<std::size_t> connections_of(const Target& target);

}  // namespace stagepass
