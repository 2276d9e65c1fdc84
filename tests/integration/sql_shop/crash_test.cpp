// Cut off at every statement: what was begun converges, and nothing is left.
#include "shop_fixture.hpp"

#include <integration/mariadb/statement_proxy.hpp>

namespace stagepass::tests {
namespace {

constexpr std::size_t kMostStatements = 80;

std::string port_of(const StatementProxy& proxy) {
  return std::to_string(proxy.port());
}

TEST_CASE("Shops: a create that is cut off anywhere leaves nothing that cannot be ended") {
  for (const ShopKind& kind : one_of_each()) {
    ShopFixture world(kind);
    StatementProxy proxy(world.server().port());
    std::size_t cut = 1;
    for (; cut < kMostStatements; ++cut) {
      INFO(kind.name << ": without statement " << cut);
      StatementProxy::Plan plan;
      plan.drop_statement = cut;
      proxy.set(plan);
      const AccountRef ref = world.new_ref();
      const Result<void> made =
          world.driver({{"port", port_of(proxy)}})->create(world.spec_of(ref), kTimeout);
      const auto driver = world.driver();
      if (made) {
        break;
      }
      CHECK(made.error().code == Errc::unreachable);
      CHECK(world.count(kind.users + " WHERE " + kind.active + " = 1") == 1);
      must(driver->create(world.spec_of(ref), kTimeout));
      CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
      ShopFixture::end(*driver, ref);
      CHECK(must(driver->verify_gone(ref, nullptr, kTimeout)).residue.empty());
      CHECK(world.count(kind.users) == 1);
    }
    CHECK(cut > 8);
    CHECK(cut < kMostStatements);
  }
}

TEST_CASE("Shops: an end that is cut off anywhere is taken up again") {
  for (const ShopKind& kind : one_of_each()) {
    ShopFixture world(kind);
    StatementProxy proxy(world.server().port());
    std::size_t cut = 1;
    for (; cut < kMostStatements; ++cut) {
      INFO(kind.name << ": without statement " << cut);
      const auto driver = world.driver();
      const AccountRef ref = world.make_account(*driver);
      const std::string id = world.id_of(ref);
      StatementProxy::Plan plan;
      plan.drop_statement = cut;
      proxy.set(plan);
      const auto erased = world.driver({{"port", port_of(proxy)}})->erase(ref, kTimeout);
      must(driver->erase(ref, kTimeout));
      CHECK(world.count(kind.users) == 1);
      if (!kind.side.empty()) {
        CHECK(world.count(kind.side + " WHERE " + kind.id + " = " + id) == 0);
      }
      if (erased) {
        break;
      }
      CHECK(erased.error().code == Errc::unreachable);
    }
    CHECK(cut > 5);
    CHECK(cut < kMostStatements);
  }
}

}  // namespace
}  // namespace stagepass::tests
