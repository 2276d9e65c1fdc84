#include "oracle/oracle.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/workspace.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <service/record_content.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

constexpr std::size_t kPage = 100;

std::string key_of(const std::string& target, const std::string& user_name) {
  return target + "/" + user_name;
}

std::string key_of(const Account& account) {
  return key_of(account.target.str(), account.user_name.str());
}

std::string key_of(const SeenAccount& seen) {
  return key_of(seen.target, seen.user_name);
}

/// Escaped: on a target a name can be anything.
std::string describe(const SeenAccount& seen) {
  return escape_untrusted(seen.user_name) + " on " + escape_untrusted(seen.target);
}

std::string describe(const Account& account) {
  return fmt::format("{} on {} (account {} of grant {}, {})", account.user_name.str(),
                     account.target.str(), account.id.str(), account.grant.str(),
                     to_string(account.state));
}

std::string digest(Bytes bytes) {
  std::array<std::uint8_t, crypto_generichash_BYTES> hash{};
  ::crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  return to_hex(hash);
}

std::string digest(const std::string& text) {
  return digest(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::string digest_of(const SeenAccount& seen) {
  return digest(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", seen.exists, seen.marker, seen.login_possible,
                            seen.password ? digest(seen.password->reveal()) : "none",
                            seen.public_key, seen.live_sessions));
}

/// The name says which account it would be, and only this vault can make the marker for that: no
/// record is asked.
bool carries_our_marker(const vault::Vault& vault, const SeenAccount& seen) {
  constexpr std::string_view kPrefix = "sp";
  if (!seen.exists || !seen.user_name.starts_with(kPrefix)) {
    return false;
  }
  const auto id = AccountId::parse("a-" + seen.user_name.substr(kPrefix.size()));
  const auto target = TargetName::parse(seen.target);
  return id && target && seen.marker == vault.marker(*id, *target);
}

class Judge final {
 public:
  explicit Judge(const World& world) : world_(&world) {}

  std::vector<Violation> run() {
    const auto records = all_records(world_->store);
    if (!records) {
      object(Invariant::damaged, "the records cannot be read: " + records.error().message);
      return std::move(violations_);
    }
    for (const SeenAccount& seen : world_->seen) {
      seen_.emplace(key_of(seen), &seen);
    }
    for (const GrantWithAccounts& grant : *records) {
      for (const Account& account : grant.accounts) {
        recorded_.emplace(key_of(account), &account);
        check_record(account);
      }
      check_vouched(grant);
    }
    for (const SeenAccount& seen : world_->seen) {
      check_seen(seen);
    }
    check_foreign();
    return std::move(violations_);
  }

 private:
  void object(Invariant which, std::string what) {
    violations_.push_back({which, std::move(what)});
  }

  void check_seen(const SeenAccount& seen) {
    if (world_->came_late.contains(key_of(seen))) {
      return;
    }
    const auto recorded = recorded_.find(key_of(seen));
    const bool is_known = recorded != recorded_.end();
    const bool is_gone = is_known && recorded->second->state == AccountState::gone;
    if (carries_our_marker(world_->vault, seen)) {
      if (!is_known) {
        object(Invariant::orphan, describe(seen) + " carries our marker and has no record");
      } else if (is_gone) {
        object(Invariant::orphan, describe(seen) + " carries our marker and its record is gone");
        object(Invariant::false_gone, describe(*recorded->second) + " is still there");
      }
    } else if (is_gone && seen.live_sessions > 0) {
      object(Invariant::false_gone, fmt::format("{} still has {} session(s)",
                                                describe(*recorded->second), seen.live_sessions));
    }
  }

  void check_record(const Account& account) {
    if (account.user_name != user_name_for(account.id) ||
        account.marker != world_->vault.marker(account.id, account.target)) {
      object(Invariant::damaged, describe(account) + " is not what was recorded of it");
    }
    if (account.state != AccountState::gone && !account.next_at) {
      object(Invariant::damaged, describe(account) + " is never looked at again");
    }
    check_overdue(account);
    if (account.state == AccountState::active) {
      check_active(account);
    }
  }

  /// What something may still be done by is vouched for by the log, as it stands.
  void check_vouched(const GrantWithAccounts& grant) {
    const auto is_open = [](const Account& each) { return each.state != AccountState::gone; };
    if (std::none_of(grant.accounts.begin(), grant.accounts.end(), is_open) ||
        is_not_vouched_for_yet()) {
      return;
    }
    const auto read = world_->store.grant(grant.grant.id);
    if (!read || read->grant.vouched_mac != mac_of(read->grant)) {
      object(Invariant::damaged, "grant " + grant.grant.id.str() + " is not vouched for");
      return;
    }
    for (const Account& account : read->accounts) {
      if (is_open(account) && account.vouched_mac != mac_of(account)) {
        object(Invariant::damaged, describe(account) + " is not vouched for");
      } else if (account.state == AccountState::active) {
        check_end(account, expected_end(*read));
      }
    }
  }

  void check_end(const Account& account, Timestamp expected) {
    if (account.ends_at != expected) {
      object(account.ends_at > expected ? Invariant::overdue : Invariant::lost,
             fmt::format("{} is to end at {}, and by the clocks of its grant at {}",
                         describe(account), format_utc(account.ends_at), format_utc(expected)));
    }
  }

  /// The vault of an earlier version, before the first command of this one was done with it.
  [[nodiscard]] bool is_not_vouched_for_yet() const {
    const auto first = world_->store.audit(0, 1);
    const auto about = world_->store.audit_of("vault");
    return first && !first->empty() && first->front().records.empty() && about &&
           std::none_of(about->begin(), about->end(),
                        [](const AuditEntry& entry) { return entry.action == "records.vouched"; });
  }

  template <class Record>
  [[nodiscard]] std::string mac_of(const Record& record) const {
    return world_->vault.record_mac(service::content_of(record));
  }

  void check_overdue(const Account& account) {
    if (world_->unreachable.contains(account.target.str())) {
      return;
    }
    if (is_overdue(account, world_->now) && world_->now - account.ends_at > world_->bound) {
      object(Invariant::overdue,
             fmt::format("{} ended at {} and is not gone at {}", describe(account),
                         format_utc(account.ends_at), format_utc(world_->now)));
    }
    const Timestamp begun_at = making_begun_at(account);
    const Timestamp latest = begun_at + service::kCreateLimit + world_->bound;
    if (account.state == AccountState::planned && world_->now > latest) {
      object(Invariant::overdue, fmt::format("{} was planned at {} and never became anything",
                                             describe(account), format_utc(begun_at)));
    }
  }

  /// It may be made again, by a reissue: of that the log tells.
  [[nodiscard]] Timestamp making_begun_at(const Account& account) const {
    const auto about = world_->store.audit_of(account.id.str());
    Timestamp begun_at = account.created_at;
    for (const AuditEntry& entry : about ? *about : std::vector<AuditEntry>()) {
      begun_at = entry.action == "account.reissue" ? entry.at : begun_at;
    }
    return begun_at;
  }

  /// Past its end an account may be closed by the target itself.
  void check_active(const Account& account) {
    if (world_->now >= account.ends_at || world_->changed_by_hand.contains(key_of(account))) {
      return;
    }
    const auto found = seen_.find(key_of(account));
    if (found == seen_.end() || !found->second->exists) {
      return object(Invariant::lost, describe(account) + " is not on its target");
    }
    const SeenAccount& seen = *found->second;
    if (!seen.login_possible) {
      return object(Invariant::lost, describe(account) + " lets nobody in");
    }
    if (!account.secret) {
      if (seen.public_key.empty()) {
        object(Invariant::lost, describe(account) + " has neither a password nor a key");
      }
      return;
    }
    const auto password = world_->vault.open(
        *account.secret, {account.id, account.target, account.user_name, account.expires_at});
    if (!password) {
      object(Invariant::lost, fmt::format("the secret of {} does not open: {}", describe(account),
                                          password.error().message));
    } else if (!seen.password || *seen.password != *password) {
      object(Invariant::lost, "the password of " + describe(account) + " does not log in");
    }
    check_can_be_shown(account);
  }

  /// A claim keeps others out for a minute; one that lies in the future keeps the credential from everybody.
  void check_can_be_shown(const Account& account) {
    const Retrieval& retrieval = account.retrieval;
    if (!retrieval.retrieved_at && retrieval.claimed_at && *retrieval.claimed_at > world_->now) {
      object(Invariant::lost, fmt::format("{} was claimed at {}, which is not yet: nobody can "
                                          "retrieve it",
                                          describe(account), format_utc(*retrieval.claimed_at)));
    }
  }

  void check_foreign() {
    if (!world_->foreign_before) {
      return;
    }
    const ForeignAccounts after = foreign_accounts(world_->vault, world_->seen);
    for (const auto& [key, before] : *world_->foreign_before) {
      const auto found = after.find(key);
      if (found == after.end()) {
        object(Invariant::foreign,
               escape_untrusted(key) + " was not ours and is not there any more");
      } else if (found->second != before) {
        object(Invariant::foreign, escape_untrusted(key) + " was not ours and was changed");
      }
    }
  }

  const World* world_;
  std::map<std::string, const SeenAccount*> seen_;
  std::map<std::string, const Account*> recorded_;
  std::vector<Violation> violations_;
};

std::string lasting_part_of(const Account& account) {
  const EndEvidence& evidence = account.evidence;
  const std::string proof = account.state != AccountState::gone || !evidence.verified_at
                                ? ""
                                : fmt::format("{} {} {}", format_utc(*evidence.verified_at),
                                              evidence.sessions_ended, to_string(evidence.login));
  return fmt::format("{} {} {} {} {} {} [{}] {} {} [{}]\n", account.id.str(), account.grant.str(),
                     account.target.str(), account.user_name.str(), account.marker,
                     to_string(account.state), proof, format_utc(account.ends_at),
                     account.retrieval.retrieved_by,
                     account.secret ? digest(account.secret->ciphertext) : "");
}

}  // namespace

