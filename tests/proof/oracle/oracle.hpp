#pragma once

#include "oracle/seen.hpp"

#include <stagepass/ports/store.hpp>
#include <stagepass/vault/vault.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace stagepass::proof {

/// What must be true after every fault (reliability.md 8.1).
enum class Invariant {
  orphan,      ///< I1: every account of ours on a target has a record that is not gone
  false_gone,  ///< I2: nothing of an account is left once its record says gone
  lost,        ///< I3: an active record opens to the password that logs in, and can still be shown
  overdue,     ///< I4: nothing is past its end for longer than a bound
  damaged,     ///< I5: every record is what we wrote, and so is the database file
  leaked,      ///< I6: no secret stands in a file or an output
  foreign,     ///< I7: accounts that are not ours are as they were
  repeated     ///< I8: the same command again changes nothing
};

/// "I1 orphan"
[[nodiscard]] std::string_view to_string(Invariant invariant);

struct Violation {
  Invariant which;
  std::string what;  ///< which account, and what is wrong with it; foreign text is escaped
};

/// "I1 orphan: sp7f3k9q2m5x on files …"
[[nodiscard]] std::string to_string(const Violation& violation);

/// Foreign accounts as they stand: "target/user" to a digest of all that can be seen of it.
using ForeignAccounts = std::map<std::string, std::string>;

/// The accounts whose marker is not one that this vault makes for that name on that target.
[[nodiscard]] ForeignAccounts foreign_accounts(const vault::Vault& vault, const Seen& seen);

/// Everything an oracle looks at. What does not apply to a harness keeps its default.
struct World {
  const Seen& seen;
  Store& store;
  vault::Vault& vault;
  Timestamp now;
  /// How long after its end (or after the time to make it) an account may still be there.
  Ttl bound;
  /// Targets that do not answer: nothing can be ended there, so nothing there counts as overdue.
  std::set<std::string> unreachable;
  /// "target/user" of accounts of ours that somebody deleted or changed by hand.
  std::set<std::string> changed_by_hand;
  /// "target/user" of accounts that a target made once more after their end, by an order that was
  /// held up on its way: orphans until the next audit of that target.
  std::set<std::string> came_late;
  /// As `foreign_accounts` said before the work; nothing: I7 is not judged.
  std::optional<ForeignAccounts> foreign_before;
};

/// Looks at targets and records and objects to everything that breaks I1 to I5 and I7. Changes
/// nothing. Records that cannot be read are an objection, too.
[[nodiscard]] std::vector<Violation> judge(const World& world);

/// When what lives of a grant is to end by its clocks: told from the records of its retrievals, without a word of the
/// code that is judged.
[[nodiscard]] Timestamp expected_end(const GrantWithAccounts& record);

/// All grants with their accounts, gone ones included.
[[nodiscard]] Result<std::vector<GrantWithAccounts>> all_records(Store& store);

/// What targets and records say, without what a repeated command may touch: versions, leases, the
/// count and the times of attempts, and the evidence of an end that is still going on. For I8.
[[nodiscard]] Result<std::string> fingerprint(const Seen& seen, Store& store);

}  // namespace stagepass::proof
