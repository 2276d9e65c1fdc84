#include "postgres_fixture.hpp"

#include <array>
#include <atomic>
#include <netinet/in.h>
#include <poll.h>
#include <support/cutting_proxy.hpp>
#include <support/driver_contract.hpp>
#include <sys/socket.h>

namespace stagepass::tests {
namespace {

/// Passes everything on until the client has said COMMIT; what the server says to that is lost.
class ReplyLosingProxy final : public LoopbackServer {
 public:
  explicit ReplyLosingProxy(std::uint16_t server_port) : server_port_(server_port) { begin(); }
  ReplyLosingProxy(const ReplyLosingProxy&) = delete;
  ReplyLosingProxy& operator=(const ReplyLosingProxy&) = delete;
  ReplyLosingProxy(ReplyLosingProxy&&) = delete;
  ReplyLosingProxy& operator=(ReplyLosingProxy&&) = delete;
  ~ReplyLosingProxy() override { stop(); }

 private:
  void serve(const system::FileDescriptor& client) override {
    const system::FileDescriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(server_port_);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return;
    }
    bool is_committing = false;
    while (wait_for_bytes(client.get(), server.get())) {
      if (is_readable(server)) {
        if (is_committing || pass_on(server, client).empty()) {
          return;
        }
      } else {
        const std::string said = pass_on(client, server);
        is_committing = said.find("COMMIT") != std::string::npos;
        if (said.empty()) {
          return;
        }
      }
    }
  }

  static bool is_readable(const system::FileDescriptor& socket) {
    pollfd one{socket.get(), POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
  }

  static std::string pass_on(const system::FileDescriptor& from, const system::FileDescriptor& to) {
    std::array<char, 8192> buffer{};
    const ssize_t got = ::recv(from.get(), buffer.data(), buffer.size(), 0);
    std::string said(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    static_cast<void>(::send(to.get(), said.data(), said.size(), MSG_NOSIGNAL));
    return said;
  }

  std::uint16_t server_port_;
};

/// The server of this program as the contract of all drivers sees it.
class PostgresTarget final : public ContractTarget {
 public:
  std::unique_ptr<TargetDriver> driver() override {
    if (is_down_) {
      return shop_.make_driver({{"port", std::to_string(unsteady_.port())}});
    }
    if (loses_next_) {
      loses_next_ = false;
      return shop_.make_driver({{"port", std::to_string(losing_.port())}});
    }
    return shop_.make_driver();
  }
  bool has(const std::string& user_name) override {
    return shop_.value("SELECT count(*) FROM pg_authid WHERE rolname = '" + user_name + "'") == "1";
  }
  void add_foreign(const std::string& user_name) override {
    shop_.tell("CREATE ROLE " + user_name + " LOGIN PASSWORD 'theirs'");
  }
  void set_down(bool down) override {
    is_down_ = is_down_ || down;  // a driver that has seen it down may see it up again
    unsteady_.set({down ? CuttingProxy::Harm::close : CuttingProxy::Harm::none, 0});
  }
  void lose_next_reply(const std::string& /*operation*/) override { loses_next_ = true; }

 private:
  PostgresFixture shop_;
  ReplyLosingProxy losing_{the_server().port()};
  CuttingProxy unsteady_{the_server().port()};
  bool is_down_ = false;
  bool loses_next_ = false;
};

#define POSTGRESQL_DRIVER(sentence, promise)  \
  TEST_CASE("Driver postgresql: " sentence) { \
    PostgresTarget target;                    \
    driver_contract::promise(target);         \
  }

POSTGRESQL_DRIVER("a created account is ours", a_created_account_is_ours)
POSTGRESQL_DRIVER("creating twice converges", creating_twice_converges)
POSTGRESQL_DRIVER("another password takes the place of the first",
                  another_password_takes_the_place_of_the_first)
POSTGRESQL_DRIVER("a lost reply is not a lost account", a_lost_reply_is_not_a_lost_account)
POSTGRESQL_DRIVER("a disabled account lets nobody in", a_disabled_account_lets_nobody_in)
POSTGRESQL_DRIVER("live sessions are cut off", live_sessions_are_cut_off)
POSTGRESQL_DRIVER("an erased account is proven gone", an_erased_account_is_proven_gone)
POSTGRESQL_DRIVER("ending an absent account succeeds", ending_an_absent_account_succeeds)
POSTGRESQL_DRIVER("a foreign account is never touched", a_foreign_account_is_never_touched)
POSTGRESQL_DRIVER("a listing shows what is marked and nothing else",
                  a_listing_shows_what_is_marked_and_nothing_else)
POSTGRESQL_DRIVER("a target that is down is never taken for empty",
                  a_target_that_is_down_is_never_taken_for_empty)

}  // namespace
}  // namespace stagepass::tests
