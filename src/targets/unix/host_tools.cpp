#include "targets/unix/host_tools.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <array>
#include <unistd.h>
#include <utility>

namespace stagepass::targets {

std::optional<std::string> HostTools::find(std::string_view program) {
  constexpr std::array kFolders = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};
  for (const char* folder : kFolders) {
    std::string path = fmt::format("{}/{}", folder, program);
    if (::access(path.c_str(), X_OK) == 0) {
      return path;
    }
  }
  return std::nullopt;
}

Result<CommandOutput> HostTools::run(std::vector<std::string> argv, const Deadline& deadline,
                                     const Secret* input) const {
  std::optional<std::string> path = find(argv.front());
  if (!path) {
    return fail(Errc::not_found, fmt::format("the program {} is not installed", argv.front()));
  }
  argv.front() = *std::move(path);
  Command command;
  command.argv = std::move(argv);
  command.input = input;
  command.timeout = deadline.remaining();
  return process_.run(command);
}

Result<void> HostTools::must_run(std::vector<std::string> argv, const Deadline& deadline,
                                 const Secret* input) const {
  const std::string program = argv.front();
  SP_ASSIGN(const CommandOutput output, run(std::move(argv), deadline, input));
  if (output.exit_status != 0) {
    return failed_program(program, output);
  }
  return {};
}

Failure failed_program(std::string_view program, const CommandOutput& output) {
  std::string_view said = output.standard_error;
  while (!said.empty() && said.back() == '\n') {
    said.remove_suffix(1);
  }
  return fail(Errc::unavailable, fmt::format("{} failed (exit status {}): {}", program,
                                             output.exit_status, escape_untrusted(said)));
}

}  // namespace stagepass::targets
