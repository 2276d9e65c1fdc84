#include "private_shop.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <arpa/inet.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <support/http_server.hpp>
#include <support/results.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace stagepass::tests {
namespace {

constexpr Timeout kLongestLife = std::chrono::minutes(10);
constexpr Timeout kLongestStep = std::chrono::minutes(2);
constexpr int kTries = 600;
constexpr int kPauseMilliseconds = 100;

constexpr const char* kConfiguration = R"php(<?php
define('DB_NAME', 'wp'); define('DB_USER', 'wp'); define('DB_PASSWORD', 'wpsecret');
define('DB_HOST', '127.0.0.1:%DATABASE%'); define('DB_CHARSET', 'utf8mb4');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT',
          'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $k) define($k, 'ci-' . $k);
define('WP_ENVIRONMENT_TYPE', getenv('WP_ENVIRONMENT_TYPE') ?: 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HOME', 'http://' . ($_SERVER['HTTP_HOST'] ?? '127.0.0.1'));
define('WP_SITEURL', WP_HOME);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
)php";

constexpr const char* kInstallation = R"php(<?php
define('WP_INSTALLING', true);
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'SERVER_NAME' => '127.0.0.1', 'REQUEST_URI' => '/',
             'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true');
wp_install('CI shop', 'ciadmin', 'ciadmin@example.test', false, '', 'Adm!n-pass-CI-0001');
update_option('permalink_structure', '/%postname%/');
add_role('shop_manager', 'Shop manager', ['read' => true, 'edit_posts' => true]);
function person($name, $rights) {
  add_role($name, $name, array_fill_keys($rights, true));
  $id = wp_insert_user(['user_login' => $name, 'user_pass' => wp_generate_password(),
                        'user_email' => "$name@example.test", 'role' => $name]);
  $made = WP_Application_Passwords::create_new_application_password($id, ['name' => 'stagepass']);
  echo $name, ' ', $made[0], "\n";
}
person('stagepass', ['read', 'list_users', 'create_users', 'edit_users', 'delete_users']);
person('blind', ['read', 'list_users', 'create_users', 'delete_users']);
person('powerless', ['read']);
)php";

constexpr const char* kRouter = R"php(<?php
$p = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH); $f = $_SERVER['DOCUMENT_ROOT'] . $p;
if ($p !== '/' && file_exists($f) && !is_dir($f)) return false;
if (is_dir($f) && is_file(rtrim($f, '/') . '/index.php') && $p !== '/') return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
chdir($_SERVER['DOCUMENT_ROOT']); require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
)php";

std::uint16_t free_port() {
  const system::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string run(Process& process, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.timeout = kLongestStep;
  command.output_limit = 1UL << 20U;
  const CommandOutput output = must(process.run(command));
  if (output.exit_status != 0) {
    throw std::runtime_error(fmt::format("{} failed: {} {}", command.argv.front(),
                                         output.standard_output, output.standard_error));
  }
  return output.standard_output;
}

template <class IsReady>
void wait_until(const char* what, const IsReady& is_ready) {
  for (int i = 0; i < kTries; ++i) {
    if (is_ready()) {
      return;
    }
    ::poll(nullptr, 0, kPauseMilliseconds);
  }
  throw std::runtime_error(fmt::format("{} does not start", what));
}

}  // namespace

PrivateShop& PrivateShop::instance() {
  static PrivateShop shop;
  return shop;
}

PrivateShop::PrivateShop() : port_(free_port()), database_port_(free_port()) {
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  start_database();
  install_shop();
  web_ = start_web_server(port_, "local");
}

