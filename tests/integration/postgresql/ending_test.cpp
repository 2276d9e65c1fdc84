#include "postgres_fixture.hpp"

#include <fmt/core.h>

#include <support/cutting_proxy.hpp>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::Deadline;
using targets::PgConnection;

void take(PgConnection& connection, const std::string& script) {
  must(connection.run(script, Deadline(kTimeout)));
}

std::string total_of_order(PostgresFixture& shop) {
  return shop.value("SELECT total FROM orders WHERE id = 1");
}

TEST_CASE("PostgreSQL: a session with an open transaction is dead and has written nothing") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  PgConnection session = shop.specialist(ref);
  take(session, "SELECT pg_advisory_lock(7); LISTEN news");
  take(session, "BEGIN; UPDATE orders SET total = 0; DECLARE c CURSOR FOR SELECT * FROM orders");
  must(shop.driver().disable(ref, kTimeout));
  CHECK(must(shop.driver().end_sessions(ref, kTimeout)) == 1);
  CHECK(session.ended_within(kTimeout));
  CHECK_FALSE(error_text(session, "COMMIT").empty());
  CHECK(total_of_order(shop) == "100");
  CHECK(shop.value("SELECT pg_try_advisory_lock(7)") == "t");
  shop.tell("SELECT pg_advisory_unlock(7)");
  must(shop.driver().erase(ref, kTimeout));
  const GoneProof proof = shop.prove(ref);
  CHECK(proof.residue.empty());
  CHECK(proof.login == LoginCheck::refused);
}

TEST_CASE("PostgreSQL: whatever role a session has become it is counted and ended") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  PgConnection first = shop.specialist(ref);
  PgConnection second = shop.specialist(ref);
  take(first, "SET ROLE stagepass_shop");
  take(second, fmt::format("SET SESSION AUTHORIZATION {}", ref.user_name.str()));
  CHECK_THAT(error_text(second, "SET SESSION AUTHORIZATION postgres"),
             ContainsSubstring("permission denied"));
  must(shop.driver().disable(ref, kTimeout));
  CHECK(must(shop.driver().end_sessions(ref, kTimeout)) == 2);
  CHECK(first.ended_within(kTimeout));
  CHECK(second.ended_within(kTimeout));
}

TEST_CASE("PostgreSQL: a disabled session has lost its rights before it is ended") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  PgConnection session = shop.specialist(ref);
  take(session, "UPDATE orders SET total = 101 WHERE id = 1");
  must(shop.driver().disable(ref, kTimeout));
  CHECK_THAT(error_text(session, "UPDATE orders SET total = 666"),
             ContainsSubstring("permission denied"));
  CHECK(total_of_order(shop) == "101");
}

TEST_CASE("PostgreSQL: a statement that runs for minutes does not hold up the end") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  PgConnection session = shop.specialist(ref);
  const auto sent = session.run(
      "DO $$BEGIN LOOP BEGIN PERFORM pg_sleep(300); EXCEPTION WHEN OTHERS THEN NULL; "
      "END; END LOOP; END$$",
      Deadline(std::chrono::milliseconds(200)));
  REQUIRE_FALSE(sent);
  must(shop.driver().disable(ref, kTimeout));
  CHECK(must(shop.driver().end_sessions(ref, kTimeout)) == 1);
  must(shop.driver().erase(ref, kTimeout));
  CHECK(shop.prove(ref).residue.empty());
}

TEST_CASE("PostgreSQL: a prepared transaction is rolled back and counted") {
  PostgresFixture shop;
  shop.tell("GRANT CONNECT ON DATABASE blog TO stagepass, stagepass_shop");
  const AccountRef ref = shop.make_account();
  {
    PgConnection session = shop.specialist(ref);
    take(session, "BEGIN; UPDATE orders SET total = 0 WHERE id = 1; PREPARE TRANSACTION 'late''r'");
    PgConnection elsewhere = shop.specialist(ref, "blog");
    take(elsewhere, "BEGIN; SELECT lo_create(0); PREPARE TRANSACTION 'elsewhere'");
  }
  must(shop.driver().disable(ref, kTimeout));
  CHECK(must(shop.driver().end_sessions(ref, kTimeout)) >= 2);
  CHECK(must(shop.driver().end_sessions(ref, kTimeout)) == 0);
  CHECK(shop.value("SELECT count(*) FROM pg_prepared_xacts") == "0");
  must(shop.driver().erase(ref, kTimeout));
  CHECK(shop.prove(ref).residue.empty());
  CHECK(total_of_order(shop) == "100");
}

