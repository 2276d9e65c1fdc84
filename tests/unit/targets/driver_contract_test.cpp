#include "command_target.hpp"

#include <support/catch.hpp>
#include <support/driver_contract.hpp>
#include <support/fake_driver.hpp>

namespace stagepass::tests {
namespace {

class MemoryTarget final : public ContractTarget {
 public:
  std::unique_ptr<TargetDriver> driver() override { return std::make_unique<FakeDriver>(world_); }
  bool has(const std::string& user_name) override { return world_.has(user_name); }
  void add_foreign(const std::string& user_name) override { world_.add_foreign(user_name); }
  void set_down(bool down) override { world_.set_down(down); }
  void lose_next_reply(const std::string& operation) override {
    world_.break_operation(operation, {.when = FakeFault::When::after});
  }

 private:
  FakeTarget world_;
};

#define EVERY_DRIVER(sentence, promise)                                                \
  TEMPLATE_TEST_CASE("Drivers: " sentence, "[targets]", MemoryTarget, CommandTarget) { \
    TestType target;                                                                   \
    driver_contract::promise(target);                                                  \
  }

EVERY_DRIVER("a created account is ours", a_created_account_is_ours)
EVERY_DRIVER("creating twice converges", creating_twice_converges)
EVERY_DRIVER("another password takes the place of the first",
             another_password_takes_the_place_of_the_first)
EVERY_DRIVER("a lost reply is not a lost account", a_lost_reply_is_not_a_lost_account)
EVERY_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
EVERY_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
EVERY_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
EVERY_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
EVERY_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
EVERY_DRIVER("a listing shows what is marked and nothing else",
             a_listing_shows_what_is_marked_and_nothing_else)
EVERY_DRIVER("a target that is down is never taken for empty",
             a_target_that_is_down_is_never_taken_for_empty)

}  // namespace
}  // namespace stagepass::tests
