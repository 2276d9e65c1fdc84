#pragma once

#include <stagepass/core/result.hpp>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace stagepass::handoff {

/// A short text that people paste: a first line, then a member a line, each known and given once.
struct PastedForm {
  std::string_view kind;                      ///< "stagepass-request "
  std::string_view first_line;                ///< "stagepass-request 1"
  std::span<const std::string_view> members;  ///< the last one ends it
  std::function<Failure(const std::string& why)> refuse;
  Failure (*newer)();  ///< it has the first line of another version
};

using PastedMembers = std::map<std::string, std::string, std::less<>>;

/// Reads the first such text in `text` and goes on behind it. What stands before it, and the quoting of a mail before its
/// lines, is left out. Errors: as the form says.
[[nodiscard]] Result<PastedMembers> take_pasted(std::string_view& text, const PastedForm& form);

/// The next line, without the blanks around it and the ">" of a mail; moves `text` behind it.
[[nodiscard]] std::string_view take_pasted_line(std::string_view& text);

/// Is there the beginning of another one?
[[nodiscard]] bool has_another(std::string_view text, const PastedForm& form);

/// One line of at most 200 bytes, and nothing that a terminal would do something with. `what` is for the message.
[[nodiscard]] Result<void> check_one_line(std::string_view what, const std::string& text);

}  // namespace stagepass::handoff
