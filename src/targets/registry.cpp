#include "targets/command/command_driver.hpp"
#include "targets/unix/unix_driver.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/targets/registry.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {
namespace {

class BuiltInDrivers final : public DriverFactory {
 public:
  explicit BuiltInDrivers(DriverTools tools) : tools_(std::move(tools)) {}

  std::vector<DriverInfo> kinds() const override {
    return {unix_driver_info(), command_driver_info()};
  }

  Result<std::unique_ptr<TargetDriver>> make(const Target& target,
                                             SecretSettings secrets) override {
    if (target.driver == "unix") {
      return make_unix_driver(target, tools_);
    }
    if (target.driver == "command") {
      return make_command_driver(target, std::move(secrets), tools_);
    }
    return fail(Errc::invalid_argument,
                fmt::format("there is no driver {}", stagepass::quoted(target.driver)),
                "there are: unix (accounts of this host), command (a program of yours)");
  }

 private:
  DriverTools tools_;
};

}  // namespace

std::unique_ptr<DriverFactory> make_driver_factory(DriverTools tools) {
  return std::make_unique<BuiltInDrivers>(std::move(tools));
}

}  // namespace stagepass::targets
