#include "remote_host.hpp"

#include <fmt/core.h>

#include <support/driver_contract.hpp>

namespace stagepass::tests {
namespace {

class SshTarget final : public ContractTarget {
 public:
  SshTarget() = default;
  SshTarget(const SshTarget&) = delete;
  SshTarget& operator=(const SshTarget&) = delete;
  SshTarget(SshTarget&&) = delete;
  SshTarget& operator=(SshTarget&&) = delete;
  ~SshTarget() override {
    set_down(false);
    host_.let_in(host_.as_installed());
    host_.sweep(driver_contract::sample_account());
    host_.sweep(driver_contract::sample_account(9));
  }

  std::unique_ptr<TargetDriver> driver() override { return host_.make_driver(); }
  bool has(const std::string& user_name) override {
    return run_program({"/usr/bin/getent", "passwd", user_name}).exit_status == 0;
  }
  void add_foreign(const std::string& user_name) override {
    run_program({"/usr/sbin/useradd", "-M", "-u", "99991", user_name});
  }
  void set_down(bool down) override {
    if (down) {
      host_.sshd().stop();
    } else if (is_down_) {
      host_.sshd().start();
    }
    is_down_ = down;
  }
  /// Once: the next request finds the line as it was.
  void lose_next_reply(const std::string& /*operation*/) override {
    const std::string keys = host_.sshd().path("root_keys").string();
    std::filesystem::copy_file(keys, keys + ".good",
                               std::filesystem::copy_options::overwrite_existing);
    host_.let_in(fmt::format(R"(restrict,command="{} {} > /dev/null; cp {}.good {}; kill -9 $$")",
                             STAGEPASS_TARGET_PROGRAM, host_.settings_file(), keys, keys));
  }

 private:
  RemoteHost& host_ = RemoteHost::instance();
  bool is_down_ = false;
};

#define SSH_DRIVER(sentence, promise)  \
  TEST_CASE("Driver ssh: " sentence) { \
    SshTarget target;                  \
    driver_contract::promise(target);  \
  }

SSH_DRIVER("a created account is ours", a_created_account_is_ours)
SSH_DRIVER("creating twice converges", creating_twice_converges)
SSH_DRIVER("another password takes the place of the first",
           another_password_takes_the_place_of_the_first)
SSH_DRIVER("a lost reply is not a lost account", a_lost_reply_is_not_a_lost_account)
SSH_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
SSH_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
SSH_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
SSH_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
SSH_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
SSH_DRIVER("a listing shows what is marked and nothing else",
           a_listing_shows_what_is_marked_and_nothing_else)
SSH_DRIVER("a target that is down is never taken for empty",
           a_target_that_is_down_is_never_taken_for_empty)

}  // namespace
}  // namespace stagepass::tests
