#pragma once

#include <stagepass/core/secret.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace stagepass::targets {

/// Writes one JSON object into memory that is given to it, or only counts how much it would take.
///
/// Secrets: they pass through no memory but that one, which is why no JSON library does this.
class JsonWriter final {
 public:
  JsonWriter() = default;  ///< counts
  explicit JsonWriter(MutableBytes out) : out_(out) {}

  void begin_object();  ///< the outermost, or one of a list
  void begin_object(std::string_view key);
  void end_object();
  void member(std::string_view key, std::string_view utf8);
  void member(std::string_view key, int number);
  void flag(std::string_view key, bool is_true);
  /// A list of objects.
  void begin_list(std::string_view key);
  void end_list();
  /// A list of texts.
  void member(std::string_view key, std::initializer_list<std::string_view> utf8);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void put(char character);
  void put(std::string_view text);
  void put_key(std::string_view key);
  void put_quoted(std::string_view text);

  MutableBytes out_;
  std::size_t size_ = 0;
  bool first_member_ = true;
};

/// The object that `describe` writes, with a line end behind it. `describe` is called twice: once
/// to measure, once to write.
template <std::invocable<JsonWriter&> Describe>
[[nodiscard]] Secret write_json_line(const Describe& describe) {
  JsonWriter counter;
  describe(counter);
  return Secret::make(counter.size() + 1, [&](MutableBytes out) {
    JsonWriter writer(out);
    describe(writer);
    out.back() = '\n';
  });
}

/// JSON has no way to carry anything else.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace stagepass::targets
