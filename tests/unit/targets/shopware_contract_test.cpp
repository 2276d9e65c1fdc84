#include "shopware_target.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

#define SHOPWARE_DRIVER(sentence, promise)               \
  TEST_CASE("Driver shopware: " sentence, "[targets]") { \
    ShopwareTarget target;                               \
    driver_contract::promise(target);                    \
  }

SHOPWARE_DRIVER("a created account is ours", a_created_account_is_ours)
SHOPWARE_DRIVER("creating twice converges", creating_twice_converges)
SHOPWARE_DRIVER("another password takes the place of the first",
                another_password_takes_the_place_of_the_first)
SHOPWARE_DRIVER("a lost reply is not a lost account", a_lost_reply_is_not_a_lost_account)
SHOPWARE_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
SHOPWARE_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
SHOPWARE_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
SHOPWARE_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
SHOPWARE_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
SHOPWARE_DRIVER("a listing shows what is marked and nothing else",
                a_listing_shows_what_is_marked_and_nothing_else)
SHOPWARE_DRIVER("a target that is down is never taken for empty",
                a_target_that_is_down_is_never_taken_for_empty)

}  // namespace
}  // namespace stagepass::tests
