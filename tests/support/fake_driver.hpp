#pragma once

#include <stagepass/core/marker.hpp>
#include <stagepass/ports/target_driver.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <support/fake_manual_driver.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {

/// What one operation of a fake driver does instead of its work.
struct FakeFault {
  enum class When {
    before,  ///< fails and changes nothing
    after,   ///< works, then the reply is lost
    lie,     ///< reports success and changes nothing
  };
  static constexpr int kEver = 1'000'000;

  When when = When::before;
  int times = 1;  ///< how many calls it hits
  Error error = {Errc::unreachable, "the fake target did not answer", ""};
};

/// One account as it stands on a fake target.
struct FakeAccount {
  std::string marker;
  std::optional<Secret> password;
  std::string public_key;
  Timestamp expires_at;
  bool disabled = false;
};

/// The world behind fake drivers: a target that outlives every driver object, as a real one does.
///
/// Tests look at it and break it. Operations are named as the methods of TargetDriver: "create",
/// "probe", "set_end", "disable", "end_sessions", "erase", "verify_gone", "open_session", "check",
/// "install". Threads: safe from any thread.
class FakeTarget final {
 public:
  /// Makes the next calls of `operation` go wrong.
  void break_operation(const std::string& operation, FakeFault fault = {}) {
    const std::lock_guard lock(mutex_);
    faults_[operation] = std::move(fault);
  }

  /// Its accounts have a second factor beside the password.
  void ask_for_second_factor() {
    const std::lock_guard lock(mutex_);
    asks_for_second_factor_ = true;
  }

  /// A target that is down answers nothing: every operation is `unreachable`.
  void set_down(bool down) {
    const std::lock_guard lock(mutex_);
    down_ = down;
  }

