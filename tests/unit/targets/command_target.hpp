#pragma once

#include "targets/command/command_driver.hpp"

#include <stagepass/system/posix_process.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <support/driver_contract.hpp>
#include <support/fake_clock.hpp>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>
#include <utility>

namespace stagepass::tests {

/// The fake target program with its state, reached through the command driver.
class CommandTarget final : public ContractTarget {
 public:
  CommandTarget() {
    std::filesystem::copy_file(FAKE_TARGET_PROGRAM, program());
    std::filesystem::permissions(program(), std::filesystem::perms(0755));
    std::filesystem::create_directories(state() / "accounts");
    target.settings = {{"program", program().string()}, {"state", state().string()}};
  }

  std::unique_ptr<TargetDriver> driver() override { return must(make()); }

  [[nodiscard]] Result<std::unique_ptr<TargetDriver>> make(SecretSettings secrets = {}) {
    return targets::make_command_driver(target, std::move(secrets),
                                        {process_, clock_, random_, ""});
  }

  bool has(const std::string& user_name) override {
    return std::filesystem::exists(state() / "accounts" / user_name);
  }
  void add_foreign(const std::string& user_name) override {
    std::ofstream(state() / "accounts" / user_name) << R"({"marker":"somebody else"})";
  }
  void set_down(bool down) override { down ? set("down") : unset("down"); }
  void lose_next_reply(const std::string& /*operation*/) override { set("lost_reply"); }

  /// See tests/support/fake_target.cpp.
  void set(const std::string& knob, const std::string& content = {}) const {
    std::ofstream(state() / knob) << content;
  }
  void unset(const std::string& knob) const { std::filesystem::remove(state() / knob); }

  [[nodiscard]] std::filesystem::path program() const { return folder_.path() / "fake_target"; }
  [[nodiscard]] std::filesystem::path state() const { return folder_.path() / "state"; }

  Target target{.name = must(TargetName::parse("shop")), .driver = "command"};

 private:
  TempDir folder_;
  system::PosixProcess process_;
  FakeClock clock_;
  SeededRandom random_;
};

}  // namespace stagepass::tests
