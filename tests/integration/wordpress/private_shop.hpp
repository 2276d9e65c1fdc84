#pragma once

#include <stagepass/ports/process.hpp>
#include <stagepass/system/posix_process.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::tests {

/// Debian's WordPress on PHP's own web server with a MariaDB of its own: all on loopback, below a
/// temporary folder, as targets go in the field. Started once for the program, ended with it.
class PrivateShop final {
 public:
  static PrivateShop& instance();
  PrivateShop(const PrivateShop&) = delete;
  PrivateShop& operator=(const PrivateShop&) = delete;
  PrivateShop(PrivateShop&&) = delete;
  PrivateShop& operator=(PrivateShop&&) = delete;
  ~PrivateShop() = default;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The same shop as WordPress takes it without HTTPS in production.
  [[nodiscard]] std::uint16_t production_port();

  /// The application password of a user that the shop was made with: "stagepass" has exactly the
  /// rights that it needs, "blind" lacks edit_users, "powerless" has none.
  [[nodiscard]] const std::string& app_password(const std::string& user) const {
    return app_passwords_.at(user);
  }

  /// Asked of the database. Columns are separated by tabs.
  std::string sql(const std::string& statement) const;
  /// Runs PHP with WordPress loaded; returns what it printed.
  std::string php(const std::string& code) const;
  /// A PHP file here is a plugin that is always on.
  [[nodiscard]] std::filesystem::path plugin_folder() const;

  /// Nobody but those whom the shop was made with, and no plugins.
  void forget_users() const;

 private:
  PrivateShop();
  void start_database();
  void install_shop();
  [[nodiscard]] std::unique_ptr<RunningCommand> start_web_server(std::uint16_t port,
                                                                 const std::string& environment);
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  TempDir folder_;
  mutable system::PosixProcess process_;
  std::uint16_t port_;
  std::uint16_t database_port_;
  std::uint16_t production_port_ = 0;
  std::map<std::string, std::string> app_passwords_;
  std::unique_ptr<RunningCommand> database_;
  std::unique_ptr<RunningCommand> web_;
  std::unique_ptr<RunningCommand> production_web_;
};

}  // namespace stagepass::tests