  /// No faults, not down.
  void heal() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    down_ = false;
  }

  /// Called at the start of every operation with its name and the user name, outside all locks: to
  /// move a clock, to hold a thread back, or to throw where a crash is to be played.
  void on_call(std::function<void(const std::string&, const std::string&)> hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }

  /// Somebody else's account under one of our names.
  void add_foreign(const std::string& user_name, const std::string& marker = "somebody else") {
    const std::lock_guard lock(mutex_);
    FakeAccount foreign;
    foreign.marker = marker;
    accounts_[user_name] = std::move(foreign);
  }

  /// Somebody deleted it by hand.
  void remove(const std::string& user_name) {
    const std::lock_guard lock(mutex_);
    accounts_.erase(user_name);
  }

  /// What verify_gone finds of this user, until it is set to nothing.
  void set_residue(const std::string& user_name, std::vector<std::string> phrases) {
    const std::lock_guard lock(mutex_);
    residue_[user_name] = std::move(phrases);
  }

  /// What `check` answers beside "reachable".
  void set_findings(std::vector<Finding> findings) {
    const std::lock_guard lock(mutex_);
    findings_ = std::move(findings);
  }

  /// "create sp7f3k9q2m5x", in the order of the calls; target operations stand alone ("check").
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  void forget_calls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }

  [[nodiscard]] bool has(const std::string& user_name) const {
    const std::lock_guard lock(mutex_);
    return accounts_.contains(user_name);
  }

  /// There is an account of this name, and it does not carry this marker.
  [[nodiscard]] bool is_foreign(const std::string& user_name, const std::string& marker) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(user_name);
    return found != accounts_.end() && found->second.marker != marker;
  }

  [[nodiscard]] std::size_t account_count() const {
    const std::lock_guard lock(mutex_);
    return accounts_.size();
  }

  [[nodiscard]] bool is_disabled(const std::string& user_name) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(user_name);
    return found != accounts_.end() && found->second.disabled;
  }

  /// The platform's own expiry; nothing if there is no such account.
  [[nodiscard]] std::optional<Timestamp> expiry_of(const std::string& user_name) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(user_name);
    return found == accounts_.end() ? std::nullopt : std::optional(found->second.expires_at);
  }

  /// What stands here, whoever made it; `account` is empty where only sessions are left.
  struct Snapshot {
    std::string user_name;
    std::optional<FakeAccount> account;
    std::size_t live_sessions = 0;
  };

  [[nodiscard]] std::vector<Snapshot> snapshot() const {
    const std::lock_guard lock(mutex_);
    std::vector<Snapshot> all;
    for (const auto& [user, account] : accounts_) {
      all.push_back({user, copy_of(account), open_sessions(user)});
    }
    for (const auto& [user, sessions] : sessions_) {
      if (!accounts_.contains(user) && open_sessions(user) > 0) {
        all.push_back({user, std::nullopt, open_sessions(user)});
      }
    }
    return all;
  }

  /// Tries what a specialist would: user name and password.
  [[nodiscard]] bool login_works(const std::string& user_name, const Secret& password) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(user_name);
    return found != accounts_.end() && !found->second.disabled && found->second.password &&
           *found->second.password == password;
  }

 private:
  friend class FakeDriver;
  using SessionOpen = std::shared_ptr<std::atomic<bool>>;

  static FakeAccount copy_of(const FakeAccount& account) {
    FakeAccount copy;
    copy.marker = account.marker;
    copy.public_key = account.public_key;
    copy.expires_at = account.expires_at;
    copy.disabled = account.disabled;
    if (account.password) {
      copy.password = account.password->clone();
    }
    return copy;
  }

  /// Call with the lock held.
  [[nodiscard]] std::size_t open_sessions(const std::string& user) const {
    const auto found = sessions_.find(user);
    if (found == sessions_.end()) {
      return 0;
    }
    return static_cast<std::size_t>(std::count_if(found->second.begin(), found->second.end(),
                                                  [](const auto& open) { return open->load(); }));
  }

  mutable std::mutex mutex_;
  std::map<std::string, FakeAccount> accounts_;
  std::map<std::string, std::vector<SessionOpen>> sessions_;  ///< outlive their account
  std::map<std::string, std::vector<std::string>> residue_;
  std::map<std::string, FakeFault> faults_;
  std::vector<Finding> findings_;
  std::vector<std::string> calls_;
  std::function<void(const std::string&, const std::string&)> hook_;
  bool asks_for_second_factor_ = false;
  bool down_ = false;
};

/// A driver for a FakeTarget; keeps the contract of TargetDriver unless the target is told not to.
class FakeDriver final : public TargetDriver {
 public:
  /// `target` must outlive this object.
  explicit FakeDriver(FakeTarget& target) : target_(target) {}

  Result<std::vector<Finding>> check(Timeout /*timeout*/) override {
    using Findings = std::vector<Finding>;
    return perform<Findings>("check", "", Findings(), [this]() -> Result<Findings> {
      Findings findings = {{Finding::Kind::good, "the fake target is reachable", ""}};
      findings.insert(findings.end(), target_.findings_.begin(), target_.findings_.end());
      return findings;
    });
  }

  Result<std::vector<std::string>> install(Timeout /*timeout*/) override {
    using Phrases = std::vector<std::string>;
    return perform<Phrases>("install", "", Phrases(), [this]() -> Result<Phrases> {
      target_.findings_.clear();
      return Phrases{"prepared the fake target"};
    });
  }

  Result<std::vector<MarkedAccount>> list_marked(Timeout /*timeout*/) override {
    using Marked = std::vector<MarkedAccount>;
    return perform<Marked>("list_marked", "", Marked(), [this]() -> Result<Marked> {
      Marked marked;
      for (const auto& [user, account] : target_.accounts_) {
        if (account.marker.starts_with(kMarkerPrefix)) {
          marked.push_back({user, account.marker});
        }
      }
      return marked;
    });
  }

  Result<Presence> probe(const AccountRef& account, Timeout /*timeout*/) override {
    return perform<Presence>("probe", account.user_name.str(), Presence::absent,
                             [&] { return Result<Presence>(presence_of(account)); });
  }

