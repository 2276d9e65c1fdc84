#include "shop_fixture.hpp"

#include <integration/mariadb/statement_proxy.hpp>
#include <support/driver_contract.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

class ShopTarget final : public ContractTarget {
 public:
  explicit ShopTarget(const ShopKind& kind) : world_(kind) {}

  std::unique_ptr<TargetDriver> driver() override {
    const bool by_proxy = std::exchange(loses_, false) || down_;
    const std::uint16_t port = by_proxy ? proxy_.port() : world_.server().port();
    return world_.driver({{"port", std::to_string(port)}});
  }
  bool has(const std::string& user_name) override { return world_.count_of(user_name) > 0; }
  void add_foreign(const std::string& user_name) override { world_.add_foreign(user_name); }
  void set_down(bool down) override {
    down_ = down;
    StatementProxy::Plan plan;
    plan.refuse = down;
    proxy_.set(plan);
  }
  void lose_next_reply(const std::string& operation) override {
    StatementProxy::Plan plan;
    plan.lose_reply_to =
        operation == "create" ? "SET `" + world_.kind().active + "` = 1" : "COMMIT";
    proxy_.set(plan);
    loses_ = true;
  }
  Secret sample_password() const override { return world_.password().clone(); }
  /// The shop asks at every request whether the user is still there, except Magento.
  bool disabling_ends_sessions() const override { return world_.kind().driver != "magento"; }

 private:
  ShopFixture world_;
  StatementProxy proxy_{world_.server().port()};
  bool down_ = false;
  bool loses_ = false;
};

#define SHOP_PROMISE(kind, label, sentence, promise) \
  TEST_CASE("Driver " label ": " sentence) {         \
    ShopTarget target(kind);                         \
    driver_contract::promise(target);                \
  }

#define SHOP_DRIVER(kind, label)                                                                  \
  SHOP_PROMISE(kind, label, "a created account is ours", a_created_account_is_ours)               \
  SHOP_PROMISE(kind, label, "creating twice converges", creating_twice_converges)                 \
  SHOP_PROMISE(kind, label, "another password takes the place of the first",                      \
               another_password_takes_the_place_of_the_first)                                     \
  SHOP_PROMISE(kind, label, "a lost reply is not a lost account",                                 \
               a_lost_reply_is_not_a_lost_account)                                                \
  SHOP_PROMISE(kind, label, "a disabled account lets nobody in",                                  \
               a_disabled_account_lets_nobody_in)                                                 \
  SHOP_PROMISE(kind, label, "live sessions are cut off", live_sessions_are_cut_off)               \
  SHOP_PROMISE(kind, label, "an erased account is proven gone", an_erased_account_is_proven_gone) \
  SHOP_PROMISE(kind, label, "ending an absent account succeeds",                                  \
               ending_an_absent_account_succeeds)                                                 \
  SHOP_PROMISE(kind, label, "a foreign account is never touched",                                 \
               a_foreign_account_is_never_touched)                                                \
  SHOP_PROMISE(kind, label, "a listing shows what is marked and nothing else",                    \
               a_listing_shows_what_is_marked_and_nothing_else)                                   \
  SHOP_PROMISE(kind, label, "a target that is down is never taken for empty",                     \
               a_target_that_is_down_is_never_taken_for_empty)

SHOP_DRIVER(opencart_3, "opencart (3)")
SHOP_DRIVER(opencart_4_0, "opencart (4.0)")
SHOP_DRIVER(opencart_4_1, "opencart (4.1)")
SHOP_DRIVER(prestashop_1_7, "prestashop (1.7)")
SHOP_DRIVER(prestashop_8, "prestashop (8)")
SHOP_DRIVER(magento_2_4, "magento (2.4)")
SHOP_DRIVER(magento_with_second_factor, "magento (2.4, second factor)")

}  // namespace
}  // namespace stagepass::tests
