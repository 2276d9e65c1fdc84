// Accounts of a private PostgreSQL server, made and proven gone over eight connections: by the driver, and by a bare
// libpq loop that sends the same statements over as many connections.
//
//   postgresql_speed ACCOUNTS DUE
//
// Prints two lines: ACCOUNTS made and ended, and DUE accounts ended that are there already. On each: accounts/s of the
// driver, accounts/s of the bare loop, ratio.
// The driver makes what its caller makes: a new driver object for each account that is made or ended.

#include "integration/postgresql/private_postgres.hpp"
#include "targets/postgresql/postgresql_driver.hpp"

#include <stagepass/system/sodium_random.hpp>
#include <stagepass/system/system_clock.hpp>

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <libpq-fe.h>
#include <stdexcept>
#include <string>
#include <support/results.hpp>
#include <thread>
#include <vector>

namespace {

constexpr stagepass::Timeout kPatience = std::chrono::seconds(60);
using stagepass::AccountRef;
using stagepass::Secret;
using stagepass::tests::must;

constexpr int kLanes = 8;
constexpr const char* kPassword = "Correct-Horse.9~battery";
constexpr const char* kEnd = "2037-01-01T00:00:00Z";

std::vector<AccountRef> new_accounts(std::size_t count) {
  stagepass::system::SodiumRandom random;
  std::vector<AccountRef> accounts;
  for (std::size_t i = 0; i < count; ++i) {
    stagepass::IdSeed seed{};
    random.fill(seed);
    const auto id = stagepass::AccountId::from_seed(seed);
    accounts.push_back({id, stagepass::user_name_for(id), "stagepass/" + id.str()});
  }
  return accounts;
}

/// How many of them a second, over all lanes.
double speed_of(const std::vector<AccountRef>& accounts,
                const std::function<void(const AccountRef&)>& work) {
  const auto began = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::vector<std::thread> lanes;
  lanes.reserve(kLanes);
  for (int lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back([&] {
      for (std::size_t i = next++; i < accounts.size() && !failed; i = next++) {
        try {
          work(accounts[i]);
        } catch (const std::exception& error) {
          fmt::print(stderr, "postgresql_speed: error: {}\n", error.what());
          failed = true;
        }
      }
    });
  }
  for (std::thread& lane : lanes) {
    lane.join();
  }
  if (failed) {
    throw std::runtime_error("not all of it worked");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return static_cast<double>(accounts.size()) / took.count();
}

/// The driver as the service uses it.
class ByDriver final {
 public:
  void make(const AccountRef& account) {
    must(driver()->create({account, must(stagepass::parse_rfc3339(kEnd)), &password_, std::nullopt},
                          kPatience));
  }
  void end(const AccountRef& account) {
    const auto one = driver();
    must(one->probe(account, kPatience));
    must(one->disable(account, kPatience));
    must(one->end_sessions(account, kPatience));
    must(one->erase(account, kPatience));
    const auto proof = must(one->verify_gone(account, &password_, kPatience));
    if (!proof.residue.empty() || proof.login != stagepass::LoginCheck::refused) {
      throw std::runtime_error("not gone");
    }
  }

 private:
  std::unique_ptr<stagepass::TargetDriver> driver() {
    stagepass::Target target{.name = must(stagepass::TargetName::parse("shop")),
                             .driver = "postgresql"};
    target.settings = {{"host", "127.0.0.1"},
                       {"port", std::to_string(stagepass::tests::the_server().port())},
                       {"database", "postgres"},
                       {"sslmode", "disable"}};
    stagepass::SecretSettings secrets;
    secrets.emplace("password", Secret::copy_of(std::string_view("admin")));
    return must(stagepass::targets::make_postgresql_driver(target, std::move(secrets),
                                                           {process_, clock_, random_, ""}));
  }

  stagepass::system::PosixProcess process_;
  stagepass::system::SystemClock clock_;
  stagepass::system::SodiumRandom random_;
  Secret password_ = Secret::copy_of(std::string_view(kPassword));
};

class BareConnection final {
 public:
  BareConnection(const std::string& user, const char* password) {
    const std::string port = std::to_string(stagepass::tests::the_server().port());
    const std::array<const char*, 8> keys = {"host",     "port",    "dbname",     "user",
                                             "password", "sslmode", "gssencmode", nullptr};
    const std::array<const char*, 8> values = {"127.0.0.1", port.c_str(), "postgres", user.c_str(),
                                               password,    "disable",    "disable",  nullptr};
    connection_ = PQconnectdbParams(keys.data(), values.data(), 0);
    PQsetNoticeReceiver(
        connection_, [](void*, const PGresult*) {}, nullptr);
  }
  BareConnection(const BareConnection&) = delete;
  BareConnection& operator=(const BareConnection&) = delete;
  BareConnection(BareConnection&&) = delete;
  BareConnection& operator=(BareConnection&&) = delete;
  ~BareConnection() { PQfinish(connection_); }

  [[nodiscard]] bool is_in() const { return PQstatus(connection_) == CONNECTION_OK; }
  [[nodiscard]] PGconn* get() const { return connection_; }
  void run(const std::string& script) const {
    PGresult* result = PQexec(connection_, script.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error(PQerrorMessage(connection_));
    }
  }

 private:
  PGconn* connection_;
};

// The statements of the driver, as the server's log shows them.
constexpr const char* kFind =
    "SELECT r.oid, coalesce(shobj_description(r.oid, 'pg_authid'), ''), r.rolsuper OR "
    "r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls FROM pg_roles r WHERE "
    "r.rolname = '{}'";
constexpr const char* kHarmless =
    "WITH RECURSIVE given AS (SELECT unnest(ARRAY['stagepass_shop']::text[]) AS name), reach(oid) "
    "AS (SELECT r.oid FROM pg_roles r JOIN given ON given.name = r.rolname UNION SELECT m.roleid "
    "FROM pg_auth_members m JOIN reach ON m.member = reach.oid) SELECT 'does not exist', name FROM "
    "given WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name) UNION ALL SELECT 'x', "
    "r.rolname FROM reach JOIN pg_roles r ON r.oid = reach.oid WHERE r.rolsuper OR r.rolcreaterole";
constexpr const char* kMemberships =
    "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u "
    "ON u.oid = m.member WHERE u.rolname = '{}'";
constexpr const char* kTerminate =
    "SELECT pid, pg_terminate_backend(pid, 0) FROM pg_stat_activity WHERE usename = '{}'";
constexpr const char* kPrepared = "SELECT gid, database FROM pg_prepared_xacts WHERE owner = '{}'";
constexpr const char* kPlaces =
    "SELECT DISTINCT coalesce(d.datname, '') FROM pg_shdepend s LEFT JOIN pg_database d ON d.oid = "
    "s.dbid WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = (SELECT r.oid FROM "
    "pg_roles r WHERE r.rolname = '{}')";
constexpr const char* kResidue =
    "SELECT 'x' FROM pg_stat_activity WHERE usesysid = 1 UNION ALL SELECT 'x' FROM "
    "pg_prepared_xact() WHERE ownerid = 1 UNION ALL SELECT 'x' FROM pg_shdepend WHERE refclassid = "
    "'pg_authid'::regclass AND refobjid = 1 UNION ALL SELECT 'x' FROM pg_auth_members WHERE member "
    "= 1 UNION ALL SELECT 'x' FROM pg_db_role_setting WHERE setrole = 1";

std::string said(const char* statement, const AccountRef& account) {
  return fmt::format(fmt::runtime(statement), account.user_name.str());
}

void make_bare(const AccountRef& account) {
  const BareConnection admin("stagepass", "admin");
  admin.run(said(kFind, account));
  admin.run(kHarmless);
  const std::string& user = account.user_name.str();
  char* verifier = PQencryptPasswordConn(admin.get(), kPassword, user.c_str(), "scram-sha-256");
  admin.run(
      fmt::format("BEGIN; CREATE ROLE {0} NOLOGIN INHERIT CONNECTION LIMIT 5 PASSWORD '{1}' "
                  "VALID UNTIL '{2}'; COMMENT ON ROLE {0} IS '{3}'; GRANT stagepass_shop TO "
                  "{0}; ALTER ROLE {0} LOGIN; COMMIT",
                  user, verifier, kEnd, account.marker));
  PQfreemem(verifier);
}

void end_bare(const AccountRef& account) {
  const BareConnection admin("stagepass", "admin");
  const std::string& user = account.user_name.str();
  for (const char* statement : {kFind, kFind, kMemberships}) {
    admin.run(said(statement, account));
  }
  admin.run(
      fmt::format("BEGIN; ALTER ROLE {0} NOLOGIN PASSWORD NULL VALID UNTIL "
                  "'2000-01-01T00:00:00Z'; REVOKE stagepass_shop FROM {0}; COMMIT",
                  user));
  for (const char* statement : {kFind, kTerminate, kPrepared, kFind, kTerminate, kPlaces}) {
    admin.run(said(statement, account));
  }
  admin.run(fmt::format("BEGIN; DROP ROLE {}; COMMIT", user));
  for (const char* statement : {kTerminate, kFind}) {
    admin.run(said(statement, account));
  }
  admin.run(kResidue);
  if (BareConnection(user, kPassword).is_in()) {
    throw std::runtime_error("the login still works");
  }
}

void prepare() {
  const BareConnection superuser(stagepass::tests::PrivatePostgres::kSuperuser,
                                 stagepass::tests::PrivatePostgres::kSuperuserPassword);
  superuser.run("ALTER SYSTEM SET log_statement = 'none'; ");
  superuser.run("SELECT pg_reload_conf()");
  superuser.run(
      "CREATE ROLE stagepass LOGIN CREATEROLE PASSWORD 'admin'; "
      "GRANT pg_signal_backend TO stagepass; CREATE ROLE stagepass_shop NOLOGIN");
}

void print(double driver, double bare) {
  fmt::print("{:.1f}\t{:.1f}\t{:.2f}\n", driver, bare, driver / bare);
}

/// By turns, so that a busy moment of the machine hits both; the better of two.
void measure_lives(std::size_t count) {
  ByDriver driver;
  std::array<double, 2> best{};
  for (int turn = 0; turn < 2; ++turn) {
    const auto live_bare = [](const AccountRef& each) {
      make_bare(each);
      end_bare(each);
    };
    const auto live_by_driver = [&](const AccountRef& each) {
      driver.make(each);
      driver.end(each);
    };
    best[0] = std::max(best[0], speed_of(new_accounts(count), live_by_driver));
    best[1] = std::max(best[1], speed_of(new_accounts(count), live_bare));
  }
  print(best[0], best[1]);
}

void measure_due(std::size_t count) {
  ByDriver driver;
  const auto first = new_accounts(count);
  const auto second = new_accounts(count);
  speed_of(first, make_bare);
  speed_of(second, make_bare);
  const double by_driver = speed_of(first, [&](const auto& each) { driver.end(each); });
  print(by_driver, speed_of(second, end_bare));
}

std::size_t number_in(const std::string& text) {
  std::size_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{} ||
      number == 0) {
    throw std::runtime_error("usage: postgresql_speed ACCOUNTS DUE");
  }
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t accounts = number_in(argc == 3 ? argv[1] : "");
    const std::size_t due = number_in(argc == 3 ? argv[2] : "");
    stagepass::initialize_crypto();
    prepare();
    measure_lives(accounts);
    measure_due(due);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "postgresql_speed: error: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