  Result<void> create(const AccountSpec& account, Timeout /*timeout*/) override {
    const std::string& user = account.ref.user_name.str();
    return perform<void>("create", user, {}, [&]() -> Result<void> {
      SP_TRY(refuse_foreign(account.ref));
      FakeAccount made;
      made.marker = account.ref.marker;
      made.expires_at = account.expires_at;
      if (account.password != nullptr) {
        made.password = account.password->clone();
      }
      if (account.public_key) {
        made.public_key = account.public_key->str();
      }
      target_.accounts_[user] = std::move(made);
      return {};
    });
  }

  Result<void> set_end(const AccountRef& account, Timestamp expires_at,
                       Timeout /*timeout*/) override {
    return change("set_end", account, [&](FakeAccount& found) { found.expires_at = expires_at; });
  }

  Result<void> disable(const AccountRef& account, Timeout /*timeout*/) override {
    return change("disable", account, [](FakeAccount& found) { found.disabled = true; });
  }

  Result<std::size_t> end_sessions(const AccountRef& account, Timeout /*timeout*/) override {
    const std::string& user = account.user_name.str();
    return perform<std::size_t>("end_sessions", user, 0, [&]() -> Result<std::size_t> {
      SP_TRY(refuse_foreign(account));
      const std::size_t ended = target_.open_sessions(user);
      for (const auto& open : target_.sessions_[user]) {
        *open = false;
      }
      target_.sessions_.erase(user);
      return ended;
    });
  }

