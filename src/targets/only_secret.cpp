#include "targets/only_secret.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <utility>

namespace stagepass::targets {

Result<std::optional<Secret>> take_only_secret(SecretSettings& secrets, const std::string& key,
                                               const Target& target) {
  std::optional<Secret> taken;
  if (auto known = secrets.extract(key)) {
    taken = std::move(known.mapped());
  }
  if (!secrets.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("a {} target has no secret {}", target.driver,
                            stagepass::quoted(secrets.begin()->first)),
                fmt::format("it has: {}", key));
  }
  return taken;
}

}  // namespace stagepass::targets
