#include "postgres_fixture.hpp"

#include <fmt/core.h>

#include <fstream>

namespace stagepass::tests {
namespace {

using targets::Deadline;
using targets::PgConnection;
using targets::PgRows;

// As README.md says it.
constexpr const char* kAdmin = R"(
CREATE ROLE stagepass LOGIN CREATEROLE PASSWORD 'Admin-Secret.1~role';
GRANT pg_signal_backend TO stagepass;
CREATE ROLE stagepass_shop NOLOGIN;
GRANT CONNECT ON DATABASE shop TO stagepass, stagepass_shop;
GRANT USAGE ON SCHEMA public TO stagepass_shop;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO stagepass_shop;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO stagepass_shop;
)";

constexpr const char* kShop = R"(
CREATE TABLE orders (id int PRIMARY KEY, total int);
INSERT INTO orders VALUES (1, 100), (2, 250);
ALTER TABLE orders OWNER TO shop_owner;
)";

PgConnection open(const std::string& database, const std::string& user, const Secret& password) {
  auto opening = must(PgConnection::open({"127.0.0.1", the_server().port(), "disable", ""},
                                         {database, user, &password}, Deadline(kTimeout)));
  if (!opening.connection) {
    throw std::runtime_error("no login as " + user + ": " + opening.refusal.message);
  }
  return *std::move(opening.connection);
}

}  // namespace

PostgresFixture::PostgresFixture() {
  [[maybe_unused]] static const bool is_made = [this] {
    for (const char* statement :
         {"CREATE ROLE shop_owner LOGIN", "CREATE DATABASE shop OWNER shop_owner",
          "CREATE DATABASE blog OWNER shop_owner"}) {
      tell(statement, "postgres");
    }
    return true;
  }();
  clear();
  tell("REVOKE CONNECT ON DATABASE shop, blog, postgres, template1 FROM PUBLIC");
  tell(kShop);
  tell(kAdmin);
  driver_ = make_driver();
}

PostgresFixture::~PostgresFixture() = default;

/// Whatever the test before this one has left.
void PostgresFixture::clear() {
  tell("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename <> 'postgres'");
  const std::string roles = value(
      "SELECT string_agg(quote_ident(rolname), ', ') FROM pg_roles WHERE rolname <> 'postgres' AND "
      "rolname NOT LIKE 'pg\\_%'");
  for (const char* database : {"shop", "blog"}) {
    tell(
        fmt::format("DROP OWNED BY {} CASCADE; SELECT lo_unlink(oid) FROM pg_largeobject_metadata; "
                    "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; "
                    "GRANT USAGE ON SCHEMA public TO PUBLIC",
                    roles),
        database);
  }
  for (const auto& row : ask("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname NOT IN "
                             "('postgres', 'shop_owner') AND rolname NOT LIKE 'pg\\_%'")) {
    tell("DROP ROLE " + row[0]);
  }
  tell(
      "ALTER ROLE shop_owner NOCREATEROLE PASSWORD NULL; REVOKE pg_signal_backend FROM shop_owner");
}

std::unique_ptr<TargetDriver> PostgresFixture::make_driver(const Settings& more_settings,
                                                           const std::string& password) {
  Target target{.name = must(TargetName::parse("shop")), .driver = "postgresql"};
  target.settings = {{"host", "127.0.0.1"},
                     {"port", std::to_string(the_server().port())},
                     {"database", "shop"},
                     {"sslmode", "disable"}};
  for (const auto& [key, value] : more_settings) {
    target.settings[key] = value;
  }
  SecretSettings secrets;
  secrets.emplace("password", Secret::copy_of(std::string_view(password)));
  static system::PosixProcess process;
  return must(
      targets::make_postgresql_driver(target, std::move(secrets), {process, clock_, random_, ""}));
}

AccountRef PostgresFixture::new_ref() {
  system::SodiumRandom random;
  IdSeed seed{};
  random.fill(seed);
  const AccountId id = AccountId::from_seed(seed);
  return {id, user_name_for(id), fmt::format("stagepass/test.{}", id.str())};
}

AccountSpec PostgresFixture::spec_of(const AccountRef& ref) const {
  return {ref, clock_.now() + std::chrono::hours(1), &password_, {}};
}

AccountRef PostgresFixture::make_account() {
  AccountRef ref = new_ref();
  must(driver_->create(spec_of(ref), kTimeout));
  return ref;
}

void PostgresFixture::end(const AccountRef& ref) {
  must(driver_->disable(ref, kTimeout));
  must(driver_->end_sessions(ref, kTimeout));
  must(driver_->erase(ref, kTimeout));
}

PgConnection& PostgresFixture::superuser(const std::string& database) {
  auto found = superusers_.find(database);
  if (found == superusers_.end()) {
    const Secret password = Secret::copy_of(std::string_view(PrivatePostgres::kSuperuserPassword));
    PgConnection opened = open(database, PrivatePostgres::kSuperuser, password);
    must(
        opened.run("SET search_path = public; SET statement_timeout = 0; "
                   "SET idle_in_transaction_session_timeout = 0",
                   Deadline(kTimeout)));
    found = superusers_.emplace(database, std::move(opened)).first;
  }
  return found->second;
}

PgRows PostgresFixture::ask(const std::string& statement, const std::string& database) {
  return must(superuser(database).query(statement, {}, Deadline(kTimeout)));
}

void PostgresFixture::tell(const std::string& script, const std::string& database) {
  must(superuser(database).run(script, Deadline(kTimeout)));
}

std::string PostgresFixture::value(const std::string& statement, const std::string& database) {
  return ask(statement, database).at(0).at(0);
}

PgConnection PostgresFixture::specialist(const AccountRef& ref, const std::string& database) {
  PgConnection opened = open(database, ref.user_name.str(), password_);
  must(
      opened.run("SET search_path = public; SET statement_timeout = 0; "
                 "SET idle_in_transaction_session_timeout = 0",
                 Deadline(kTimeout)));
  return opened;
}

std::string PostgresFixture::psql(const AccountRef& ref, const std::string& statement) {
  const std::string file = the_server().path("pgpass");
  std::ofstream(file) << "*:*:*:*:" << password_.reveal_text() << "\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const CommandOutput output =
      run_program({"/usr/bin/psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement,
                   fmt::format("host=127.0.0.1 port={} dbname=shop user={} passfile={}",
                               the_server().port(), ref.user_name.str(), file)});
  return output.exit_status == 0 ? "" : output.standard_error;
}

std::string error_text(PgConnection& connection, const std::string& script) {
  const auto done = connection.run(script, Deadline(kTimeout));
  return done ? "" : done.error().message;
}

}  // namespace stagepass::tests
