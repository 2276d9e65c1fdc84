// What talks to us may be slow, cut off, or somebody else; none of it passes for an answer.
#include "mariadb_fixture.hpp"
#include "targets/mariadb/mariadb_login.hpp"

#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <support/cutting_proxy.hpp>
#include <sys/socket.h>
#include <utility>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using targets::Deadline;
using targets::MariadbLoginOutcome;
using targets::SqlServer;
using targets::SqlTls;
using Harm = CuttingProxy::Harm;

constexpr Timeout kShort = std::chrono::seconds(2);

/// A prime, so that the cuts fall everywhere in packets.
constexpr std::size_t kStep = 13;

SqlServer server_on(std::uint16_t port, SqlTls tls = SqlTls::none, const std::string& ca = "",
                    const std::string& host = "127.0.0.1") {
  return {host, port, "", tls, ca};
}

Result<MariadbLoginOutcome> login(const SqlServer& server, const std::string& user,
                                  const Secret& password, Timeout patience = kTimeout) {
  return targets::try_mariadb_login(server, {user, &password}, Deadline(patience));
}

/// The greeting of a server, and what it says next, whatever it hears.
std::string packet(std::uint8_t sequence, const std::string& payload) {
  std::string text;
  text += static_cast<char>(payload.size() & 0xFFU);
  text += static_cast<char>((payload.size() >> 8U) & 0xFFU);
  text += '\0';
  text += static_cast<char>(sequence);
  return text + payload;
}

std::string greeting(const std::string& version) {
  std::string payload = "\x0A" + version + '\0';
  payload += std::string("\x01\0\0\0", 4) + "saltsalt" + '\0';
  payload += std::string("\xFF\xF7\x21\x02\0\xFF\x81\x15", 8);
  payload += std::string(10, '\0') + "saltsaltsalt" + '\0';
  payload += std::string("mysql_native_password") + '\0';
  return packet(0, payload);
}

const std::string ok_packet = packet(2, std::string("\0\0\0\x02\0\0\0", 7));

/// Says the same to everybody, and keeps what it hears.
class RecordingServer final : public LoopbackServer {
 public:
  explicit RecordingServer(std::string text) : text_(std::move(text)) { begin(); }
  RecordingServer(const RecordingServer&) = delete;
  RecordingServer& operator=(const RecordingServer&) = delete;
  RecordingServer(RecordingServer&&) = delete;
  RecordingServer& operator=(RecordingServer&&) = delete;
  ~RecordingServer() override { stop(); }

