// Programs of command targets that misbehave in every way we could think of: never taken for
// success, never for proof, never waited for longer than agreed, never quoted raw.
#include "command_target.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <support/catch.hpp>
#include <support/content.hpp>
#include <support/results.hpp>
#include <sys/resource.h>

namespace stagepass::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using driver_contract::kEnd;
using driver_contract::kPatience;
using driver_contract::sample_account;
using driver_contract::sample_password;

/// A program that is stopped gets this long to end by itself.
constexpr Timeout kGrace = 2s;

void replace_program(CommandTarget& target, const std::string& script) {
  fs::remove(target.program());
  std::ofstream(target.program()) << "#!/bin/sh\n" << script << '\n';
  fs::permissions(target.program(), fs::perms(0755));
}

/// An operation of the driver and what its repetition must answer once the target behaves again.
struct Operation {
  const char* name;
  std::function<std::optional<Error>(TargetDriver&)> run;
};

template <class T>
std::optional<Error> problem_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

const std::vector<Operation>& operations() {
  static const Secret password = sample_password();
  static const AccountRef account = sample_account();
  static const std::vector<Operation> all = {
      {"check", [](TargetDriver& d) { return problem_of(d.check(kPatience)); }},
      {"probe", [](TargetDriver& d) { return problem_of(d.probe(account, kPatience)); }},
      {"create",
       [](TargetDriver& d) {
         return problem_of(d.create({account, kEnd, &password, std::nullopt}, kPatience));
       }},
      {"set_end", [](TargetDriver& d) { return problem_of(d.set_end(account, kEnd, kPatience)); }},
      {"login",
       [](TargetDriver& d) { return problem_of(d.open_session(account, password, kPatience)); }},
      {"disable", [](TargetDriver& d) { return problem_of(d.disable(account, kPatience)); }},
      {"end_sessions",
       [](TargetDriver& d) { return problem_of(d.end_sessions(account, kPatience)); }},
      {"delete", [](TargetDriver& d) { return problem_of(d.erase(account, kPatience)); }},
      {"verify",
       [](TargetDriver& d) { return problem_of(d.verify_gone(account, &password, kPatience)); }},
  };
  return all;
}

/// The answer of every operation is cut after `length` bytes until it is whole.
void cut_everywhere(CommandTarget& target, const Operation& operation) {
  constexpr std::size_t kLongestAnswer = 200;
  const auto driver = target.driver();
  std::size_t length = 0;
  for (;; ++length) {
    REQUIRE(length < kLongestAnswer);
    target.set("cut", std::to_string(length));
    const auto problem = operation.run(*driver);
    if (!problem) {
      break;
    }
    INFO(operation.name << " cut after " << length << " bytes: " << problem->message);
    CHECK(problem->code == Errc::unreachable);
  }
  CHECK(length >= std::string_view(R"({"ok":true})").size());
  target.unset("cut");
  CHECK_FALSE(operation.run(*driver));
}

std::size_t peak_memory_kib() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): glibc declares it so
  return static_cast<std::size_t>(usage.ru_maxrss);
}

Error problem_with(CommandTarget& target, Timeout timeout = kPatience) {
  const auto presence = target.driver()->probe(sample_account(), timeout);
  REQUIRE(!presence);
  return presence.error();
}

template <class Call>
Timeout time_of(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration_cast<Timeout>(std::chrono::steady_clock::now() - start);
}

bool is_harmless(std::string_view text) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  const auto holds = [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  // NOLINTNEXTLINE(misc-misleading-bidirectional): what must not be there
  return !has_control && !holds("\xc2\x9b") && !holds("\xe2\x80\xae") && !holds("\xe2\x81\xa6");
}

constexpr const char* kEvilJson = R"(a\u001b[2Jb\nc\u0000d\u009be\u202ef\u2066g)";

}  // namespace

TEST_CASE("Hostile program: an answer cut off at any byte is no success and repeating converges",
          "[targets]") {
  CommandTarget target;
  for (const Operation& operation : operations()) {
    if (std::string_view(operation.name) == "login") {
      continue;  // its answer is a line, cut off as soon as the line end is missing: see below
    }
    cut_everywhere(target, operation);
  }
  CHECK_FALSE(target.has(sample_account().user_name.str()));
}

