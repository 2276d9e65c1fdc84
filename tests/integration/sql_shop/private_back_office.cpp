#include "private_back_office.hpp"

#include <fmt/core.h>

#include <integration/mariadb/private_mariadb.hpp>
#include <poll.h>
#include <stdexcept>
#include <support/http_server.hpp>
#include <support/results.hpp>

namespace stagepass::tests {
namespace {

constexpr Timeout kLongestLife = std::chrono::minutes(5);
constexpr int kTries = 300;
constexpr int kPauseMilliseconds = 20;

}  // namespace

PrivateBackOffice::PrivateBackOffice(const std::map<std::string, std::string>& environment)
    : port_(free_port()) {
  Command command;
  command.argv = {"/usr/bin/php",
                  "-d",
                  "display_errors=1",
                  "-d",
                  "session.save_path=" + folder_.path().string(),
                  "-S",
                  fmt::format("127.0.0.1:{}", port_),
                  BACK_OFFICE_SCRIPT};
  command.environment = environment;
  command.timeout = kLongestLife;
  command.output_limit = 1UL << 20U;
  server_ = must(process_.start(command));
  for (int i = 0; i < kTries; ++i) {
    if (ask_server(port_, "GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.")) {
      return;
    }
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  throw std::runtime_error("php does not start");
}

std::string PrivateBackOffice::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::string ask_php(const std::string& script) {
  system::PosixProcess process;
  Command command;
  command.argv = {"/usr/bin/php"};
  const Secret input = Secret::copy_of(std::string_view(script));
  command.input = &input;
  command.timeout = std::chrono::minutes(1);
  const CommandOutput output = must(process.run(command));
  if (output.exit_status != 0) {
    throw std::runtime_error(output.standard_output + output.standard_error);
  }
  return output.standard_output;
}

}  // namespace stagepass::tests