std::string_view to_string(Invariant invariant) {
  constexpr std::array<std::string_view, 8> kNames = {
      "I1 orphan",  "I2 false gone", "I3 lost credential", "I4 overdue",
      "I5 damaged", "I6 leaked",     "I7 foreign touched", "I8 repeated"};
  return kNames.at(static_cast<std::size_t>(invariant));
}

std::string to_string(const Violation& violation) {
  return fmt::format("{}: {}", to_string(violation.which), violation.what);
}

ForeignAccounts foreign_accounts(const vault::Vault& vault, const Seen& seen) {
  ForeignAccounts foreign;
  for (const SeenAccount& each : seen) {
    if (each.exists && !carries_our_marker(vault, each)) {
      foreign.emplace(key_of(each), digest_of(each));
    }
  }
  return foreign;
}

std::vector<Violation> judge(const World& world) {
  return Judge(world).run();
}

Timestamp expected_end(const GrantWithAccounts& record) {
  const Grant& grant = record.grant;
  std::vector<Timestamp> retrievals;
  for (const Account& account : record.accounts) {
    if (const auto at = account.retrieval.retrieved_at) {
      retrievals.push_back(*at);
    }
  }
  std::sort(retrievals.begin(), retrievals.end());
  const bool in_time =
      !retrievals.empty() && (!grant.retrieve_by || retrievals.front() < *grant.retrieve_by);
  if (!in_time) {
    return std::min(grant.expires_at, grant.retrieve_by.value_or(grant.expires_at));
  }
  return grant.work_time ? std::min(grant.expires_at, retrievals.front() + *grant.work_time)
                         : grant.expires_at;
}

