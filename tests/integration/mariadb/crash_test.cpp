// Wherever an operation breaks off, the next one finds out and converges.
#include "mariadb_fixture.hpp"
#include "statement_proxy.hpp"

#include <string>

namespace stagepass::tests {
namespace {

StatementProxy::Plan broken_at(std::size_t statement) {
  StatementProxy::Plan plan;
  plan.drop_statement = statement;
  return plan;
}

/// Calls `operation` again and again, each time through a connection that breaks off one statement
/// later, until it goes through; after each break `look` sees what came of it. Returns how often it
/// broke.
template <class Operation, class Look>
std::size_t break_everywhere(MariadbFixture& world, Operation operation, Look look) {
  StatementProxy proxy(world.server().port());
  for (std::size_t n = 1;; ++n) {
    proxy.set(broken_at(n));
    const auto driver = world.driver({{"port", std::to_string(proxy.port())}});
    const auto result = operation(*driver);
    if (result) {
      return n - 1;
    }
    INFO("broken off at statement " << n);
    CHECK(result.error().code == Errc::unreachable);
    look();
  }
}

TEST_CASE("MariaDB crash: a create that breaks off anywhere opens no door and can be finished") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.new_ref();
  const std::size_t breaks = break_everywhere(
      world, [&](TargetDriver& broken) { return broken.create(world.spec_of(ref), kTimeout); },
      [&] {
        CHECK(must(driver->probe(ref, kTimeout)) != Presence::foreign);
        CHECK(error_of(driver->open_session(ref, world.password(), kTimeout)) == Errc::refused);
      });
  CHECK(breaks >= 6);
  CHECK(world.as_specialist(ref, "SELECT id FROM shop.orders").exit_status == 0);
}

TEST_CASE("MariaDB crash: a create that broke off anywhere can be ended and leaves nothing") {
  MariadbFixture world;
  const auto driver = world.driver();
  StatementProxy proxy(world.server().port());
  for (std::size_t n = 1; n < 20; ++n) {
    INFO("broken off at statement " << n);
    const AccountRef ref = world.new_ref();
    proxy.set(broken_at(n));
    static_cast<void>(world.driver({{"port", std::to_string(proxy.port())}})
                          ->create(world.spec_of(ref), kTimeout));
    const bool is_there = !world.hosts_of(ref).empty();
    const auto marked = must(driver->list_marked(kTimeout));
    CHECK((!is_there || marked.size() == 1));
    MariadbFixture::end(*driver, ref);
    const GoneProof proof = must(driver->verify_gone(ref, &world.password(), kTimeout));
    CHECK(proof.residue.empty());
    CHECK(proof.login == LoginCheck::refused);
    CHECK(must(driver->list_marked(kTimeout)).empty());
  }
}

TEST_CASE("MariaDB crash: an end that breaks off anywhere can be finished") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const auto session = must(driver->open_session(ref, world.password(), kTimeout));
  const auto look = [&] { CHECK(must(driver->probe(ref, kTimeout)) != Presence::foreign); };
  CHECK(break_everywhere(
            world, [&](TargetDriver& broken) { return broken.disable(ref, kTimeout); }, look) >= 4);
  CHECK(break_everywhere(
            world, [&](TargetDriver& broken) { return broken.end_sessions(ref, kTimeout); },
            look) >= 4);
  CHECK(break_everywhere(
            world, [&](TargetDriver& broken) { return broken.erase(ref, kTimeout); }, look) >= 5);
  CHECK(session->ended_within(kTimeout));
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).residue.empty());
}

TEST_CASE(
    "MariaDB crash: while a lost session is still at work on an account nothing is concluded") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const AccountRef neighbour = world.make_account(*driver);
  system::PosixProcess process;
  Command command;
  command.argv = {"/usr/bin/mariadb",
                  "--no-defaults",
                  "-uroot",
                  "-S",
                  world.server().socket(),
                  "--unbuffered",
                  "--skip-column-names",
                  "-e",
                  "SELECT GET_LOCK('" + ref.marker + "', 5); SELECT SLEEP(60)"};
  const auto lost = must(process.start(command));
  must(lost->wait_for_output("1", kTimeout));
  constexpr Timeout kShort = std::chrono::seconds(3);
  CHECK(error_of(driver->probe(ref, kShort)) == Errc::unreachable);
  CHECK(error_of(driver->verify_gone(ref, nullptr, kShort)) == Errc::unreachable);
  CHECK(must(driver->probe(neighbour, kShort)) == Presence::ours);
  world.root("KILL USER root");
}

TEST_CASE("MariaDB crash: who makes an account of our name in between keeps it") {
  MariadbFixture world;
  const AccountRef ref = world.new_ref();
  const std::string user = ref.user_name.str();
  StatementProxy proxy(world.server().port());
  StatementProxy::Plan plan;
  plan.before = "CREATE USER";
  plan.act = [&] { world.root("CREATE USER " + user + "@'127.0.0.1'"); };
  proxy.set(plan);
  const auto driver = world.driver({{"port", std::to_string(proxy.port())}});
  CHECK(error_of(driver->create(world.spec_of(ref), kTimeout)) == Errc::refused);
  CHECK(must(world.driver()->probe(ref, kTimeout)) == Presence::foreign);
  CHECK(world.hosts_of(ref) == "127.0.0.1\n");
}

}  // namespace
}  // namespace stagepass::tests
