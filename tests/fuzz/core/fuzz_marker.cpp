// Marks that stand beside accounts on targets: anybody may have written them.

#include <stagepass/core/marker.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

void try_marker(std::string_view input) {
  const std::optional<AccountId> account = account_in_marker(input);
  if (!account) {
    return;
  }
  const std::string begin = std::string(kMarkerPrefix) + account->str();
  require(input.starts_with(begin), "a mark begins with the account that it speaks of");
  require(input.size() == begin.size() || input[begin.size()] == '.', "an id in a mark is whole");
  require(AccountId::parse(account->str()).has_value(), "the id in a mark is one");
}

const Registration registration({"marker", try_marker});

}  // namespace
}  // namespace stagepass::fuzz