  Result<Erased> erase(const AccountRef& account, Timeout /*timeout*/) override {
    const std::string& user = account.user_name.str();
    return perform<Erased>("erase", user, Erased::removed, [&]() -> Result<Erased> {
      SP_TRY(refuse_foreign(account));
      return target_.accounts_.erase(user) > 0 ? Erased::removed : Erased::already_absent;
    });
  }

  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout /*timeout*/) override {
    const std::string& user = account.user_name.str();
    return perform<GoneProof>("verify_gone", user, GoneProof(), [&]() -> Result<GoneProof> {
      if (presence_of(account) != Presence::absent) {
        return fail(Errc::pending, "the account " + user + " is still there");
      }
      GoneProof proof;
      if (const auto left = target_.residue_.find(user); left != target_.residue_.end()) {
        proof.residue = left->second;
      }
      if (target_.open_sessions(user) > 0) {
        proof.residue.push_back("a live session of " + user);
      }
      proof.login = password == nullptr ? LoginCheck::not_tried : LoginCheck::refused;
      return proof;
    });
  }

  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout /*timeout*/) override {
    using Session = std::unique_ptr<LiveSession>;
    const std::string& user = account.user_name.str();
    return perform<Session>("open_session", user, Session(), [&]() -> Result<Session> {
      const auto found = target_.accounts_.find(user);
      if (found == target_.accounts_.end() || found->second.disabled || !found->second.password ||
          *found->second.password != password) {
        return fail(Errc::refused, "the fake target refuses the login of " + user);
      }
      auto open = std::make_shared<std::atomic<bool>>(true);
      target_.sessions_[user].push_back(open);
      return std::make_unique<FakeSession>(std::move(open));
    });
  }

  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    return {{"host", "fake.example"}, {"port", "22"}};
  }
  std::optional<Secret> second_factor(const Secret& password) const override {
    const std::lock_guard lock(target_.mutex_);
    return target_.asks_for_second_factor_ ? std::optional(password.clone()) : std::nullopt;
  }

 private:
  class FakeSession final : public LiveSession {
   public:
    explicit FakeSession(FakeTarget::SessionOpen open) : open_(std::move(open)) {}
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;
    FakeSession(FakeSession&&) = delete;
    FakeSession& operator=(FakeSession&&) = delete;
    ~FakeSession() override { *open_ = false; }
    bool ended_within(Timeout /*patience*/) override { return !*open_; }

   private:
    FakeTarget::SessionOpen open_;
  };

  /// Records the call, applies the fault that waits for it, and otherwise does the work.
  template <class T, class Work>
  Result<T> perform(const std::string& operation, const std::string& user, Result<T> lie,
                    const Work& work) {
    call_hook(operation, user);
    const std::lock_guard lock(target_.mutex_);
    target_.calls_.push_back(user.empty() ? operation : operation + " " + user);
    if (target_.down_) {
      return fail(Errc::unreachable, "the fake target is down");
    }
    const std::optional<FakeFault> fault = next_fault(operation);
    if (fault && fault->when == FakeFault::When::before) {
      return fail(fault->error);
    }
    if (fault && fault->when == FakeFault::When::lie) {
      return lie;
    }
    Result<T> result = work();
    if (fault) {
      return fail(fault->error);
    }
    return result;
  }

  template <class Change>
  Result<void> change(const std::string& operation, const AccountRef& account,
                      const Change& apply) {
    return perform<void>(operation, account.user_name.str(), {}, [&]() -> Result<void> {
      SP_TRY(refuse_foreign(account));
      const auto found = target_.accounts_.find(account.user_name.str());
      if (found != target_.accounts_.end()) {
        apply(found->second);
      }
      return {};
    });
  }

  void call_hook(const std::string& operation, const std::string& user) {
    std::function<void(const std::string&, const std::string&)> hook;
    {
      const std::lock_guard lock(target_.mutex_);
      hook = target_.hook_;
    }
    if (hook) {
      hook(operation, user);
    }
  }

  std::optional<FakeFault> next_fault(const std::string& operation) {
    const auto found = target_.faults_.find(operation);
    if (found == target_.faults_.end() || found->second.times <= 0) {
      return std::nullopt;
    }
    --found->second.times;
    return found->second;
  }

  [[nodiscard]] Presence presence_of(const AccountRef& account) const {
    const auto found = target_.accounts_.find(account.user_name.str());
    if (found == target_.accounts_.end()) {
      return Presence::absent;
    }
    return found->second.marker == account.marker ? Presence::ours : Presence::foreign;
  }

  [[nodiscard]] Result<void> refuse_foreign(const AccountRef& account) const {
    if (presence_of(account) == Presence::foreign) {
      return fail(Errc::refused, account.user_name.str() + " is not an account of ours");
    }
    return {};
  }

  FakeTarget& target_;
};

/// Makes drivers of kind "fake", one world per target name; and of kind "by-hand", all of one world.
class FakeDriverFactory final : public DriverFactory {
 public:
  /// The world of that target; made on first use.
  [[nodiscard]] FakeTarget& world(const std::string& target_name) {
    const std::lock_guard lock(mutex_);
    return worlds_[target_name];
  }

  [[nodiscard]] std::vector<std::string> world_names() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, world] : worlds_) {
      names.push_back(name);
    }
    return names;
  }

  [[nodiscard]] FakeManualTarget& manual() { return manual_; }

  std::vector<DriverInfo> kinds() const override {
    return {{"fake",
             "a target that exists in memory",
             {{"host", SettingInfo::Kind::optional, "fake.example", "where it is"},
              {"token", SettingInfo::Kind::secret, "", "an admin secret"}}}};
  }

  Result<std::unique_ptr<TargetDriver>> make(const Target& target,
                                             SecretSettings /*secrets*/) override {
    if (target.driver == "by-hand") {
      return std::make_unique<FakeManualDriver>(manual_);
    }
    if (target.driver != "fake") {
      return fail(Errc::invalid_argument, "there is no driver " + target.driver,
                  "drivers of this build: fake");
    }
    return std::make_unique<FakeDriver>(world(target.name.str()));
  }

 private:
  std::mutex mutex_;
  std::map<std::string, FakeTarget> worlds_;
  FakeManualTarget manual_;
};

}  // namespace stagepass::tests
