#pragma once

#include <stagepass/core/names.hpp>
#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/core/timestamp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass {

/// What a specialist must know before the work begins: the six basics.
enum class Basic { plugin_core, payment_core, since, updates, reproduced, examples };

inline constexpr std::array kBasics = {Basic::plugin_core, Basic::payment_core, Basic::since,
                                       Basic::updates,     Basic::reproduced,   Basic::examples};

/// "plugin-core": as a person writes it in a file.
[[nodiscard]] std::string_view to_string(Basic basic);
/// "in the core of the plug-in?"
[[nodiscard]] std::string_view question_of(Basic basic);

/// Characters of an answer, and of what a person says about the shop.
inline constexpr std::size_t kLongestAnswer = 500;
inline constexpr std::size_t kLongestShopText = 200;

/// Half a year: "a fixed period, typically two to five weeks", and what can only be a slip beyond that.
inline constexpr Ttl kLongestTimebox = std::chrono::weeks(26);

/// One line of plain text without blanks around it; a tab counts as a blank. `what` is for messages: "the
/// answer to since". Errors: `invalid_argument` for control characters, what reorders or hides text, bytes
/// that are no UTF-8, or more than `longest` characters.
[[nodiscard]] Result<std::string> parse_case_text(std::string_view what, std::string_view text,
                                                  std::size_t longest);

/// A support ticket. One that only a grant has named is nothing but its reference.
struct Case {
  CaseRef ref;
  Timestamp created_at;
  std::optional<Timestamp> opened_at{};  ///< when a person said what it is about
  std::optional<Timestamp> closed_at{};  ///< no grant since then
  std::optional<Environment> environment{};
  std::string platform{};
  std::string versions{};
  std::map<Basic, std::string> answers{};  ///< none is empty
  std::optional<Timestamp> timebox_at{};   ///< no access under it ends later
  std::int64_t version = 1;
  std::string vouched_mac{};  ///< what the audit log says of this record; given by the store
};

/// Has nobody but a grant ever said anything about it?
[[nodiscard]] bool is_bare(const Case& record);

/// Basics without an answer, in their order.
[[nodiscard]] std::vector<Basic> missing_basics(const Case& record);

/// How far a case is.
enum class CaseState {
  unopened,  ///< only named by a grant
  open,
  closing,  ///< closed, but an account under it is not gone yet
  closed
};

[[nodiscard]] std::string_view to_string(CaseState state);

/// `has_open_accounts`: one under it is not gone.
[[nodiscard]] CaseState state_of(const Case& record, bool has_open_accounts);

/// What a person says about a case. What is not named stays as it is; an empty text takes it away.
struct CaseFacts {
  std::optional<Environment> environment{};
  std::optional<std::string> platform{};
  std::optional<std::string> versions{};
  std::map<Basic, std::string> answers{};
};

/// `record` with the facts, cleaned. Errors: as `parse_case_text`.
[[nodiscard]] Result<Case> with_facts(Case record, const CaseFacts& facts);

/// May access under this case end then? Errors: `policy` if it is closed, or beyond its time-box, with the
/// latest end there may be.
[[nodiscard]] Result<void> check_case(const Case& record, Timestamp now, Timestamp expires_at);

/// May a time-box that is set now end then? Errors: `expired`, `policy`.
[[nodiscard]] Result<void> check_timebox(Timestamp now, Timestamp end);

}  // namespace stagepass
