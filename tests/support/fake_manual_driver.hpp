#pragma once

#include <stagepass/ports/manual_target.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::tests {

/// The world behind fake manual drivers: what a person made and deleted there, and how often the
/// door was tried.
class FakeManualTarget final {
 public:
  void make_by_hand(const std::string& user, const Secret& password) {
    accounts_.insert_or_assign(user, password.clone());
  }
  void delete_by_hand(const std::string& user) { accounts_.erase(user); }
  void set_down(bool down) { is_down_ = down; }
  void set_login(bool has_login) { has_login_ = has_login; }
  [[nodiscard]] int logins_tried() const { return logins_tried_; }

 private:
  friend class FakeManualDriver;
  std::map<std::string, Secret> accounts_;
  bool is_down_ = false;
  bool has_login_ = true;
  int logins_tried_ = 0;
};

/// A driver as src/targets/manual's is, for a target in memory.
class FakeManualDriver final : public TargetDriver, public ManualTarget {
 public:
  /// `target` must outlive this object.
  explicit FakeManualDriver(FakeManualTarget& target) : target_(target) {}

  std::string where() const override { return "https://panel.example"; }
  bool has_login() const override { return target_.has_login_; }
  Result<LoginCheck> check_login(const UserName& user, const Secret& password,
                                 Timeout /*timeout*/) override {
    ++target_.logins_tried_;
    if (target_.is_down_) {
      return fail(Errc::unreachable, "the panel is down");
    }
    const auto found = target_.accounts_.find(user.str());
    if (found != target_.accounts_.end() && found->second == password) {
      return fail(Errc::pending, "the login still works");
    }
    return LoginCheck::refused;
  }

  Result<std::vector<Finding>> check(Timeout /*timeout*/) override {
    return std::vector<Finding>{{Finding::Kind::good, "a person keeps it", ""}};
  }
  Result<std::vector<std::string>> install(Timeout /*timeout*/) override {
    return std::vector<std::string>();
  }
  Result<std::vector<MarkedAccount>> list_marked(Timeout /*timeout*/) override {
    return fail(Errc::invalid_argument, "cannot be listed");
  }
  Result<Presence> probe(const AccountRef& /*account*/, Timeout /*timeout*/) override {
    return unknown();
  }
  Result<void> create(const AccountSpec& /*account*/, Timeout /*timeout*/) override { return {}; }
  Result<void> set_end(const AccountRef& /*account*/, Timestamp /*expires_at*/,
                       Timeout /*timeout*/) override {
    return {};
  }
  Result<void> disable(const AccountRef& /*account*/, Timeout /*timeout*/) override {
    return unknown();
  }
  Result<std::size_t> end_sessions(const AccountRef& /*account*/, Timeout /*timeout*/) override {
    return unknown();
  }
  Result<Erased> erase(const AccountRef& /*account*/, Timeout /*timeout*/) override {
    return unknown();
  }
  Result<GoneProof> verify_gone(const AccountRef& /*account*/, const Secret* /*password*/,
                                Timeout /*timeout*/) override {
    return unknown();
  }
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& /*account*/,
                                                    const Secret& /*password*/,
                                                    Timeout /*timeout*/) override {
    return fail(Errc::invalid_argument, "no login");
  }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& /*user*/) const override {
    return {{"url", where()}};
  }

 private:
  static Failure unknown() { return fail(Errc::pending, "only a person knows"); }

  FakeManualTarget& target_;
};

}  // namespace stagepass::tests
