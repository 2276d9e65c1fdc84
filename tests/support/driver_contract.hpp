#pragma once

#include <stagepass/ports/target_driver.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {

namespace driver_contract {
inline Secret sample_password() {
  return Secret::copy_of("correct-horse-\"7\\");
}
}  // namespace driver_contract

/// A target whose driver is put to the test, and the hand that breaks it.
class ContractTarget {
 public:
  virtual ~ContractTarget() = default;
  /// A new driver object for the same target, as after a restart.
  [[nodiscard]] virtual std::unique_ptr<TargetDriver> driver() = 0;
  /// Asked of the target itself, not of the driver.
  [[nodiscard]] virtual bool has(const std::string& user_name) = 0;
  virtual void add_foreign(const std::string& user_name) = 0;
  virtual void set_down(bool down) = 0;
  /// The next call does its work, but nobody hears of it.
  virtual void lose_next_reply(const std::string& operation) = 0;

  /// As hard as the platform lets it be.
  [[nodiscard]] virtual Secret sample_password() const {
    return driver_contract::sample_password();
  }
  /// Where the door cannot be shut without throwing out who is inside, and nobody counts them.
  [[nodiscard]] virtual bool disabling_ends_sessions() const { return false; }
};

/// The promises of TargetDriver, one function each; every driver must keep them all.
namespace driver_contract {

inline constexpr Timeout kPatience = std::chrono::seconds(20);
inline constexpr Timestamp kEnd{std::chrono::seconds(1'900'000'000)};

inline AccountRef sample_account(std::uint8_t seed = 1) {
  const AccountId id = AccountId::from_seed({1, 2, 3, 4, 5, 6, seed});
  return {id, user_name_for(id), "stagepass/" + id.str() + ".c0ffee"};
}

inline AccountRef created(ContractTarget& target, const Secret& password) {
  AccountRef account = sample_account();
  must(target.driver()->create({account, kEnd, &password, std::nullopt}, kPatience));
  return account;
}

inline Errc login_error(TargetDriver& driver, const AccountRef& account, const Secret& password) {
  return error_of(driver.open_session(account, password, kPatience));
}

inline std::vector<std::string> listed_users(TargetDriver& driver) {
  std::vector<std::string> users;
  for (const MarkedAccount& each : must(driver.list_marked(kPatience))) {
    if (each.marker == sample_account().marker) {
      users.push_back(each.user_name);
    }
  }
  return users;
}

inline void a_created_account_is_ours(ContractTarget& target) {
  const Secret password = target.sample_password();
  CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
  const AccountRef account = created(target, password);
  CHECK(target.has(account.user_name.str()));
  CHECK(must(target.driver()->probe(account, kPatience)) == Presence::ours);
  CHECK(must(target.driver()->probe(sample_account(9), kPatience)) == Presence::absent);
}

inline void creating_twice_converges(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  must(target.driver()->create({account, kEnd, &password, std::nullopt}, kPatience));
  CHECK(must(target.driver()->probe(account, kPatience)) == Presence::ours);
  CHECK(must(target.driver()->open_session(account, password, kPatience)) != nullptr);
}

inline void another_password_takes_the_place_of_the_first(ContractTarget& target) {
  const Secret first = target.sample_password();
  const Secret second = Secret::copy_of(std::string(first.reveal_text()) + "-2");
  const AccountRef account = created(target, first);
  const auto session = must(target.driver()->open_session(account, first, kPatience));
  const auto driver = target.driver();
  must(driver->disable(account, kPatience));
  must(driver->end_sessions(account, kPatience));
  must(driver->create({account, kEnd, &second, std::nullopt}, kPatience));
  CHECK(session->ended_within(kPatience));
  CHECK(login_error(*driver, account, first) == Errc::refused);
  CHECK(must(driver->open_session(account, second, kPatience)) != nullptr);
  CHECK(must(driver->probe(account, kPatience)) == Presence::ours);
  CHECK(listed_users(*driver) == std::vector{account.user_name.str()});
}

inline void a_lost_reply_is_not_a_lost_account(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = sample_account();
  const AccountSpec spec{account, kEnd, &password, std::nullopt};
  target.lose_next_reply("create");
  CHECK(error_of(target.driver()->create(spec, kPatience)) == Errc::unreachable);
  CHECK(must(target.driver()->probe(account, kPatience)) == Presence::ours);
  must(target.driver()->create(spec, kPatience));

  target.lose_next_reply("erase");
  CHECK(error_of(target.driver()->erase(account, kPatience)) == Errc::unreachable);
  CHECK(must(target.driver()->erase(account, kPatience)) == TargetDriver::Erased::already_absent);
  CHECK_FALSE(target.has(account.user_name.str()));
}

inline void a_disabled_account_lets_nobody_in(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  const auto driver = target.driver();
  CHECK(login_error(*driver, account, Secret::copy_of("a wrong password")) == Errc::refused);
  must(driver->set_end(account, kEnd + std::chrono::hours(1), kPatience));
  CHECK(must(driver->open_session(account, password, kPatience)) != nullptr);
  must(driver->disable(account, kPatience));
  must(driver->disable(account, kPatience));
  CHECK(login_error(*driver, account, password) == Errc::refused);
  CHECK(target.has(account.user_name.str()));
}

inline void live_sessions_are_cut_off(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  const auto driver = target.driver();
  const auto session = must(driver->open_session(account, password, kPatience));
  CHECK_FALSE(session->ended_within(std::chrono::milliseconds(50)));
  must(driver->disable(account, kPatience));
  const bool ended = target.disabling_ends_sessions();
  CHECK(session->ended_within(std::chrono::milliseconds(50)) == ended);
  CHECK((must(driver->end_sessions(account, kPatience)) >= 1 || ended));
  CHECK(session->ended_within(kPatience));
  CHECK(must(driver->end_sessions(account, kPatience)) == 0);
}

inline void an_erased_account_is_proven_gone(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  const auto driver = target.driver();
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
  CHECK(must(driver->erase(account, kPatience)) == TargetDriver::Erased::removed);
  CHECK(must(driver->erase(account, kPatience)) == TargetDriver::Erased::already_absent);
  CHECK_FALSE(target.has(account.user_name.str()));

  const GoneProof proof = must(driver->verify_gone(account, &password, kPatience));
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::refused);
  CHECK(must(driver->verify_gone(account, nullptr, kPatience)).login == LoginCheck::not_tried);
  CHECK(login_error(*driver, account, password) == Errc::refused);
}

inline void ending_an_absent_account_succeeds(ContractTarget& target) {
  const AccountRef account = sample_account();
  const auto driver = target.driver();
  must(driver->disable(account, kPatience));
  CHECK(must(driver->end_sessions(account, kPatience)) == 0);
  CHECK(must(driver->erase(account, kPatience)) == TargetDriver::Erased::already_absent);
}

inline void a_foreign_account_is_never_touched(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = sample_account();
  target.add_foreign(account.user_name.str());
  const auto driver = target.driver();
  CHECK(must(driver->probe(account, kPatience)) == Presence::foreign);
  CHECK(error_of(driver->create({account, kEnd, &password, std::nullopt}, kPatience)) ==
        Errc::refused);
  CHECK(error_of(driver->set_end(account, kEnd, kPatience)) == Errc::refused);
  CHECK(error_of(driver->disable(account, kPatience)) == Errc::refused);
  CHECK(error_of(driver->end_sessions(account, kPatience)) == Errc::refused);
  CHECK(error_of(driver->erase(account, kPatience)) == Errc::refused);
  CHECK_FALSE(driver->verify_gone(account, &password, kPatience));
  CHECK(must(driver->probe(account, kPatience)) == Presence::foreign);
  CHECK(target.has(account.user_name.str()));
}

inline void a_listing_shows_what_is_marked_and_nothing_else(ContractTarget& target) {
  const Secret password = target.sample_password();
  target.add_foreign(sample_account(9).user_name.str());
  const auto driver = target.driver();
  CHECK(listed_users(*driver).empty());
  const AccountRef account = created(target, password);
  CHECK(listed_users(*driver) == std::vector{account.user_name.str()});
  must(driver->disable(account, kPatience));
  CHECK(listed_users(*driver) == std::vector{account.user_name.str()});
  must(driver->erase(account, kPatience));
  CHECK(listed_users(*driver).empty());
}

inline void a_target_that_is_down_is_never_taken_for_empty(ContractTarget& target) {
  const Secret password = target.sample_password();
  const AccountRef account = created(target, password);
  target.set_down(true);
  const auto driver = target.driver();
  CHECK(error_of(driver->list_marked(kPatience)) == Errc::unreachable);
  CHECK(error_of(driver->probe(account, kPatience)) == Errc::unreachable);
  CHECK(error_of(driver->create({account, kEnd, &password, std::nullopt}, kPatience)) ==
        Errc::unreachable);
  CHECK(error_of(driver->disable(account, kPatience)) == Errc::unreachable);
  CHECK(error_of(driver->end_sessions(account, kPatience)) == Errc::unreachable);
  CHECK(error_of(driver->erase(account, kPatience)) == Errc::unreachable);
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::unreachable);
  target.set_down(false);
  CHECK(must(driver->probe(account, kPatience)) == Presence::ours);
}

}  // namespace driver_contract
}  // namespace stagepass::tests
