// What ssh says when a login is tried: only one line of all is proof that it was refused.

#include "targets/ssh_login.hpp"

#include <fuzz/fuzz.hpp>
#include <string>

namespace stagepass::fuzz {
namespace {

class SayingProcess final : public Process {
 public:
  Result<CommandOutput> run(const Command& /*command*/) override { return answer; }
  Result<std::unique_ptr<RunningCommand>> start(const Command& /*command*/) override {
    return fail(Errc::unreachable, "not used");
  }
  CommandOutput answer;
};

/// The first byte is the exit status, the rest is what ssh wrote to its standard error.
void try_answer(std::string_view input) {
  static SayingProcess process;
  static const targets::SshLogin login(process, "/opt/askpass");
  static const Secret password = Secret::copy_of("hunter2");
  const int status = input.empty() ? 0 : static_cast<unsigned char>(input.front());
  const std::string said(input.substr(input.empty() ? 0 : 1));
  process.answer = {status, "", said};
  const auto outcome = login.try_login(
      {{"127.0.0.1", 2222, {}}, UserName::parse("sp7f3k9q2m5x").value(), targets::SshUse::shell},
      password, targets::Deadline(std::chrono::seconds(5)));
  if (!outcome) {
    require(outcome.error().code == Errc::unreachable, "neither yes nor no is unknown");
    require_safe(outcome.error());
    return;
  }
  if (*outcome == targets::LoginOutcome::accepted) {
    require(status == 0, "a login is accepted if ssh ends well");
    return;
  }
  require(status == 255 && said.starts_with("sp7f3k9q2m5x@127.0.0.1: Permission denied (") &&
              said.ends_with('\n') && said.find('\n') + 1 == said.size(),
          "a login is refused if ssh says so and nothing else");
}

const Registration registration({"ssh_login", try_answer});

}  // namespace
}  // namespace stagepass::fuzz
