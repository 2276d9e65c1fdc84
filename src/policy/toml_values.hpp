#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/timestamp.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace stagepass::policy {

/// Values of a TOML document by the type that they must have. `what` is the full name of a key: "ttl.live.longest".
///
/// Failure: `invalid_argument` with file, line and column.
class TomlValues final {
 public:
  /// `file`: its name for messages.
  explicit TomlValues(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] Failure refuse(const toml::source_region& at, const std::string& message,
                               std::string hint = {}) const;
  /// `typed` is none of `known`; `kind` is "rule" or "driver".
  [[nodiscard]] Failure unknown(const toml::source_region& at, std::string_view kind,
                                std::string_view typed,
                                const std::vector<std::string>& known) const;

  [[nodiscard]] Result<const toml::table*> table(const toml::node& node,
                                                 const std::string& what) const;
  [[nodiscard]] Result<std::string> text(const toml::node& node, const std::string& what) const;
  /// Strings, at least one, each once.
  [[nodiscard]] Result<std::vector<std::string>> texts(const toml::node& node,
                                                       const std::string& what) const;
  [[nodiscard]] Result<std::int64_t> number(const toml::node& node, const std::string& what,
                                            std::int64_t least, std::int64_t most) const;
  [[nodiscard]] Result<Ttl> duration(const toml::node& node, const std::string& what) const;
  /// "22:00", since midnight.
  [[nodiscard]] Result<std::chrono::minutes> clock(const toml::node& node,
                                                   const std::string& what) const;

 private:
  std::string file_;
};

}  // namespace stagepass::policy
