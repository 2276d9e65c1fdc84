#pragma once

#include <stagepass/core/grant.hpp>
#include <stagepass/core/timestamp.hpp>
#include <stagepass/policy/notice_rule.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stagepass::notices {

/// One thing that happened, as receivers are told it.
///
/// Secrets: none, nor a user name, a password, an address of a shop, or what a target has said. Its texts are made of our
/// own words, of names that their rules keep plain, and of people's names, escaped.
struct Event {
  using Detail = std::pair<std::string, std::variant<std::int64_t, std::string>>;

  std::string id;    ///< letters, digits and "_": the same whenever it is told
  std::string kind;  ///< "end": a word of the policy file, or "test"
  Timestamp at;
  std::string headline;  ///< "grant g-… ended: all accounts gone"
  std::string text;      ///< a sentence or two

  // Empty where they have no meaning.
  std::string grant;
  std::string case_ref;
  std::string recipient;
  std::vector<std::string> targets;
  std::string environment;
  std::optional<Timestamp> ends;
  std::string by;
  std::vector<Detail> details;
};

/// For trying a receiver.
[[nodiscard]] Event sample_event(std::string id, Timestamp at);

}  // namespace stagepass::notices
