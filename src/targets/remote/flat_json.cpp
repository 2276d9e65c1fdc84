#include "targets/remote/flat_json.hpp"

#include "targets/command/json_request.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

namespace stagepass::targets {
namespace {

constexpr std::size_t kMostMembers = 64;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kEscapeDigits = 4;
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
constexpr std::string_view kDigits = "0123456789";

/// What `\x` stands for; NUL if for nothing.
char plain_escape(char letter) {
  constexpr std::string_view kLetters = R"("\/bfnrt)";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t at = kLetters.find(letter);
  return at == std::string_view::npos ? '\0' : kMeanings[at];
}

/// Takes one character off `rest`, which stands behind the opening quote: nothing where it is none.
/// Of \uXXXX only those below 80 are known: the writer needs them for control characters.
std::optional<char> take_character(std::string_view& rest) {
  const char first = rest.front();
  if (first != '\\') {
    rest.remove_prefix(1);
    return static_cast<unsigned char>(first) < ' ' ? std::nullopt : std::optional(first);
  }
  if (rest.size() < 2) {
    return std::nullopt;
  }
  if (rest[1] != 'u') {
    const char meaning = plain_escape(rest[1]);
    rest.remove_prefix(2);
    return meaning == '\0' ? std::nullopt : std::optional(meaning);
  }
  const std::string_view digits = rest.substr(2, kEscapeDigits);
  std::uint8_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  constexpr std::uint8_t kFirstOfMany = 0x80;
  if (digits.size() != kEscapeDigits || error != std::errc() ||
      end != digits.data() + digits.size() || value == 0 || value >= kFirstOfMany) {
    return std::nullopt;
  }
  rest.remove_prefix(2 + kEscapeDigits);
  return static_cast<char>(value);
}

/// Hands every character of a quoted text to `take`; false if it is not one.
template <class Take>
bool unquote(std::string_view quoted, const Take& take) {
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  while (!rest.empty()) {
    const std::optional<char> character = take_character(rest);
    if (!character) {
      return false;
    }
    take(*character);
  }
  return true;
}

class Parser final {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool run() {
    const auto take_flat = [this](const std::string& path) { return take_text_or_number(path); };
    const auto take_any = [&](const std::string& path) {
      return rest_.starts_with('{') ? take_object(path + ".", take_flat) : take_flat(path);
    };
    return take_object("", take_any) && rest_.empty();
  }
  [[nodiscard]] std::map<std::string, std::string_view, std::less<>> members() && {
    return std::move(members_);
  }

 private:
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view take_first(std::size_t count) {
    const std::string_view first = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return first;
  }

  /// With its quotes; empty if there is none.
  std::string_view take_quoted() {
    if (rest_.empty() || rest_.front() != '"') {
      return {};
    }
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') {
      end += rest_[end] == '\\' ? 2 : 1;
    }
    if (end >= rest_.size()) {
      return {};
    }
    const std::string_view quoted = take_first(end + 1);
    return unquote(quoted, [](char /*unused*/) {}) ? quoted : std::string_view();
  }

  std::string_view take_number() {
    return take_first(std::min(rest_.find_first_not_of(kDigits), rest_.size()));
  }

  bool take_text_or_number(const std::string& path) {
    const std::string_view value = rest_.starts_with('"') ? take_quoted() : take_number();
    return !value.empty() && members_.size() < kMostMembers && members_.emplace(path, value).second;
  }

  template <class TakeValue>
  bool take_member(const std::string& prefix, const TakeValue& take_value) {
    const std::string_view quoted = take_quoted();
    const std::string_view name = quoted.empty() ? quoted : quoted.substr(1, quoted.size() - 2);
    return !name.empty() && name.size() <= kLongestName &&
           name.find_first_not_of(kNameCharacters) == std::string_view::npos && take(':') &&
           take_value(prefix + std::string(name));
  }

  template <class TakeValue>
  bool take_object(const std::string& prefix, const TakeValue& take_value) {
    if (!take('{')) {
      return false;
    }
    if (take('}')) {
      return true;
    }
    while (take_member(prefix, take_value)) {
      if (take('}')) {
        return true;
      }
      if (!take(',')) {
        return false;
      }
    }
    return false;
  }

  std::string_view rest_;
  std::map<std::string, std::string_view, std::less<>> members_;
};

}  // namespace

Result<FlatJson> FlatJson::parse(std::string_view text) {
  Parser parser(text);
  if (!is_utf8(text) || !parser.run()) {
    return fail(Errc::invalid_argument, "the request is not one JSON object of texts");
  }
  return FlatJson(std::move(parser).members());
}

std::optional<std::string> FlatJson::text(std::string_view path) const {
  const auto found = members_.find(path);
  if (found == members_.end() || !found->second.starts_with('"')) {
    return std::nullopt;
  }
  std::string text;
  unquote(found->second, [&](char character) { text += character; });
  return text;
}

std::optional<Secret> FlatJson::secret(std::string_view path) const {
  const auto found = members_.find(path);
  if (found == members_.end() || !found->second.starts_with('"')) {
    return std::nullopt;
  }
  std::size_t size = 0;
  unquote(found->second, [&](char /*unused*/) { ++size; });
  return Secret::make(size, [&](MutableBytes out) {
    std::size_t at = 0;
    unquote(found->second, [&](char character) {
      out[at] = static_cast<std::uint8_t>(character);
      ++at;
    });
  });
}

std::optional<int> FlatJson::number(std::string_view path) const {
  const auto found = members_.find(path);
  int value = 0;
  if (found == members_.end()) {
    return std::nullopt;
  }
  const std::string_view digits = found->second;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace stagepass::targets
