#pragma once

#include "oracle/oracle.hpp"
#include "simulation/process.hpp"

#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/target_audit.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stagepass::proof {

/// What one account was promised, in true time, and what became of it.
struct Life {
  std::string target;
  AccountRef ref;
  /// When it must begin to end; nothing while the command that makes it is still on its way.
  std::optional<Elapsed> true_end;
  bool is_changed_by_hand = false;
  bool came_late = false;     ///< made once more by its target after its end
  int shown = 0;              ///< how often its password was shown
  bool is_confirmed = false;  ///< a retrieve said that all went well
};

/// What was asked for beside the end of a grant.
struct Clocks {
  std::optional<Ttl> retrieve_within;
  std::optional<Ttl> work_time;
};

/// What was promised about one grant.
struct Promise {
  CaseRef case_ref;
  Ttl ttl{};
  Clocks clocks;
  Elapsed started{};
  Timestamp asked_at;                   ///< when the end was last asked for, by the vault's time
  std::optional<GrantId> id;            ///< known once a record was seen
  bool is_complete = false;             ///< all its accounts were made
  bool is_promised = false;             ///< the merchant was told that it is made
  bool is_ended = false;                ///< somebody tried to end it
  std::optional<Timestamp> claimed_at;  ///< by the last retrieve that was cut off
  Timestamp agreed_end;                 ///< in the vault's time
  Timestamp ends_at;                    ///< the same, by all its clocks
  bool is_extended = false;             ///< somebody tried to
  bool is_being_reissued = false;       ///< at this moment: the records may be ahead of the promise
};

/// Keeps the promises made in one installation, beside its records and in true time, and objects
/// when one is broken.
class Ledger final {
 public:
  /// An orphan is found by the next audit.
  static constexpr Elapsed kAuditLimit = service::kAuditEvery;

  explicit Ledger(Site& site);

  /// The vault's time, as a command that starts now would see it.
  [[nodiscard]] Timestamp vault_time() const;

  Promise& plan(CaseRef case_ref, Ttl ttl, Clocks clocks);
  /// Looks at the records after a command about this grant. `is_new_end`: it may have set the end
  /// to now + `promise.ttl`.
  enum class NewEnd { no, yes };
  void look_again(Promise& promise, NewEnd new_end);

  /// Somebody has tried to replace the credentials, `before` being the record: what was shown of the old ones counts
  /// no more if he began, and is promised again if it `worked`.
  void note_reissue(Promise& promise, const GrantWithAccounts& before, bool worked);

  /// What a specialist is shown.
  void note_shown(const service::ShownGrant& shown, const Promise& promise);
  void note_retrieved(const std::vector<std::string>& users);
  /// A password that was promised, lives and was never shown must be there for the asking.
  [[nodiscard]] bool must_be_retrievable(const Promise& promise) const;
  [[nodiscard]] bool was_shown(const Promise& promise) const;

  void change_by_hand(const std::string& user) { lives_.at(user).is_changed_by_hand = true; }
  void accept_foreign() { foreign_ = foreign_accounts(site_->vault, see_fakes(site_->fakes)); }
  /// The vault's time was moved back: what was over stays over.
  void end_all_promises();
  /// A target or the whole machine was in trouble until now.
  void note_trouble(const std::string& target);
  /// A clock that was wrong is right again: what was due only by a time that no command has seen, is not.
  void reckon_anew();
  /// Time that nobody can know of: the machine was off and its clock stood wrong.
  void add_clock_debt(Elapsed lost) { clock_debt_ += lost; }

  /// The oracle, and the promises in true time.
  void judge_now();
  /// Nothing of ours is left, and nothing is open.
  void judge_end();
  void object(Invariant which, std::string what);

  void set_bound(Elapsed bound) { bound_ = bound; }
  [[nodiscard]] std::map<std::string, Life>& lives() { return lives_; }
  [[nodiscard]] const std::map<std::string, Life>& lives() const { return lives_; }
  [[nodiscard]] std::vector<std::unique_ptr<Promise>>& promises() { return promises_; }
  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }

 private:
  [[nodiscard]] std::optional<GrantWithAccounts> record_of(const Promise& promise) const;
  [[nodiscard]] Elapsed true_end_of(const Account& account, const Promise& promise,
                                    Timestamp end) const;
  /// Once all that this moment asks for must have happened.
  void judge_after(Elapsed when);
  void note_arrival(const AccountRef& ref);
  void check_new_end(const Promise& promise, const Account& account, Timestamp now);
  /// That the record has the clocks that were asked for.
  void check_clocks(const Promise& promise, const GrantWithAccounts& record);
  void check_late(const SeenAccount& seen);

  Site* site_;
  std::map<std::string, Life> lives_;
  std::vector<std::unique_ptr<Promise>> promises_;
  std::map<std::string, Elapsed> trouble_;
  ForeignAccounts foreign_;
  Elapsed bound_{};
  Elapsed clock_debt_{};
  std::vector<Violation> violations_;
};

}  // namespace stagepass::proof
