#include "mariadb_fixture.hpp"

#include "targets/mariadb/mariadb_driver.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <support/content.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

constexpr const char* kSchema =
    "CREATE DATABASE IF NOT EXISTS shop; CREATE DATABASE IF NOT EXISTS shop_1;"
    "CREATE DATABASE IF NOT EXISTS shopX1; CREATE OR REPLACE TABLE shop.orders (id INT);"
    "CREATE OR REPLACE TABLE shop_1.orders (id INT); CREATE OR REPLACE TABLE shopX1.orders (id "
    "INT);"
    "INSERT INTO shop.orders VALUES (1);";

/// Drops what tests have made: everything but what the server came with.
constexpr const char* kCleanUp =
    "DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS shop_1; DROP DATABASE IF EXISTS shopX1;"
    "DELETE FROM mysql.global_priv WHERE User NOT IN ('root', 'mariadb.sys');"
    "DELETE FROM mysql.db; DELETE FROM mysql.columns_priv; DELETE FROM mysql.procs_priv;"
    "DELETE FROM mysql.tables_priv WHERE User <> 'mariadb.sys';"
    "DELETE FROM mysql.roles_mapping; DELETE FROM mysql.proxies_priv WHERE User <> 'root';"
    "FLUSH PRIVILEGES;";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
  return text;
}

}  // namespace

std::string admin_statements() {
  const std::string text = content_of(STAGEPASS_README);
  const std::size_t begin = text.find("CREATE USER stagepass@localhost");
  const std::size_t end = text.find("```", begin);
  if (begin == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("README.md has no statements that make the admin");
  }
  return text.substr(begin, end - begin);
}

std::size_t in_own_heap(std::string_view text) {
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  for (std::string line; std::getline(maps, line);) {
    if (!line.ends_with("[heap]")) {
      continue;
    }
    // NOLINTBEGIN(performance-no-int-to-ptr): the kernel tells addresses as text
    const auto* begin = reinterpret_cast<const char*>(std::stoul(line, nullptr, 16));
    const auto* end =
        reinterpret_cast<const char*>(std::stoul(line.substr(line.find('-') + 1), nullptr, 16));
    // NOLINTEND(performance-no-int-to-ptr)
    for (begin = std::search(begin, end, text.begin(), text.end()); begin != end;
         begin = std::search(begin + 1, end, text.begin(), text.end())) {
      ++found;
    }
  }
  return found;
}

MariadbFixture::MariadbFixture() : server_(PrivateMariadb::instance()) {
  root(kSchema);
  make_admin("127.0.0.1");
}

void MariadbFixture::make_admin(const std::string& host) const {
  root(replaced(replaced(admin_statements(), "@localhost", "@'" + host + "'"),
                "a long random password", kAdminPassword));
}

MariadbFixture::~MariadbFixture() {
  try {
    root(kCleanUp);
  } catch (const std::exception& problem) {
    UNSCOPED_INFO(problem.what());
  }
}

Result<std::unique_ptr<TargetDriver>> MariadbFixture::try_driver(const Settings& more,
                                                                 const char* password) {
  Target target{.name = must(TargetName::parse("shop")), .driver = "mariadb"};
  target.settings = {{"host", "127.0.0.1"},
                     {"port", std::to_string(server_.port())},
                     {"user", "stagepass"},
                     {"database", "shop"}};
  for (const auto& [key, value] : more) {
    target.settings[key] = value;
    if (value.empty()) {
      target.settings.erase(key);
    }
  }
  SecretSettings secrets;
  if (password != nullptr) {
    secrets.emplace("password", Secret::copy_of(std::string_view(password)));
  }
  return targets::make_mariadb_driver(target, std::move(secrets), {process_, clock_, random_, ""});
}

std::unique_ptr<TargetDriver> MariadbFixture::driver(const Settings& more, const char* password) {
  return must(try_driver(more, password));
}

std::string MariadbFixture::hosts_of(const AccountRef& ref) const {
  return root(fmt::format("SELECT Host FROM mysql.global_priv WHERE User = '{}' ORDER BY Host",
                          ref.user_name.str()));
}

std::size_t MariadbFixture::count(const std::string& from_and_where) const {
  return std::stoul(root("SELECT COUNT(*) FROM " + from_and_where));
}

AccountRef MariadbFixture::new_ref() {
  IdSeed seed{};
  random_.fill(seed);
  const AccountId id = AccountId::from_seed(seed);
  return {id, user_name_for(id), "stagepass/" + id.str() + ".c0ffee"};
}

AccountSpec MariadbFixture::spec_of(const AccountRef& ref) const {
  return {ref, clock_.now() + std::chrono::hours(1), &password_, std::nullopt};
}

AccountRef MariadbFixture::make_account(TargetDriver& driver) {
  AccountRef ref = new_ref();
  must(driver.create(spec_of(ref), kTimeout));
  return ref;
}

void MariadbFixture::end(TargetDriver& driver, const AccountRef& ref) {
  must(driver.disable(ref, kTimeout));
  must(driver.end_sessions(ref, kTimeout));
  must(driver.erase(ref, kTimeout));
}

CommandOutput MariadbFixture::as_specialist(const AccountRef& ref, const std::string& statements,
                                            const std::vector<std::string>& options) const {
  std::vector<std::string> argv = {"/usr/bin/mariadb",
                                   "--no-defaults",
                                   "-h127.0.0.1",
                                   fmt::format("-P{}", server_.port()),
                                   "--batch",
                                   "--skip-column-names",
                                   "-u",
                                   ref.user_name.str(),
                                   "-e",
                                   statements};
  argv.insert(argv.end(), options.begin(), options.end());
  return run_program(argv, {{"MYSQL_PWD", kSamplePassword}});
}

}  // namespace stagepass::tests
