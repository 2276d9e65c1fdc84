#include "unix_fixture.hpp"

#include <support/driver_contract.hpp>

namespace stagepass::tests {
namespace {

/// This host as the contract of all drivers sees it. It is never out of reach and loses no reply,
/// so the promises about that are left to the drivers that talk to somebody.
class UnixTarget final : public ContractTarget {
 public:
  UnixTarget() : host_("sftp") {
    host_.remove_at_end(driver_contract::sample_account());
    host_.remove_at_end(driver_contract::sample_account(9));
  }
  std::unique_ptr<TargetDriver> driver() override { return host_.make_driver(); }
  bool has(const std::string& user_name) override {
    return run_program({"/usr/bin/getent", "passwd", user_name}).exit_status == 0;
  }
  void add_foreign(const std::string& user_name) override {
    run_program({"/usr/sbin/useradd", "-M", "-u", "99991", user_name});
  }
  void set_down(bool /*down*/) override {}
  void lose_next_reply(const std::string& /*operation*/) override {}

 private:
  UnixFixture host_;
};

#define UNIX_DRIVER(sentence, promise)  \
  TEST_CASE("Driver unix: " sentence) { \
    UnixTarget target;                  \
    driver_contract::promise(target);   \
  }

UNIX_DRIVER("a created account is ours", a_created_account_is_ours)
UNIX_DRIVER("creating twice converges", creating_twice_converges)
UNIX_DRIVER("another password takes the place of the first",
            another_password_takes_the_place_of_the_first)
UNIX_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
UNIX_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
UNIX_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
UNIX_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
UNIX_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
UNIX_DRIVER("a listing shows what is marked and nothing else",
            a_listing_shows_what_is_marked_and_nothing_else)

}  // namespace
}  // namespace stagepass::tests
