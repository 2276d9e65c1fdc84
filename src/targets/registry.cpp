#include "targets/command/command_driver.hpp"
#include "targets/magento/magento_driver.hpp"
#include "targets/manual/manual_driver.hpp"
#include "targets/mariadb/mariadb_driver.hpp"
#include "targets/opencart/opencart_driver.hpp"
#include "targets/postgresql/postgresql_driver.hpp"
#include "targets/prestashop/prestashop_driver.hpp"
#include "targets/shopware/shopware_driver.hpp"
#include "targets/ssh/ssh_driver.hpp"
#include "targets/unix/unix_driver.hpp"
#include "targets/wordpress/wordpress_driver.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/targets/registry.hpp>

#include <fmt/core.h>

#include <array>
#include <utility>

namespace stagepass::targets {
namespace {

using Made = Result<std::unique_ptr<TargetDriver>>;

/// One kind of driver.
struct Kind {
  DriverInfo (*info)();
  Made (*make)(const Target& target, SecretSettings&& secrets, const DriverTools& tools);
};

/// What runs commands needs no secret of its own.
template <auto make>
Made without_secrets(const Target& target, SecretSettings&& /*secrets*/, const DriverTools& tools) {
  return make(target, tools);
}

template <auto make>
Made with_secrets(const Target& target, SecretSettings&& secrets, const DriverTools& tools) {
  return make(target, std::move(secrets), tools);
}

constexpr std::array kKinds = {
    Kind{unix_driver_info, without_secrets<make_unix_driver>},
    Kind{ssh_driver_info, without_secrets<make_ssh_driver>},
    Kind{wordpress_driver_info, with_secrets<make_wordpress_driver>},
    Kind{opencart_driver_info, with_secrets<make_opencart_driver>},
    Kind{prestashop_driver_info, with_secrets<make_prestashop_driver>},
    Kind{magento_driver_info, with_secrets<make_magento_driver>},
    Kind{shopware_driver_info, with_secrets<make_shopware_driver>},
    Kind{mariadb_driver_info, with_secrets<make_mariadb_driver>},
    Kind{postgresql_driver_info, with_secrets<make_postgresql_driver>},
    Kind{command_driver_info, with_secrets<make_command_driver>},
    Kind{manual_driver_info, without_secrets<make_manual_driver>},
};

class BuiltInDrivers final : public DriverFactory {
 public:
  explicit BuiltInDrivers(DriverTools tools) : tools_(std::move(tools)) {}

  std::vector<DriverInfo> kinds() const override {
    std::vector<DriverInfo> infos;
    infos.reserve(kKinds.size());
    for (const Kind& kind : kKinds) {
      infos.push_back(kind.info());
    }
    return infos;
  }

  Made make(const Target& target, SecretSettings secrets) override {
    std::vector<std::string> known;
    known.reserve(kKinds.size());
    for (const Kind& kind : kKinds) {
      known.push_back(kind.info().kind);
      if (known.back() == target.driver) {
        return kind.make(target, std::move(secrets), tools_);
      }
    }
    return fail(Errc::invalid_argument,
                fmt::format("there is no driver {}", stagepass::quoted(target.driver)),
                fmt::format("there are: {}; see stagepass target drivers", join(known, ", ")));
  }

 private:
  DriverTools tools_;
};

}  // namespace

std::unique_ptr<DriverFactory> make_driver_factory(DriverTools tools) {
  return std::make_unique<BuiltInDrivers>(std::move(tools));
}

}  // namespace stagepass::targets