void PrivateShop::start_database() {
  std::filesystem::create_directory(path("run"));
  std::vector<std::string> user;
  if (::geteuid() == 0) {  // mariadbd does not run as root
    run(process_, {"/usr/bin/chown", "mysql", path("run")});
    user.emplace_back("--user=mysql");
  }
  std::vector<std::string> install = {"/usr/bin/mariadb-install-db",
                                      "--no-defaults",
                                      "--datadir=" + path("db"),
                                      "--tmpdir=" + path("run"),
                                      "--auth-root-authentication-method=normal",
                                      "--skip-test-db"};
  install.insert(install.end(), user.begin(), user.end());
  run(process_, install);
  Command server;
  server.argv = {"/usr/sbin/mariadbd", "--no-defaults", "--datadir=" + path("db"),
                 // A server that begins removes the temporary files of others in a common folder.
                 "--tmpdir=" + path("run"), "--socket=" + path("run/m.sock"),
                 "--pid-file=" + path("run/m.pid"), "--bind-address=127.0.0.1",
                 fmt::format("--port={}", database_port_), "--innodb-buffer-pool-size=64M",
                 "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"};
  server.argv.insert(server.argv.end(), user.begin(), user.end());
  server.timeout = kLongestLife;
  server.output_limit = 1UL << 20U;
  database_ = must(process_.start(server));
  wait_until("mariadbd", [&] { return std::filesystem::exists(path("run/m.pid")); });
  const std::string statements =
      "CREATE DATABASE wp; CREATE USER wp@127.0.0.1 IDENTIFIED BY 'wpsecret'; "
      "GRANT ALL ON wp.* TO wp@127.0.0.1";
  run(process_,
      {"/usr/bin/mariadb", "--no-defaults", "-uroot", "-S", path("run/m.sock"), "-e", statements});
}

void PrivateShop::install_shop() {
  // A real copy: a link would lead PHP to Debian's own configuration.
  run(process_, {"/usr/bin/cp", "-rL", "/usr/share/wordpress", path("wp")});
  std::filesystem::create_directories(plugin_folder());
  std::string configuration = kConfiguration;
  constexpr std::string_view kPlace = "%DATABASE%";
  configuration.replace(configuration.find(kPlace), kPlace.size(), std::to_string(database_port_));
  std::filesystem::remove(path("wp/wp-config.php"));
  write_text(path("wp/wp-config.php"), configuration);
  write_text(path("install.php"), kInstallation);
  write_text(path("router.php"), kRouter);
  std::istringstream made(run(process_, {"/usr/bin/php", path("install.php"), path("wp")}));
  std::string name;
  std::string password;
  while (made >> name >> password) {
    app_passwords_[name] = password;
  }
}

std::unique_ptr<RunningCommand> PrivateShop::start_web_server(std::uint16_t port,
                                                              const std::string& environment) {
  Command server;
  server.argv = {"/usr/bin/php",
                 "-d",
                 "sendmail_path=/bin/true",
                 "-d",
                 "display_errors=0",
                 "-S",
                 fmt::format("127.0.0.1:{}", port),
                 "-t",
                 path("wp"),
                 path("router.php")};
  server.environment = {{"PHP_CLI_SERVER_WORKERS", "2"}, {"WP_ENVIRONMENT_TYPE", environment}};
  server.timeout = kLongestLife;
  server.output_limit = 16UL << 20U;
  auto running = must(process_.start(server));
  wait_until("php", [&] {
    return ask_server(port, "GET /readme.html HTTP/1.0\r\n\r\n").find("200 OK") !=
           std::string::npos;
  });
  return running;
}

std::uint16_t PrivateShop::production_port() {
  if (!production_web_) {
    production_port_ = free_port();
    production_web_ = start_web_server(production_port_, "production");
  }
  return production_port_;
}

std::string PrivateShop::sql(const std::string& statement) const {
  return run(process_, {"/usr/bin/mariadb", "--no-defaults", "-uroot", "-S", path("run/m.sock"),
                        "-N", "-B", "wp", "-e", statement});
}

std::string PrivateShop::php(const std::string& code) const {
  return run(process_, {"/usr/bin/php", "-r",
                        fmt::format("$_SERVER['HTTP_HOST']='127.0.0.1:{}'; "
                                    "require '{}/wp-load.php'; {}",
                                    port_, path("wp"), code)});
}

std::filesystem::path PrivateShop::plugin_folder() const {
  return folder_.path() / "wp/wp-content/mu-plugins";
}

void PrivateShop::forget_users() const {
  sql("DELETE FROM wp_users WHERE ID > 4; DELETE FROM wp_usermeta WHERE user_id > 4");
  for (const auto& plugin : std::filesystem::directory_iterator(plugin_folder())) {
    std::filesystem::remove(plugin.path());
  }
}

}  // namespace stagepass::tests
