#include "shop_fixture.hpp"

#include <support/driver_contract.hpp>

namespace stagepass::tests {
namespace {

/// The shop behind a wire that somebody can cut.
class ShopTarget final : public ContractTarget {
 public:
  ShopTarget()
      : wire_([this](const SeenRequest& request, const HttpServer::Client& client) {
          pass_on(request, client);
        }) {}

  std::unique_ptr<TargetDriver> driver() override { return shop_.driver_for(wire_.port(), {}); }
  bool has(const std::string& user_name) override { return ShopFixture::count(user_name) > 0; }
  void add_foreign(const std::string& user_name) override {
    ShopFixture::shop().sql(
        fmt::format("INSERT INTO wp_users (user_login, user_nicename, user_email, user_registered, "
                    "display_name) VALUES ('{0}', '{0}', 'anna@example.test', NOW(), 'Anna')",
                    user_name));
  }
  void set_down(bool down) override { is_down_ = down; }
  void lose_next_reply(const std::string& operation) override {
    const std::lock_guard lock(mutex_);
    lost_ = operation == "create" ? "POST /?rest_route=%2Fwp%2Fv2%2Fusers&"
                                  : "DELETE /?rest_route=%2Fwp%2Fv2%2Fusers%2F";
  }
  Secret sample_password() const override {  // WordPress takes no backslash
    return Secret::copy_of("correct-horse-\"7'&<");
  }
  bool disabling_ends_sessions() const override { return true; }

 private:
  void pass_on(const SeenRequest& request, const HttpServer::Client& client) {
    if (is_down_) {
      return;
    }
    const std::string answer = ask_server(ShopFixture::shop().port(), request.text);
    const std::lock_guard lock(mutex_);
    if (!lost_.empty() && request.is(lost_)) {
      lost_.clear();
      return;
    }
    static_cast<void>(client.send(answer));
  }

  ShopFixture shop_;
  std::atomic<bool> is_down_ = false;
  std::mutex mutex_;
  std::string lost_;
  HttpServer wire_;
};

#define WORDPRESS_DRIVER(sentence, promise)  \
  TEST_CASE("Driver wordpress: " sentence) { \
    ShopTarget target;                       \
    driver_contract::promise(target);        \
  }

WORDPRESS_DRIVER("a created account is ours", a_created_account_is_ours)
WORDPRESS_DRIVER("creating twice converges", creating_twice_converges)
WORDPRESS_DRIVER("another password takes the place of the first",
                 another_password_takes_the_place_of_the_first)
WORDPRESS_DRIVER("a lost reply is not a lost account", a_lost_reply_is_not_a_lost_account)
WORDPRESS_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
WORDPRESS_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
WORDPRESS_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
WORDPRESS_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
WORDPRESS_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
WORDPRESS_DRIVER("a listing shows what is marked and nothing else",
                 a_listing_shows_what_is_marked_and_nothing_else)
WORDPRESS_DRIVER("a target that is down is never taken for empty",
                 a_target_that_is_down_is_never_taken_for_empty)

}  // namespace
}  // namespace stagepass::tests