  [[nodiscard]] std::string heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void serve(const system::FileDescriptor& client) override {
    ::send(client.get(), text_.data(), text_.size(), MSG_NOSIGNAL);
    while (wait_for_bytes(client.get())) {
      std::array<char, 4096> buffer{};
      const ssize_t got = ::recv(client.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        return;
      }
      const std::lock_guard lock(mutex_);
      heard_.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  std::string text_;
  std::mutex mutex_;
  std::string heard_;
};

class Stopwatch final {
 public:
  [[nodiscard]] Timeout elapsed() const {
    return std::chrono::duration_cast<Timeout>(std::chrono::steady_clock::now() - begin_);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

TEST_CASE("MariaDB login: accepted and refused and locked are told apart") {
  MariadbFixture world;
  const auto driver = world.driver();
  const AccountRef ref = world.make_account(*driver);
  const std::string user = ref.user_name.str();
  const SqlServer server = server_on(world.server().port());
  CHECK(must(login(server, user, world.password())) == MariadbLoginOutcome::accepted);
  CHECK(must(login(server, user, Secret::copy_of("wrong"))) == MariadbLoginOutcome::refused);
  CHECK(must(login(server, "sp0000000000", world.password())) == MariadbLoginOutcome::refused);
  must(driver->disable(ref, kTimeout));
  CHECK(must(login(server, user, world.password())) == MariadbLoginOutcome::locked);
  CHECK(error_of(login(server_on(free_port()), user, world.password())) == Errc::unreachable);
}

TEST_CASE("MariaDB login: one that is cut off anywhere is never taken for a refusal") {
  MariadbFixture world;
  const AccountRef ref = world.make_account(*world.driver());
  CuttingProxy proxy(world.server().port());
  const SqlServer server = server_on(proxy.port());
  REQUIRE(must(login(server, ref.user_name.str(), world.password())) ==
          MariadbLoginOutcome::accepted);
  const std::size_t whole = proxy.bytes_passed();
  REQUIRE(whole > 80);
  for (std::size_t after = 0; after < whole; after += kStep) {
    proxy.set({after % 2 == 0 ? Harm::reset : Harm::close, after});
    INFO("after " << after << " of " << whole << " bytes");
    CHECK(error_of(login(server, ref.user_name.str(), world.password())) == Errc::unreachable);
  }
  proxy.set({Harm::slice, 0});
  CHECK(must(login(server, ref.user_name.str(), world.password())) ==
        MariadbLoginOutcome::accepted);
}

TEST_CASE("MariaDB: an operation ends in time wherever the server falls silent") {
  MariadbFixture world;
  for (const SqlTls tls : {SqlTls::none, SqlTls::verify}) {
    CuttingProxy proxy(world.server().port());
    MariadbFixture::Settings settings = {{"port", std::to_string(proxy.port())}};
    if (tls == SqlTls::verify) {
      settings["tls"] = "verify";
      settings["ca"] = world.server().ca();
    }
    const auto driver = world.driver(settings);
    CHECK(must(driver->list_marked(kTimeout)).empty());
    const std::size_t whole = proxy.bytes_passed();
    for (const std::size_t after : {std::size_t{0}, std::size_t{5}, whole / 3, whole - 5}) {
      INFO("silent after " << after << " of " << whole << " bytes");
      proxy.set({Harm::stall, after});
      const Stopwatch watch;
      CHECK(error_of(driver->list_marked(kShort)) == Errc::unreachable);
      CHECK(watch.elapsed() < kShort + std::chrono::milliseconds(1500));
    }
  }
}

TEST_CASE("MariaDB: a server that says a byte now and then does not hold us up") {
  TalkingServer server("\x4a\x01", TalkingServer::Then::listen);
  const Stopwatch watch;
  CHECK(error_of(login(server_on(server.port()), "sp", Secret::copy_of("x"), kShort)) ==
        Errc::unreachable);
  CHECK(watch.elapsed() < kShort + std::chrono::milliseconds(1500));
}

TEST_CASE("MariaDB: nonsense and endless talk are no answer") {
  for (const std::string& text : {std::string("HTTP/1.1 200 OK\r\n\r\n"), std::string(4096, '\xFF'),
                                  std::string(64, '\0'), std::string("x")}) {
    for (const auto then : {TalkingServer::Then::close, TalkingServer::Then::repeat}) {
      TalkingServer server(text, then);
      CHECK(error_of(login(server_on(server.port()), "sp", Secret::copy_of("x"), kShort)) ==
            Errc::unreachable);
    }
  }
}

TEST_CASE("MariaDB: a server that is not MariaDB is refused before anything is done") {
  MariadbFixture world;
  TalkingServer server(greeting("8.0.36") + ok_packet, TalkingServer::Then::listen);
  const auto driver = world.driver({{"port", std::to_string(server.port())}});
  const auto marked = driver->list_marked(kShort);
  CHECK(error_of(marked) == Errc::policy);
  CHECK_THAT(marked.error().message, ContainsSubstring("8.0.36"));
  TalkingServer old(greeting("5.5.5-10.3.39-MariaDB") + ok_packet, TalkingServer::Then::listen);
  CHECK(error_of(world.driver({{"port", std::to_string(old.port())}})->list_marked(kShort)) ==
        Errc::policy);
}

TEST_CASE("MariaDB: a server that asks for the password itself does not get it") {
  const std::string switches = packet(2, "\xFE" + std::string("mysql_clear_password") + '\0' + "x");
  RecordingServer server(greeting("5.5.5-10.11.6-MariaDB") + switches);
  const Secret password = Secret::copy_of("Never-say-this.1");
  CHECK(error_of(login(server_on(server.port()), "sp", password, kShort)) == Errc::unreachable);
  const std::string heard = server.heard();
  CHECK_THAT(heard, ContainsSubstring("mysql_native_password"));
  CHECK_THAT(heard, !ContainsSubstring("Never-say-this"));
}

TEST_CASE("MariaDB TLS: the certificate must be that of the host and of the authority") {
  MariadbFixture world;
  const std::uint16_t port = world.server().port();
  const Secret admin = Secret::copy_of(std::string_view(kAdminPassword));
  const auto outcome = [&](const std::string& ca, const std::string& host) {
    return login(server_on(port, SqlTls::verify, ca, host), "stagepass", admin);
  };
  CHECK(must(outcome(world.server().ca(), "127.0.0.1")) == MariadbLoginOutcome::accepted);
  CHECK(error_of(outcome(world.server().other_ca(), "127.0.0.1")) == Errc::unreachable);
  CHECK(error_of(outcome("", "127.0.0.1")) == Errc::unreachable);
  CHECK(error_of(outcome("/nowhere/ca.pem", "127.0.0.1")) == Errc::unreachable);
  // The same server by a name that its certificate does not have.
  CHECK(error_of(outcome(world.server().ca(), "127.0.0.2")) == Errc::unreachable);
}

TEST_CASE("MariaDB TLS: a server without it is not talked to") {
  TalkingServer server(greeting("5.5.5-10.11.6-MariaDB") + ok_packet, TalkingServer::Then::listen);
  CHECK(error_of(login(server_on(server.port(), SqlTls::verify), "sp", Secret::copy_of("x"),
                       kShort)) == Errc::unreachable);
}

TEST_CASE("MariaDB TLS: an account of an encrypted target cannot be used unencrypted") {
  MariadbFixture world;
  const auto driver = world.driver({{"tls", "verify"}, {"ca", world.server().ca()}});
  const AccountRef ref = world.make_account(*driver);
  CHECK(must(driver->open_session(ref, world.password(), kTimeout)) != nullptr);
  CHECK(world.as_specialist(ref, "SELECT 1", {"--skip-ssl"}).exit_status != 0);
  CHECK(world.as_specialist(ref, "SELECT 1", {"--ssl"}).exit_status == 0);
  MariadbFixture::end(*driver, ref);
  CHECK(must(driver->verify_gone(ref, &world.password(), kTimeout)).login == LoginCheck::refused);
}

TEST_CASE("MariaDB: a name without an address is unreachable") {
  MariadbFixture world;
  const auto driver =
      world.driver({{"host", "db.stagepass.invalid"}, {"tls", ""}, {"from", "10.0.0.7"}});
  CHECK(error_of(driver->list_marked(kTimeout)) == Errc::unreachable);
}

}  // namespace
}  // namespace stagepass::tests
