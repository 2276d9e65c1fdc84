#include "shop_fixture.hpp"

#include <stagepass/targets/registry.hpp>

#include <fmt/core.h>

#include <sstream>
#include <stdexcept>
#include <support/content.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
  return text;
}

ShopKind opencart(const std::string& version, const std::string& back_office) {
  return {"OpenCart " + version,
          "opencart",
          "opencart-" + version + ".sql",
          back_office,
          "oc_user",
          "username",
          "user_id",
          "status",
          "password",
          {},
          "username = 'bob', email = 'bob@shop.example', image = 'catalog/bob.png'",
          "email = 'bob@shop.example', image = '', date_added = '2024-05-01'",
          version == "3" ? "" : "oc_user_login",
          version == "3"
              ? ""
              : "INSERT INTO oc_user_login SET user_id = {}, ip = '192.0.2.7', user_agent "
                "= 'x', date_added = NOW()"};
}

ShopKind prestashop(const std::string& version) {
  const bool has_sessions = version == "8";
  return {"PrestaShop " + version,
          "prestashop",
          "prestashop-" + version + ".sql",
          "prestashop",
          "ps_employee",
          "email",
          "id_employee",
          "active",
          "passwd",
          {},
          "email = 'bob@shop.example', firstname = 'Bob', lastname = 'Builder'",
          "bo_color = NULL",
          has_sessions ? "ps_employee_session" : "ps_employee_shop",
          has_sessions
              ? "INSERT INTO ps_employee_session SET id_employee = {}, token = 'x', date_add "
                "= NOW(), date_upd = NOW()"
              : "INSERT INTO ps_employee_shop VALUES ({}, 1)"};
}

ShopKind magento() {
  return {"Magento 2.4",
          "magento",
          "magento-2.4.sql",
          "magento",
          "admin_user",
          "username",
          "user_id",
          "is_active",
          "password",
          {{"role", "1"}, {"two_factor", "off"}},
          "username = 'bob', email = 'bob@shop.example', firstname = 'Bob'",
          "email = 'bob@shop.example', created = '2024-05-01'",
          "admin_user_session",
          "INSERT INTO admin_user_session SET user_id = {}, status = 1, ip = '192.0.2.7'"};
}

/// An installation that has changed its key once: the second one seals.
ShopKind magento_asking_for_a_code() {
  ShopKind kind = magento();
  kind.name += " with a second factor";
  kind.settings["two_factor"] = "google";
  kind.crypt_key = "0123456789abcdef0123456789abcdef\nbase64" + std::string(43, 'k') + "=";
  return kind;
}

PrivateMariadb& empty_shop(PrivateMariadb& server) {
  server.root(
      "DROP DATABASE IF EXISTS shop; CREATE DATABASE shop; "
      "CREATE OR REPLACE USER web@'127.0.0.1' IDENTIFIED BY 'Web-of-the-Tests.1'; "
      "GRANT ALL ON shop.* TO web@'127.0.0.1'");
  return server;
}

}  // namespace

const ShopKind opencart_3 = opencart("3", "opencart3");
const ShopKind opencart_4_0 = opencart("4.0", "opencart4");
const ShopKind opencart_4_1 = opencart("4.1", "opencart4");
const ShopKind prestashop_1_7 = prestashop("1.7");
const ShopKind prestashop_8 = prestashop("8");
const ShopKind magento_2_4 = magento();
const ShopKind magento_with_second_factor = magento_asking_for_a_code();

std::vector<ShopKind> all_shops() {
  return {opencart_3, opencart_4_0, opencart_4_1, prestashop_1_7, prestashop_8, magento_2_4};
}

std::vector<ShopKind> one_of_each() {
  return {opencart_3, opencart_4_1, prestashop_8, magento_2_4};
}

std::vector<std::string> admin_statements(const std::string& driver) {
  const std::string text = content_of(STAGEPASS_README);
  const std::size_t section = text.find("### `" + driver + "`");
  const std::size_t begin = text.find("CREATE USER", section);
  const std::size_t end = text.find("```", begin);
  if (section == std::string::npos || begin == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("README.md has no statements that make the admin of " + driver);
  }
  std::istringstream lines(text.substr(begin, end - begin));
  std::vector<std::string> statements;
  for (std::string line; std::getline(lines, line);) {
    statements.push_back(line);
  }
  return statements;
}

ShopFixture::ShopFixture(ShopKind kind)
    : kind_(std::move(kind)),
      server_(empty_shop(PrivateMariadb::instance())),
      back_office_({{"SHOP_KIND", kind_.back_office},
                    {"SHOP_PORT", std::to_string(server_.port())},
                    {"SHOP_CRYPT_KEY", kind_.crypt_key}}) {
  root(content_of(fmt::format("{}/{}", SHOP_TABLES_FOLDER, kind_.tables)));
  make_admin();
}

ShopFixture::~ShopFixture() {
  try {
    server_.root(
        "DROP DATABASE IF EXISTS shop; DROP USER IF EXISTS stagepass_shop@'127.0.0.1', "
        "web@'127.0.0.1'");
  } catch (const std::exception& problem) {
    UNSCOPED_INFO(problem.what());
  }
}