Result<std::vector<GrantWithAccounts>> all_records(Store& store) {
  GrantFilter all;
  all.include = GrantFilter::Include::all;
  std::vector<GrantWithAccounts> records;
  while (true) {
    const auto after = records.empty() ? std::nullopt : std::optional(records.back().grant.id);
    SP_ASSIGN(auto page, store.grants(all, after, kPage));
    const bool is_last = page.size() < kPage;
    std::move(page.begin(), page.end(), std::back_inserter(records));
    if (is_last) {
      return records;
    }
  }
}

Result<std::string> fingerprint(const Seen& seen, Store& store) {
  SP_ASSIGN(const auto records, all_records(store));
  std::string text;
  for (const GrantWithAccounts& each : records) {
    const Grant& grant = each.grant;
    text += fmt::format("{} {} {} {}\n", grant.id.str(), format_utc(grant.expires_at),
                        grant.ended_at ? format_utc(*grant.ended_at) : "open", grant.ended_by);
    for (const Account& account : each.accounts) {
      text += lasting_part_of(account);
    }
  }
  std::map<std::string, std::string> on_targets;
  for (const SeenAccount& account : seen) {
    on_targets[key_of(account)] = digest_of(account);
  }
  for (const auto& [key, what] : on_targets) {
    text += fmt::format("{} {}\n", key, what);
  }
  return digest(text);
}

}  // namespace stagepass::proof