TEST_CASE("Hostile program: a login whose answer is cut off at any byte is neither yes nor no",
          "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  driver_contract::created(target, password);
  const auto driver = target.driver();
  for (const char* whole : {R"({"ok":true})", R"({"ok":false,"error":"refused"})"}) {
    const std::string_view answer = whole;
    for (std::size_t length = 0; length <= answer.size(); ++length) {
      target.set("garbage", std::string(answer.substr(0, length)));
      CHECK(error_of(driver->open_session(sample_account(), password, kPatience)) ==
            Errc::unreachable);
    }
  }
}

TEST_CASE("Hostile program: output without end is stopped and takes no memory", "[targets]") {
  CommandTarget target;
  const auto driver = target.driver();
  const std::size_t before = peak_memory_kib();
  for (const char* script : {"yes", "cat /dev/zero", "yes >&2", "cat /dev/zero >&2",
                             "cat /dev/zero & cat /dev/zero >&2"}) {
    replace_program(target, script);
    CHECK_THAT(problem_with(target).message, ContainsSubstring("said more than it may"));
    CHECK_FALSE(driver->open_session(sample_account(), sample_password(), kPatience));
  }
  constexpr std::size_t kMuchKib = 16UL * 1024;
  CHECK(peak_memory_kib() < before + kMuchKib);
}

TEST_CASE("Hostile program: an answer may be 64 KiB and not a byte more", "[targets]") {
  CommandTarget target;
  const std::string answer = R"({"ok":true,"presence":"absent"})";
  constexpr std::size_t kLimit = 64UL * 1024;
  target.set("garbage", answer + std::string(kLimit - answer.size(), ' '));
  CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
  target.set("garbage", answer + std::string(kLimit - answer.size() + 1, ' '));
  CHECK(problem_with(target).code == Errc::unreachable);
}

TEST_CASE("Hostile program: nobody waits longer than agreed", "[targets]") {
  CommandTarget target;
  const auto driver = target.driver();
  const Secret password = sample_password();
  for (const char* script :
       {"exec sleep 60", "trap '' TERM; while :; do sleep 1; done", "kill -STOP $$",
        "printf '{\"ok\":true'; while :; do printf ' '; sleep 0.05; done",
        "exec >&- 2>&- <&-; sleep 60", "setsid sleep 5; exit 1"}) {
    replace_program(target, script);
    INFO(script);
    constexpr Timeout kTimeout = 200ms;
    constexpr Timeout kSlack = 3s;
    CHECK(time_of([&] { CHECK(problem_with(target, kTimeout).code == Errc::unreachable); }) <
          kTimeout + kGrace + kSlack);
    CHECK(time_of([&] {
            CHECK_FALSE(driver->open_session(sample_account(), password, kTimeout));
          }) < kTimeout + kGrace + kSlack);
  }
}

TEST_CASE("Hostile program: what it leaves running does not hold us up", "[targets]") {
  CommandTarget target;
  for (const char* script : {R"(sleep 60 & echo '{"ok":true,"presence":"absent"}')",
                             R"(setsid sleep 5 & echo '{"ok":true,"presence":"absent"}')"}) {
    replace_program(target, script);
    CHECK(time_of([&] {
            CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
          }) < 4s);
  }
}

TEST_CASE("Hostile program: one that does not read what it is given harms nobody", "[targets]") {
  CommandTarget target;
  target.target.settings["long"] = std::string(200'000, 'x');  // more than a pipe holds
  const Secret password = sample_password();
  const auto driver = target.driver();
  replace_program(target, R"(exec <&-; echo '{"ok":true,"presence":"absent"}')");
  CHECK(must(driver->probe(sample_account(), kPatience)) == Presence::absent);
  replace_program(target, R"(exec <&-; echo '{"ok":true}'; exec sleep 60)");
  CHECK(driver->open_session(sample_account(), password, kPatience));
  replace_program(target, "exec sleep 60");
  CHECK(time_of([&] { CHECK_FALSE(driver->open_session(sample_account(), password, 200ms)); }) <
        20s);
}

TEST_CASE("Hostile program: bytes that are no text are no answer", "[targets]") {
  CommandTarget target;
  const std::string nul(1, '\0');
  for (const std::string& answer :
       {nul, R"({"ok":true,"presence":"absent"})" + nul, nul + R"({"ok":true,"presence":"absent"})",
        R"({"ok":true,"presence":"absent","x":")" + nul + "\"}",
        std::string("{\"ok\":true,\"presence\":\"absent\",\"x\":\"\xff\xfe\"}"),
        std::string("{\"ok\":true,\"presence\":\"absent\",\"x\":\"\xed\xa0\x80\"}"),
        std::string("\xff\xfe{\0", 4)}) {
    target.set("garbage", answer);
    CHECK(problem_with(target).code == Errc::unreachable);
  }
}

