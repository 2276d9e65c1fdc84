#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace stagepass::targets {

/// A JSON object of texts, whole numbers and objects of texts, as json_request writes it.
///
/// Guarantees: reads what JsonWriter writes and refuses everything else: any other kind of value,
/// a name twice, deeper nesting, anything behind the object. Failure: `invalid_argument`.
/// Secrets: texts stay in the memory that was given until somebody asks for one, which is why no
/// JSON library does this.
class FlatJson final {
 public:
  /// `text` must outlive the object.
  [[nodiscard]] static Result<FlatJson> parse(std::string_view text);

  /// By its path ("account.user"); nothing if there is none, or it is no text.
  [[nodiscard]] std::optional<std::string> text(std::string_view path) const;
  [[nodiscard]] std::optional<Secret> secret(std::string_view path) const;
  [[nodiscard]] std::optional<int> number(std::string_view path) const;

 private:
  /// As it stands in the input: a text with its quotes.
  using Members = std::map<std::string, std::string_view, std::less<>>;
  explicit FlatJson(Members members) : members_(std::move(members)) {}

  Members members_;
};

}  // namespace stagepass::targets
