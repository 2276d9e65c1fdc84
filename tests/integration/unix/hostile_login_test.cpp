// The refused login is the proof of an end: nothing but the refusal of the server that we know may
// look like one.
#include "login_trial.hpp"
#include "unix_fixture.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <support/cutting_proxy.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using targets::LoginOutcome;
using Harm = CuttingProxy::Harm;

/// A prime, so that the cuts fall everywhere in packets; prove_cuts cuts at every byte.
constexpr std::size_t kStep = 97;

/// One SSH packet as it stands before any key is agreed on: whoever is in between can send it.
std::string plain_packet(std::string payload) {
  constexpr std::size_t kBlock = 8;
  constexpr std::size_t kHeader = 5;
  std::size_t padding = kBlock - (payload.size() + kHeader) % kBlock;
  padding += padding < 4 ? kBlock : 0;
  const std::size_t length = payload.size() + padding + 1;
  std::string packet;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    packet += static_cast<char>((length >> shift) & 0xFFU);
  }
  packet += static_cast<char>(padding);
  return packet + std::move(payload) + std::string(padding, '\0');
}

std::string disconnect_packet(const std::string& message) {
  constexpr char kDisconnect = 1;
  std::string payload(1, kDisconnect);
  payload += std::string("\0\0\0\x02", 4);
  payload += std::string(3, '\0') + static_cast<char>(message.size());
  return plain_packet(payload + message + std::string(4, '\0'));
}

Errc login_error(const PrivateSshd& sshd, TalkingServer& server,
                 Timeout patience = kLoginPatience) {
  const auto outcome =
      LoginTrial(sshd, server.port(), nobody_here()).run(Secret::copy_of("wrong"), patience);
  INFO((outcome ? "taken for an answer" : outcome.error().message));
  return error_of(outcome);
}

}  // namespace

TEST_CASE("A login that is cut off anywhere is never taken for a refusal of an open account") {
  UnixFixture host("ssh");
  const AccountRef ref = host.make_account();
  CuttingProxy proxy(host.sshd().port());
  LoginTrial trial(host.sshd(), proxy.port(), ref.user_name);
  REQUIRE(must(trial.run(host.password())) == LoginOutcome::accepted);
  const std::size_t whole = proxy.bytes_passed();
  REQUIRE(whole > 1000);

  for (std::size_t after = 0; after < whole; after += kStep) {
    const Harm harm = after % 2 == 0 ? Harm::reset : Harm::close;
    proxy.set({harm, after});
    const auto outcome = trial.run(host.password());
    INFO("cut after " << after << " of " << whole << " bytes");
    if (outcome) {
      CHECK(*outcome == LoginOutcome::accepted);
    } else {
      CHECK(outcome.error().code == Errc::unreachable);
    }
  }
}

TEST_CASE("A login that is cut off before the refusal proves nothing") {
  PrivateSshd sshd;
  sshd.start();
  CuttingProxy proxy(sshd.port());
  LoginTrial trial(sshd, proxy.port(), nobody_here());
  const Secret password = Secret::copy_of("wrong");
  REQUIRE(must(trial.run(password)) == LoginOutcome::refused);
  const std::size_t whole = proxy.bytes_passed();

  // The last packet is the refusal: until it is complete, nothing was said.
  constexpr std::size_t kShortestPacket = 16;
  for (std::size_t after = 0; after + kShortestPacket < whole; after += kStep) {
    proxy.set({after % 2 == 0 ? Harm::close : Harm::reset, after});
    INFO("cut after " << after << " of " << whole << " bytes");
    CHECK(error_of(trial.run(password)) == Errc::unreachable);
  }
  proxy.set({Harm::reset, whole - 1});
  CHECK(error_of(trial.run(password)) == Errc::unreachable);
  proxy.set({Harm::slice, 0});
  CHECK(must(trial.run(password)) == LoginOutcome::refused);
}

TEST_CASE("A login that stalls anywhere is neither yes nor no and ends in time") {
  PrivateSshd sshd;
  sshd.start();
  CuttingProxy proxy(sshd.port());
  LoginTrial trial(sshd, proxy.port(), nobody_here());
  for (const std::size_t after : {0U, 10U, 600U, 1400U}) {
    proxy.set({Harm::stall, after});
    const auto start = std::chrono::steady_clock::now();
    CHECK(error_of(trial.run(Secret::copy_of("wrong"), 1s)) == Errc::unreachable);
    CHECK(std::chrono::steady_clock::now() - start < 6s);
  }
}

TEST_CASE("A server that is not the one we know cannot refuse a login") {
  PrivateSshd sshd;
  sshd.start();
  const std::string refusal = "sp0000000000@127.0.0.1: Permission denied (password).";
  const std::string hello = "SSH-2.0-OpenSSH_9.2p1\r\n";
  const auto disconnect = [&](const std::string& reason) {
    return hello + disconnect_packet(reason);
  };
  const std::vector<std::string> texts = {
      "",
      "HTTP/1.1 403 Forbidden\r\n\r\n",
      fmt::format("{}\r\n", refusal),
      fmt::format("{}\r\n{}", refusal, hello),
      hello + refusal,
      fmt::format("SSH-2.0-{}\r\n", refusal),
      fmt::format("SSH-1.0-{}\r\n", refusal),
      disconnect("x: Permission denied (password)."),
      disconnect(fmt::format("\n{}\n", refusal)),
      disconnect(fmt::format("\r{}", refusal)),
  };
  for (const std::string& text : texts) {
    INFO(escape_untrusted(text));
    TalkingServer polite(text, TalkingServer::Then::close);
    CHECK(login_error(sshd, polite) == Errc::unreachable);
    TalkingServer silent(text, TalkingServer::Then::listen);
    CHECK(login_error(sshd, silent, 2s) == Errc::unreachable);
  }
}

TEST_CASE("A server that talks without end is left") {
  PrivateSshd sshd;
  sshd.start();
  for (const char* text : {"a banner line\r\n", "no line end at all", "\n"}) {
    TalkingServer server(text, TalkingServer::Then::repeat);
    CHECK(login_error(sshd, server, 5s) == Errc::unreachable);
  }
}

TEST_CASE("A server with another host key cannot refuse a login") {
  PrivateSshd known;
  known.start();
  PrivateSshd other;
  other.start();
  const auto outcome = LoginTrial(known, other.port(), nobody_here()).run(Secret::copy_of("wrong"));
  CHECK(error_of(outcome) == Errc::unreachable);
  CHECK_THAT(outcome.error().message, ContainsSubstring("does not have the host key expected"));
}

}  // namespace stagepass::tests