TEST_CASE("PostgreSQL: a role that somebody dropped under a live session is not called gone") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  PgConnection session = shop.specialist(ref);
  shop.tell(fmt::format("DROP ROLE {}", ref.user_name.str()));
  CHECK(shop.value(fmt::format("SELECT count(*) FROM pg_stat_activity WHERE usename = '{}'",
                               ref.user_name.str())) == "0");
  CHECK(must(shop.driver().end_sessions(ref, kTimeout)) == 0);
  CHECK(must(shop.driver().erase(ref, kTimeout)) == TargetDriver::Erased::already_absent);
  const GoneProof proof = shop.prove(ref);
  REQUIRE(proof.residue.size() == 1);
  CHECK_THAT(proof.residue.front(), ContainsSubstring("pg_terminate_backend"));
  shop.tell(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usesysid NOT IN "
      "(SELECT oid FROM pg_roles)");
  CHECK(shop.prove(ref).residue.empty());
}

TEST_CASE("PostgreSQL: the session of a role dropped by others does not hold up ours") {
  PostgresFixture shop;
  const AccountRef ours = shop.make_account();
  const AccountRef other = shop.make_account();
  const PgConnection session = shop.specialist(other);
  shop.tell(fmt::format("DROP ROLE {}", other.user_name.str()));
  shop.end(ours);
  CHECK(shop.prove(ours).residue.empty());
  shop.tell(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usesysid NOT IN "
      "(SELECT oid FROM pg_roles)");
}

TEST_CASE("PostgreSQL: a password that the specialist changed opens nothing after the end") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  REQUIRE(
      shop.psql(ref, fmt::format("ALTER ROLE {} PASSWORD 'his-own'", ref.user_name.str())).empty());
  must(shop.driver().disable(ref, kTimeout));
  CHECK(error_of(shop.driver().open_session(ref, Secret::copy_of(std::string_view("his-own")),
                                            kTimeout)) == Errc::refused);
  CHECK(shop.value(fmt::format("SELECT rolpassword IS NULL AND NOT rolcanlogin AND rolvaliduntil < "
                               "now() FROM pg_authid WHERE rolname = '{}'",
                               ref.user_name.str())) == "t");
}

TEST_CASE("PostgreSQL: a wrong admin password is an error and never an empty list") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  const auto driver = shop.make_driver({}, "wrong");
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::refused);
  CHECK(error_of(driver->probe(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->disable(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->end_sessions(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->erase(ref, kTimeout)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(ref, &shop.password(), kTimeout)) == Errc::refused);
}

TEST_CASE("PostgreSQL: a host without an address is out of reach and nothing else") {
  PostgresFixture shop;
  const auto driver =
      shop.make_driver({{"host", "no-such-host.invalid"}, {"sslmode", "verify-full"}});
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::unreachable);
}

TEST_CASE("PostgreSQL: a server that falls silent is given up in time wherever it does") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  CuttingProxy proxy(the_server().port());
  for (const std::size_t after : {0, 1, 10, 100, 400, 600, 800}) {
    proxy.set({CuttingProxy::Harm::stall, after});
    const auto driver = shop.make_driver({{"port", std::to_string(proxy.port())}});
    const auto began = std::chrono::steady_clock::now();
    const auto seen = driver->probe(ref, std::chrono::milliseconds(300));
    CHECK((!seen ? seen.error().code == Errc::unreachable : *seen == Presence::ours));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
  }
}

TEST_CASE("PostgreSQL: a login that is cut off anywhere is never taken for a refusal") {
  PostgresFixture shop;
  const AccountRef ref = shop.make_account();
  CuttingProxy proxy(the_server().port());
  std::size_t whole = 0;
  {
    proxy.set({CuttingProxy::Harm::none, 0});
    const auto driver = shop.make_driver({{"port", std::to_string(proxy.port())}});
    REQUIRE(must(driver->open_session(ref, shop.password(), kTimeout)) != nullptr);
    whole = proxy.bytes_passed();
  }
  REQUIRE(whole > 100);
  for (std::size_t after = 0; after < whole; after += 13) {
    proxy.set({after % 2 == 0 ? CuttingProxy::Harm::reset : CuttingProxy::Harm::close, after});
    const auto driver = shop.make_driver({{"port", std::to_string(proxy.port())}});
    const auto session = driver->open_session(ref, shop.password(), kTimeout);
    CHECK((session || session.error().code == Errc::unreachable));
  }
}

}  // namespace
}  // namespace stagepass::tests
