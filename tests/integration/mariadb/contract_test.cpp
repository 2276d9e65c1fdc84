#include "mariadb_fixture.hpp"
#include "statement_proxy.hpp"

#include <support/driver_contract.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

class MariadbTarget final : public ContractTarget {
 public:
  std::unique_ptr<TargetDriver> driver() override {
    // Only while something is to go wrong: the proof of an end needs two connections at a time.
    const bool by_proxy = std::exchange(loses_, false) || down_;
    const std::uint16_t port = by_proxy ? proxy_.port() : world_.server().port();
    return world_.driver({{"port", std::to_string(port)}});
  }
  bool has(const std::string& user_name) override {
    return world_.count("mysql.global_priv WHERE User = '" + user_name + "'") > 0;
  }
  void add_foreign(const std::string& user_name) override {
    world_.root("CREATE USER " + user_name + "@'127.0.0.1' IDENTIFIED BY 'theirs'");
  }
  void set_down(bool down) override {
    down_ = down;
    StatementProxy::Plan plan;
    plan.refuse = down;
    proxy_.set(plan);
  }
  void lose_next_reply(const std::string& operation) override {
    StatementProxy::Plan plan;
    plan.lose_reply_to = operation == "create" ? "ACCOUNT UNLOCK" : "DROP ROLE";
    proxy_.set(plan);
    loses_ = true;
  }

 private:
  MariadbFixture world_;
  StatementProxy proxy_{world_.server().port()};
  bool down_ = false;
  bool loses_ = false;
};

#define MARIADB_DRIVER(sentence, promise)  \
  TEST_CASE("Driver mariadb: " sentence) { \
    MariadbTarget target;                  \
    driver_contract::promise(target);      \
  }

MARIADB_DRIVER("a created account is ours", a_created_account_is_ours)
MARIADB_DRIVER("creating twice converges", creating_twice_converges)
MARIADB_DRIVER("another password takes the place of the first",
               another_password_takes_the_place_of_the_first)
MARIADB_DRIVER("a lost reply is not a lost account", a_lost_reply_is_not_a_lost_account)
MARIADB_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
MARIADB_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
MARIADB_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
MARIADB_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
MARIADB_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
MARIADB_DRIVER("a listing shows what is marked and nothing else",
               a_listing_shows_what_is_marked_and_nothing_else)
MARIADB_DRIVER("a target that is down is never taken for empty",
               a_target_that_is_down_is_never_taken_for_empty)

}  // namespace
}  // namespace stagepass::tests
