// The connection to stagepass-target breaks off: what was asked is done or not, and never half.
#include "remote_host.hpp"

#include <cstddef>
#include <string>
#include <support/cutting_proxy.hpp>

namespace stagepass::tests {
namespace {

using Harm = CuttingProxy::Harm;
using namespace std::chrono_literals;

/// A prime, so that the cuts fall everywhere in packets.
constexpr std::size_t kStep = 311;

/// The driver through the proxy, and how much the server says when nothing is cut.
struct CutWay {
  explicit CutWay(RemoteHost& host)
      : proxy(host.sshd().port()),
        driver(host.make_driver({{"port", std::to_string(proxy.port())}})) {}

  CuttingProxy proxy;
  std::unique_ptr<TargetDriver> driver;
};

TEST_CASE("A connection that is cut anywhere while an account is made leaves one or none") {
  RemoteHost& host = RemoteHost::instance();
  CutWay way(host);
  const auto direct = host.make_driver();
  const RemoteAccount whole(host);
  must(way.driver->create(whole.spec(), kTimeout));
  const std::size_t length = way.proxy.bytes_passed();
  REQUIRE(length > 1500);
  for (std::size_t after = 0; after < length; after += kStep) {
    const RemoteAccount account(host);
    INFO("cut after " << after << " of " << length << " bytes");
    way.proxy.set({after % 2 == 0 ? Harm::reset : Harm::close, after});
    const auto made = way.driver->create(account.spec(), kTimeout);
    CHECK((made || made.error().code == Errc::unreachable));
    must(direct->create(account.spec(), kTimeout));
    CHECK(must(direct->probe(account.ref(), kTimeout)) == Presence::ours);
  }
}

TEST_CASE("A connection that is cut anywhere is never taken for an account that is gone") {
  RemoteHost& host = RemoteHost::instance();
  CutWay way(host);
  const RemoteAccount account(host);
  must(host.make_driver()->create(account.spec(), kTimeout));
  REQUIRE(must(way.driver->probe(account.ref(), kTimeout)) == Presence::ours);
  const std::size_t length = way.proxy.bytes_passed();
  for (std::size_t after = 0; after < length; after += kStep) {
    INFO("cut after " << after << " of " << length << " bytes");
    way.proxy.set({after % 2 == 0 ? Harm::close : Harm::reset, after});
    const auto presence = way.driver->probe(account.ref(), kTimeout);
    if (presence) {
      CHECK(*presence == Presence::ours);
    } else {
      CHECK(presence.error().code == Errc::unreachable);
    }
    CHECK_FALSE(way.driver->verify_gone(account.ref(), nullptr, kTimeout));
  }
  way.proxy.set({Harm::slice, 0});
  CHECK(must(way.driver->probe(account.ref(), kTimeout)) == Presence::ours);
}

TEST_CASE("A connection that stalls ends in time and the next one works") {
  RemoteHost& host = RemoteHost::instance();
  CutWay way(host);
  const RemoteAccount account(host);
  for (const std::size_t after : {0U, 700U, 1700U}) {
    way.proxy.set({Harm::stall, after});
    const auto start = std::chrono::steady_clock::now();
    CHECK(error_of(way.driver->create(account.spec(), 2s)) == Errc::unreachable);
    CHECK(std::chrono::steady_clock::now() - start < 8s);
  }
  must(host.make_driver()->create(account.spec(), kTimeout));
}

TEST_CASE("Half a request does nothing") {
  RemoteHost& host = RemoteHost::instance();
  const RemoteAccount account(host);
  const std::string line =
      request_line("create", account.ref(), R"(,"ends_at":"2031-01-01T00:00:00Z")");
  for (std::size_t length = 0; length + 1 < line.size(); length += 23) {
    CHECK_THAT(host.ask(line.substr(0, length)).standard_output,
               Catch::Matchers::ContainsSubstring(R"("error":"invalid")"));
    CHECK_THAT(host.ask(line.substr(0, length) + "\n").standard_output,
               Catch::Matchers::ContainsSubstring(R"("error":"invalid")"));
  }
  CHECK(account.passwd().empty());
  CHECK_THAT(host.ask(line).standard_output, Catch::Matchers::ContainsSubstring(R"("ok":true)"));
  CHECK_FALSE(account.passwd().empty());
}

}  // namespace
}  // namespace stagepass::tests