/// A right on a table that this version of the shop does not have cannot be given, nor is needed.
void ShopFixture::make_admin() const {
  const std::string tables = "\n" + root("SHOW TABLES");
  std::string all;
  for (const std::string& line : admin_statements(kind_.driver)) {
    const std::size_t table = line.find("shop.");
    const std::size_t end = line.find(' ', table);
    const bool is_due =
        table == std::string::npos ||
        tables.find("\n" + line.substr(table + 5, end - table - 5) + "\n") != std::string::npos;
    all += is_due ? line : "";
  }
  all = replaced(std::move(all), "@localhost", "@'127.0.0.1'");
  server_.root(replaced(std::move(all), "a long random password", kAdminPassword));
}

Result<std::unique_ptr<TargetDriver>> ShopFixture::try_driver(const Settings& more,
                                                              const char* password) {
  Target target{.name = must(TargetName::parse("shop")), .driver = kind_.driver};
  target.settings = {{"host", "127.0.0.1"},
                     {"port", std::to_string(server_.port())},
                     {"user", "stagepass_shop"},
                     {"database", "shop"},
                     {"url", back_office_.url()}};
  for (const Settings* settings : {&std::as_const(kind_.settings), &more}) {
    for (const auto& [key, value] : *settings) {
      target.settings[key] = value;
      if (value.empty()) {
        target.settings.erase(key);
      }
    }
  }
  SecretSettings secrets;
  if (password != nullptr) {
    secrets.emplace("password", Secret::copy_of(std::string_view(password)));
  }
  if (target.settings["two_factor"] == "google") {
    secrets.emplace("crypt_key", Secret::copy_of(std::string_view(kind_.crypt_key)));
  }
  std::erase_if(target.settings, [](const auto& each) { return each.second.empty(); });
  return targets::make_driver_factory({process_, clock_, random_, ""})
      ->make(target, std::move(secrets));
}

std::unique_ptr<TargetDriver> ShopFixture::driver(const Settings& more, const char* password) {
  return must(try_driver(more, password));
}

std::unique_ptr<TargetDriver> ShopFixture::driver_with_key(const std::string& crypt_key) {
  const std::string own = std::exchange(kind_.crypt_key, crypt_key);
  auto made = driver();
  kind_.crypt_key = own;
  return made;
}

std::string ShopFixture::root(const std::string& statements) const {
  return server_.root("USE shop; " + statements);
}

std::size_t ShopFixture::count(const std::string& from_and_where) const {
  return std::stoul(root("SELECT COUNT(*) FROM " + from_and_where));
}

std::string ShopFixture::login_of(const std::string& user_name) const {
  return kind_.login == "email" ? user_name + "@stagepass.invalid" : user_name;
}

std::size_t ShopFixture::count_of(const std::string& user_name) const {
  return count(fmt::format("{} WHERE {} = '{}'", kind_.users, kind_.login, login_of(user_name)));
}

std::string ShopFixture::id_of(const AccountRef& ref) const {
  const std::string id = root(fmt::format("SELECT {} FROM {} WHERE {} = '{}'", kind_.id,
                                          kind_.users, kind_.login, login_of(ref.user_name.str())));
  return id.substr(0, id.find('\n'));
}

std::string ShopFixture::hash_of(const AccountRef& ref) const {
  const std::string hash =
      root(fmt::format("SELECT {} FROM {} WHERE {} = '{}'", kind_.password, kind_.users,
                       kind_.login, login_of(ref.user_name.str())));
  return hash.substr(0, hash.find('\n'));
}

void ShopFixture::edit(const AccountRef& ref, const std::string& assignments) const {
  root(fmt::format("UPDATE {} SET {} WHERE {} = {}", kind_.users, assignments, kind_.id,
                   id_of(ref)));
}

/// A copy of the merchant under that name.
void ShopFixture::add_foreign(const std::string& user_name) const {
  root(
      fmt::format("CREATE TEMPORARY TABLE copy SELECT * FROM {0} LIMIT 1; UPDATE copy SET {1} = "
                  "(SELECT MAX({1}) + 1 FROM {0}), {2} = '{3}'; INSERT INTO {0} SELECT * FROM copy",
                  kind_.users, kind_.id, kind_.login, login_of(user_name)));
}

AccountRef ShopFixture::new_ref() {
  IdSeed seed{};
  random_.fill(seed);
  const AccountId id = AccountId::from_seed(seed);
  return {id, user_name_for(id), "stagepass/" + id.str() + ".c0ffeec0ffeec0ff"};
}

AccountSpec ShopFixture::spec_of(const AccountRef& ref) const {
  return {ref, clock_.now() + std::chrono::hours(1), &password_, std::nullopt};
}

AccountRef ShopFixture::make_account(TargetDriver& driver) {
  AccountRef ref = new_ref();
  must(driver.create(spec_of(ref), kTimeout));
  return ref;
}

void ShopFixture::end(TargetDriver& driver, const AccountRef& ref) {
  must(driver.disable(ref, kTimeout));
  must(driver.end_sessions(ref, kTimeout));
  must(driver.erase(ref, kTimeout));
}

}  // namespace stagepass::tests
