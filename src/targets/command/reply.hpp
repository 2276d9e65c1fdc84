#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stagepass::targets {

/// What a program answered; see CommandDriver for the protocol.
///
/// Guarantees: nothing is guessed: an answer that is not exactly as agreed is `unreachable`, for it
/// leaves the state of the target unknown. Texts from the program are escaped.
class Reply final {
 public:
  /// Is told of every text and name in an answer, as it reads without the escapes of JSON.
  using Listener = std::function<void(std::string_view)>;

  /// Errors: `unreachable` for anything but one JSON object with "ok" in which no name stands
  /// twice; what the program said went wrong as `unreachable`, `refused` or `invalid_argument`.
  /// `speaker` is who said it in messages.
  [[nodiscard]] static Result<Reply> parse(std::string_view text, const Listener& listener,
                                           std::string_view speaker = "the program");

  /// The program does not know this operation.
  [[nodiscard]] bool unsupported() const { return unsupported_; }

  [[nodiscard]] Result<Presence> presence() const;
  [[nodiscard]] Result<std::size_t> sessions() const;
  [[nodiscard]] Result<TargetDriver::Erased> erased() const;
  /// Errors: `pending` if the account is still there or its login still works.
  [[nodiscard]] Result<GoneProof> gone() const;
  [[nodiscard]] Result<std::vector<Finding>> findings() const;
  [[nodiscard]] Result<std::vector<MarkedAccount>> marked_accounts() const;
  /// What an installation did.
  [[nodiscard]] Result<std::vector<std::string>> done() const;

 private:
  enum class Support { yes, no };
  Reply(nlohmann::json object, Support support)
      : object_(std::move(object)), unsupported_(support == Support::no) {}

  nlohmann::json object_;
  bool unsupported_;
};

}  // namespace stagepass::targets
