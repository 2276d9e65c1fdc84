// The order of a rotation: the new epoch is durable in the keyring, then nothing older is accepted by
// the store, then what is older is wrapped anew, then the older epochs are destroyed.
#include "service/records.hpp"
#include "service/rotation_steps.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/key_rotation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

constexpr int kMostWalks = 5;
constexpr int kCommitAttempts = 5;

/// One walk over all live credentials that wraps anew what is of an older epoch.
class Walk final {
 public:
  Walk(Workspace& workspace, std::int64_t epoch) : workspace_(&workspace), epoch_(epoch) {}

  Result<void> run() {
    return for_each_page(*workspace_, {},
                         [this](const std::vector<GrantWithAccounts>& page) { return take(page); });
  }

  [[nodiscard]] std::size_t rewrapped() const { return rewrapped_; }
  [[nodiscard]] std::size_t lost() const { return lost_; }
  [[nodiscard]] bool has_skipped() const { return has_skipped_; }

 private:
  /// All in one commit; each grant by itself if somebody has changed one of them meanwhile.
  Result<void> take(const std::vector<GrantWithAccounts>& page) {
    ChangeSet changes;
    std::size_t lost = 0;
    for (const GrantWithAccounts& each : page) {
      SP_TRY(add_older(each, changes, lost));
    }
    SP_ASSIGN(const bool is_stored, store(changes));
    if (is_stored) {
      lost_ += lost;
      return {};
    }
    for (const GrantWithAccounts& each : page) {
      SP_TRY(take_again(each.grant.id));
    }
    return {};
  }

  Result<void> take_again(const GrantId& id) {
    for (int attempt = 0; attempt < kCommitAttempts; ++attempt) {
      SP_ASSIGN(const GrantWithAccounts found, workspace_->store.grant(id));
      ChangeSet changes;
      std::size_t lost = 0;
      SP_TRY(add_older(found, changes, lost));
      SP_ASSIGN(const bool is_stored, store(changes));
      if (is_stored) {
        lost_ += lost;
        return {};
      }
    }
    has_skipped_ = true;  // the next walk comes back to it
    return {};
  }

  Result<void> add_older(const GrantWithAccounts& found, ChangeSet& changes, std::size_t& lost) {
    for (const Account& account : found.accounts) {
      if (!account.secret || vault::Vault::epoch_of(*account.secret) == epoch_) {
        continue;
      }
      auto rewrapped = workspace_->vault.rewrap(*account.secret, binding_of(account));
      if (rewrapped) {
        changes.accounts.push_back(account);
        changes.accounts.back().secret = *std::move(rewrapped);
      } else if (rewrapped.error().code == Errc::undecryptable) {
        ++lost;
      } else {
        return fail(std::move(rewrapped).error());
      }
    }
    return {};
  }

  /// False if somebody has changed a row meanwhile.
  Result<bool> store(ChangeSet& changes) {
    if (changes.accounts.empty()) {
      return true;
    }
    changes.key_epoch = epoch_;
    const auto committed = workspace_->store.commit(changes);
    if (!committed && committed.error().code != Errc::conflict) {
      return fail(committed.error());
    }
    rewrapped_ += committed ? changes.accounts.size() : 0;
    return committed.has_value();
  }

  Workspace* workspace_;
  std::int64_t epoch_;
  std::size_t rewrapped_ = 0;
  std::size_t lost_ = 0;
  bool has_skipped_ = false;
};

Result<std::int64_t> stored_epoch(Workspace& workspace) {
  constexpr std::int64_t kLast = 0xFFFFFFFE;
  SP_ASSIGN(const VaultRecord record, workspace.store.vault());
  if (record.key_epoch < 1 || record.key_epoch > kLast) {
    return fail(Errc::corrupt, fmt::format("the vault cannot be in epoch {}", record.key_epoch),
                "restore the vault from a backup");
  }
  return record.key_epoch;
}

/// Until a whole walk finds nothing that is older: no row can become so again, for what is sealed in
/// an older epoch is refused, and a row that was read before is of an older version.
Result<Rotation> rewrap_all(Workspace& workspace, std::int64_t epoch) {
  Rotation rotation{.epoch = epoch};
  for (int walks = 0; walks < kMostWalks; ++walks) {
    Walk walk(workspace, epoch);
    SP_TRY(walk.run());
    rotation.rewrapped += walk.rewrapped();
    rotation.lost = walk.lost();
    if (walk.rewrapped() == 0 && !walk.has_skipped()) {
      return rotation;
    }
  }
  return fail(Errc::unavailable, "the keys are not rotated yet: the records change too fast",
              "`stagepass purge` goes on with it");
}

Result<void> record_epoch(Workspace& workspace, std::int64_t epoch) {
  ChangeSet changes;
  changes.key_epoch = epoch;
  changes.audit.push_back(
      audit_entry(workspace, "keys.rotate", "vault", fmt::format("epoch {}", epoch)));
  return workspace.store.commit(changes);
}

/// With the lock held: nobody has sealed in the one that another process is just making.
Result<void> put_new_keyring(Workspace& workspace) {
  SP_ASSIGN(const std::int64_t stored, stored_epoch(workspace));
  return workspace.vault.make_keyring(stored + 1, workspace.clock.now());
}

