#pragma once

#include "simulation/ledger.hpp"
#include "simulation/people.hpp"
#include "simulation/process.hpp"

#include <stagepass/service/expiry_scheduler.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::proof {

/// A product that breaks its promise, to see that the oracle notices.
enum class Sabotage {
  none,
  lying_target,     ///< nothing is ever deleted, and even the proof says it was
  forgetful_store,  ///< now and then a commit is reported and not made
  gives_up,         ///< after six tries an account is not looked at any more
  trusts_the_clock  ///< the vault's clock goes wherever the wall clock goes
};

struct MonthOptions {
  std::uint64_t seed = 1;
  bool in_memory = false;
  Sabotage sabotage = Sabotage::none;
  std::function<void(const std::string&)> on_tell;  ///< what happens, a line each
};

struct MonthReport {
  Counters counters;
  std::uint64_t grants = 0;
  std::uint64_t accounts = 0;
  std::uint64_t retrieves = 0;
  std::uint64_t purges = 0;
  std::uint64_t outages = 0;  ///< of targets: down, slow, failing, lying
  std::uint64_t clock_steps = 0;
  std::uint64_t reboots = 0;  ///< and suspends
  std::vector<Violation> violations;

  void add(const MonthReport& other);
};

/// Faults at random steps of one process: mostly none, sometimes one, rarely two.
class RandomFate final : public Fate {
 public:
  /// Nothing strikes any more once `is_healed`, not even who began before and stood still since.
  RandomFate(Dice& dice, unsigned percent, const bool& is_healed);
  Fault at(const std::string& step) override;
  Elapsed stop() override;

 private:
  Dice* dice_;
  const bool* is_healed_;
  std::map<std::uint64_t, Fault> planned_;
  std::uint64_t steps_ = 0;
};

/// One month of one installation: merchants, specialists, cron, and everything that goes wrong.
class Month final {
 public:
  explicit Month(const MonthOptions& options);
  MonthReport live();

 private:
  using Days = std::chrono::days;
  static constexpr Elapsed kLength = Days(30);

  // month.cpp
  void add_targets();
  void plan(Elapsed after, std::function<void()> what);
  void plan_people();
  void purge();
  void tick();
  void plan_tick();
  void watch();
  [[nodiscard]] Elapsed next_look() const;
  void heal();
  void finish_all();
  void accept_clock();

  // daily_life.cpp
  [[nodiscard]] RandomFate command_fate();
  void grant();
  void plan_follow_ups(Promise& promise);
  void retrieve(Promise& promise);
  void end(Promise& promise, EndReason reason);
  void meddle();

  // trouble.cpp
  void plan_trouble();
  void spoil(const std::string& target);
  void clear(const std::string& target);
  void step_clock();
  void power_off();
  void sleep();

  MonthOptions options_;
  Dice dice_;
  tests::SeededRandom random_;
  tests::TempDir folder_;
  Machine machine_;
  tests::FakeDriverFactory fakes_;
  vault::Vault vault_;
  std::unique_ptr<Store> disk_;
  std::unique_ptr<Store> sabotaged_;
  Site site_;
  Ledger ledger_;
  People people_{site_, ledger_};
  std::vector<TargetName> targets_;
  Elapsed purge_every_{};
  Elapsed next_tick_{};
  bool watches_ = false;
  bool is_healed_ = false;
  bool is_over_ = false;
  MonthReport report_;
};

/// The disk with this sabotage; nothing if there is none to be done there.
[[nodiscard]] std::unique_ptr<Store> make_sabotaged(Store& disk, Sabotage sabotage);

}  // namespace stagepass::proof