TEST_CASE("Hostile program: an answer nested without end overflows no stack", "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  constexpr std::size_t kDepth = 32'000;
  const std::string nested = std::string(kDepth, '[') + std::string(kDepth, ']');
  const auto driver = target.driver();
  target.set("garbage", R"({"ok":true,"presence":"absent","more":)" + nested + "}");
  CHECK(must(driver->probe(sample_account(), kPatience)) == Presence::absent);
  target.set(
      "garbage",
      R"({"ok":true,"presence":"absent","gone":true,"login":"refused","residue":)" + nested + "}");
  CHECK_FALSE(driver->verify_gone(sample_account(), &password, kPatience));
  target.set("garbage", R"({"ok":true,"findings":)" + nested + "}");
  CHECK_FALSE(driver->check(kPatience));
  for (const char* open : {"[", "{\"a\":"}) {
    std::string endless;
    while (endless.size() < 60'000) {
      endless += open;
    }
    target.set("garbage", endless);
    CHECK(problem_with(target).code == Errc::unreachable);
  }
}

TEST_CASE("Hostile program: an answer that says two things is believed in neither", "[targets]") {
  CommandTarget target;
  for (const char* answer : {R"({"ok":true,"presence":"ours","presence":"absent"})",
                             R"({"ok":true,"presence":"absent","presence":"ours"})",
                             R"({"ok":false,"error":"refused","ok":true,"presence":"absent"})",
                             R"({"ok":true,"presence":"absent","ok":true})"}) {
    target.set("garbage", answer);
    CHECK(problem_with(target).code == Errc::unreachable);
  }
  target.set("garbage", R"({"ok":true,"presence":"absent","a":{"x":1},"b":{"x":1},"c":[{"x":1}]})");
  CHECK(must(target.driver()->probe(sample_account(), kPatience)) == Presence::absent);
}

TEST_CASE("Hostile program: a number that cannot be is not counted", "[targets]") {
  CommandTarget target;
  const auto driver = target.driver();
  for (const std::string number :
       {"1e400", "18446744073709551616", "18446744073709551615", "9223372036854775807", "1e3", "-0",
        "0.0", "00", "1000001", "NaN", "Infinity", "true", "\"1\"", "[1]", "{}"}) {
    target.set("garbage", R"({"ok":true,"sessions":)" + number + "}");
    INFO(number);
    CHECK(error_of(driver->end_sessions(sample_account(), kPatience)) == Errc::unreachable);
  }
  target.set("garbage", R"({"ok":true,"sessions":1000000})");
  CHECK(must(driver->end_sessions(sample_account(), kPatience)) == 1'000'000);
}

TEST_CASE("Hostile program: nothing it says reaches a terminal raw", "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  const auto driver = target.driver();
  const std::string evil = std::string("\"") + kEvilJson + "\"";
  const auto check_problem = [](const std::optional<Error>& problem) {
    REQUIRE(problem);
    CHECK(is_harmless(problem->message));
    CHECK(is_harmless(problem->hint));
    CHECK_THAT(problem->message, ContainsSubstring("\\x1b[2Jb\\x0ac"));
    CHECK(problem->message.size() < 2000);
  };
  for (const std::string& answer :
       {R"({"ok":false,"error":"refused","message":)" + evil + "}",
        R"({"ok":false,"error":)" + evil + "}", R"({"ok":true,"presence":)" + evil + "}"}) {
    target.set("garbage", answer);
    check_problem(problem_of(driver->probe(sample_account(), kPatience)));
  }
  target.set("garbage",
             R"({"ok":true,"presence":"absent","gone":true,"residue":[],"login":)" + evil + "}");
  check_problem(problem_of(driver->verify_gone(sample_account(), &password, kPatience)));

  target.set(
      "garbage",
      R"({"ok":true,"presence":"absent","gone":true,"login":"refused","residue":[)" + evil + "]}");
  const GoneProof proof = must(driver->verify_gone(sample_account(), &password, kPatience));
  CHECK(is_harmless(proof.residue.at(0)));

  target.set("garbage", R"({"ok":true,"findings":[{"ok":false,"text":)" + evil + R"(,"remedy":)" +
                            evil + "}]}");
  const auto findings = must(driver->check(kPatience));
  CHECK(is_harmless(findings.at(0).text));
  CHECK(is_harmless(findings.at(0).remedy));
}