/// A vault from before there were keyrings gets its first one; one whose keyring is lost, if nothing
/// is lost with it.
Result<void> require_keyring(Workspace& workspace) {
  const auto known = workspace.vault.reload_epochs();
  if (known || known.error().code != Errc::locked) {
    return known ? Result<void>() : fail(known.error());
  }
  SP_ASSIGN(const std::size_t bound, count_bound_to_keyring(workspace));
  return bound == 0 ? put_new_keyring(workspace) : fail(known.error());
}

/// With the lock held. Where an older copy of the records is in place nothing is destroyed: the
/// newest ones, which somebody may put back, need it.
Result<void> prepare(Workspace& workspace) {
  SP_TRY(workspace.store.still_durable());
  SP_TRY(require_whole_log(workspace));
  return require_keyring(workspace);
}

bool is_due(const Epochs& epochs, Timestamp now, Ttl every) {
  const Timestamp made_at = epochs.ring.back().made_at;
  // Made in the future: by a clock that was wrong then. It would not be due for years.
  return epochs.is_unfinished() || made_at > now || now - made_at >= every;
}

/// With the lock held.
Result<Rotation> rotate(Workspace& workspace) {
  SP_ASSIGN(const Epochs epochs, look_at_epochs(workspace));
  SP_TRY(workspace.vault.add_epoch(epochs.next(), workspace.clock.now()));
  return finish_rotation(workspace);
}

}  // namespace

std::int64_t Epochs::next() const {
  return std::max(newest(), stored) + 1;
}

Result<Epochs> look_at_epochs(Workspace& workspace) {
  Epochs epochs;
  SP_ASSIGN(epochs.ring, workspace.vault.reload_epochs());
  SP_ASSIGN(epochs.stored, stored_epoch(workspace));
  return epochs;
}

Result<Rotation> finish_rotation(Workspace& workspace) {
  SP_ASSIGN(Epochs epochs, look_at_epochs(workspace));
  if (epochs.newest() < epochs.stored) {
    SP_TRY(workspace.vault.add_epoch(epochs.next(), workspace.clock.now()));
    SP_ASSIGN(epochs, look_at_epochs(workspace));
  }
  if (epochs.newest() > epochs.stored) {
    SP_TRY(workspace.vault.settle_keyring());  // somebody who was cut off may have made it
    SP_TRY(record_epoch(workspace, epochs.newest()));
  }
  SP_ASSIGN(const Rotation rotation, rewrap_all(workspace, epochs.newest()));
  SP_TRY(workspace.store.still_durable());
  SP_TRY(workspace.vault.destroy_old_epochs());
  return rotation;
}

Result<Rotation> rotate_keys(Workspace& workspace) {
  SP_ASSIGN(const auto lock, workspace.vault.lock_keyring());
  SP_TRY(prepare(workspace));
  SP_ASSIGN(const Epochs epochs, look_at_epochs(workspace));
  if (epochs.is_unfinished()) {
    SP_TRY(finish_rotation(workspace));
  }
  return rotate(workspace);
}

Result<std::optional<Rotation>> rotate_keys_if_due(Workspace& workspace, Ttl every) {
  const auto seen = look_at_epochs(workspace);
  if (seen && !is_due(*seen, workspace.clock.now(), every)) {
    return std::optional<Rotation>();
  }
  const auto lock = workspace.vault.lock_keyring();
  if (!lock && lock.error().code == Errc::conflict) {
    return std::optional<Rotation>();
  }
  if (!lock) {
    return fail(lock.error());
  }
  SP_TRY(prepare(workspace));
  SP_ASSIGN(const Epochs epochs, look_at_epochs(workspace));
  if (!is_due(epochs, workspace.clock.now(), every)) {
    return std::optional<Rotation>();  // somebody else has just done it
  }
  SP_ASSIGN(const Rotation rotation,
            epochs.is_unfinished() ? finish_rotation(workspace) : rotate(workspace));
  return std::optional(rotation);
}

Result<KeysInUse> keys_in_use(Workspace& workspace) {
  SP_ASSIGN(const Epochs epochs, look_at_epochs(workspace));
  KeysInUse keys{.newest = epochs.ring.back(), .is_rotating = epochs.is_unfinished()};
  const auto is_there = [&](std::int64_t epoch) {
    return epoch == 0 || std::any_of(epochs.ring.begin(), epochs.ring.end(),
                                     [&](const auto& each) { return each.number == epoch; });
  };
  SP_TRY(for_each_page(workspace, {}, [&](const auto& page) -> Result<void> {
    for (const GrantWithAccounts& each : page) {
      for (const Account& account : each.accounts) {
        const auto epoch = account.secret ? vault::Vault::epoch_of(*account.secret) : std::nullopt;
        if (epoch) {
          ++keys.secrets[*epoch];
        }
        keys.unreadable += account.secret && (!epoch || !is_there(*epoch)) ? 1U : 0U;
      }
    }
    return {};
  }));
  return keys;
}

Result<std::size_t> count_bound_to_keyring(Workspace& workspace) {
  std::size_t bound = 0;
  SP_TRY(for_each_page(workspace, {}, [&](const auto& page) -> Result<void> {
    for (const GrantWithAccounts& each : page) {
      bound += static_cast<std::size_t>(
          std::count_if(each.accounts.begin(), each.accounts.end(), [](const Account& account) {
            return account.secret && vault::Vault::epoch_of(*account.secret) != 0;
          }));
    }
    return {};
  }));
  return bound;
}

Result<void> make_new_keyring(Workspace& workspace) {
  SP_ASSIGN(const auto lock, workspace.vault.lock_keyring());
  return put_new_keyring(workspace);
}

}  // namespace stagepass::service
