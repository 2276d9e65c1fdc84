#include "targets/remote/target_program.hpp"

#include "targets/deadline.hpp"
#include "targets/remote/answers.hpp"
#include "targets/remote/request_line.hpp"
#include "targets/remote/target_request.hpp"
#include "targets/remote/target_settings.hpp"
#include "targets/unix/unix_driver.hpp"

#include <stagepass/core/secret.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/system/posix_process.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/startup.hpp>
#include <stagepass/system/system_clock.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace stagepass::targets {
namespace {

constexpr const char* kStandardSettings = "/etc/stagepass-target.conf";
constexpr Timeout kPatienceForRequest = std::chrono::seconds(15);
/// Less than a vault waits for an answer, so that it hears why nothing came of it.
constexpr Timeout kLongestOperation = std::chrono::seconds(50);
/// The end of a program that hangs in a system call.
constexpr unsigned kLongestLifeSeconds = 120;

using Json = nlohmann::json;

Result<Json> perform(const TargetRequest& request, const std::filesystem::path& file) {
  const Deadline deadline(kLongestOperation);
  SP_ASSIGN(const Effect effect, effect_of(request.operation));
  SP_ASSIGN(const TargetSettings settings, TargetSettings::read(file));
  SP_ASSIGN(const Target target, settings.target_for(request.access));
  const auto kind =
      effect == Effect::changes ? RequestLock::Kind::changes : RequestLock::Kind::looks;
  SP_ASSIGN(const RequestLock lock, RequestLock::take(file, kind, deadline));
  system::PosixProcess process;
  system::SystemClock clock;
  system::SodiumRandom random;
  const auto driver = make_unix_driver(target, {process, clock, random, ""});
  if (!driver) {  // not the one who asks is wrong
    return fail(Errc::refused, "the settings of this host are wrong: " + driver.error().message,
                driver.error().hint);
  }
  return answer_with(**driver, request, deadline.remaining());
}

Result<Json> serve(const std::filesystem::path& file) {
  SP_TRY(system::harden_process());
  initialize_crypto();
  // Nobody may be listening any more. What is begun is brought to its end.
  static_cast<void>(std::signal(SIGHUP, SIG_IGN));
  ::alarm(kLongestLifeSeconds);
  SP_ASSIGN(const Secret line, read_request_line(STDIN_FILENO, Deadline(kPatienceForRequest)));
  SP_ASSIGN(const TargetRequest request, TargetRequest::parse(line.reveal_text()));
  if (!effect_of(request.operation)) {
    return Json{{"ok", false}, {"error", "unsupported"}};
  }
  return perform(request, file);
}

Result<Json> serve_or_catch(const std::filesystem::path& file) {
  try {
    return serve(file);
  } catch (const std::exception& bug) {
    return fail(Errc::internal, std::string("unexpected: ") + bug.what());
  }
}

}  // namespace

int run_target_program(int argc, char** argv) {
  const std::filesystem::path file = argc > 1 ? argv[1] : kStandardSettings;
  const Result<Json> outcome = serve_or_catch(file);
  const Json answer = outcome ? *outcome : answer_for(outcome.error());
  const std::string line = answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(line.data()), line.size());
  return system::write_all(STDOUT_FILENO, bytes) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace stagepass::targets