TEST_CASE("Hostile program: its standard error is quoted shortened and harmless", "[targets]") {
  CommandTarget target;
  const std::string evil = R"(printf 'a\033[2Jb\nc\302\233d\342\200\256e\377')";
  for (const std::string& script :
       {evil + " >&2; exit 1", std::string("head -c 60000 /dev/zero >&2; exit 1"),
        evil + ">&2; kill -9 $$"}) {
    replace_program(target, script);
    const Error problem = problem_with(target);
    CHECK(problem.code == Errc::unreachable);
    CHECK(is_harmless(problem.message));
    CHECK(problem.message.size() < 1000);
    const auto login =
        target.driver()->open_session(sample_account(), sample_password(), kPatience);
    REQUIRE_FALSE(login);
    CHECK(is_harmless(login.error().message));
  }
}

TEST_CASE("Hostile program: a secret that it repeats in other spelling is withheld too",
          "[targets]") {
  CommandTarget target;
  const Secret password = Secret::copy_of("canary-\"7\\pass");
  for (const char* message : {R"(canary-\"7\\pass)", R"(you said canary-\"7\\pass)",
                              R"(\u0063anary-\u00227\u005cpass)"}) {
    target.set("garbage",
               std::string(R"({"ok":false,"error":"refused","message":")") + message + "\"}");
    const auto created =
        target.driver()->create({sample_account(), kEnd, &password, std::nullopt}, kPatience);
    REQUIRE_FALSE(created);
    CHECK(created.error().code == Errc::unreachable);
    CHECK_THAT(created.error().message, !ContainsSubstring("canary"));

    target.set("garbage",
               std::string(
                   R"({"ok":true,"presence":"absent","gone":true,"login":"refused","residue":[")") +
                   message + "\"]}");
    const auto proof = target.driver()->verify_gone(sample_account(), &password, kPatience);
    REQUIRE_FALSE(proof);
    CHECK_THAT(proof.error().message, !ContainsSubstring("canary"));
  }
}

TEST_CASE("Hostile program: one that calls a foreign account ours does not make us harm it",
          "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  const std::string user = sample_account().user_name.str();
  target.add_foreign(user);
  const std::string before = content_of(target.state() / "accounts" / user);
  target.set("says_ours");
  const auto driver = target.driver();
  CHECK(must(driver->probe(sample_account(), kPatience)) == Presence::ours);
  CHECK(error_of(driver->disable(sample_account(), kPatience)) == Errc::refused);
  CHECK(error_of(driver->end_sessions(sample_account(), kPatience)) == Errc::refused);
  CHECK(error_of(driver->erase(sample_account(), kPatience)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(sample_account(), &password, kPatience)) == Errc::pending);
  CHECK(content_of(target.state() / "accounts" / user) == before);
}

TEST_CASE("Hostile program: an account that becomes another one between two calls is let be",
          "[targets]") {
  CommandTarget target;
  const Secret password = sample_password();
  const AccountRef account = driver_contract::created(target, password);
  const auto driver = target.driver();
  must(driver->disable(account, kPatience));
  target.add_foreign(account.user_name.str());
  CHECK(error_of(driver->erase(account, kPatience)) == Errc::refused);
  CHECK(error_of(driver->verify_gone(account, &password, kPatience)) == Errc::pending);
  CHECK(target.has(account.user_name.str()));
}

}  // namespace stagepass::tests
