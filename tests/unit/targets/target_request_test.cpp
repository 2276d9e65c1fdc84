// What stagepass-target reads: a request, or nothing.
#include "targets/remote/target_request.hpp"

#include "targets/command/json_request.hpp"
#include "targets/remote/answers.hpp"
#include "targets/remote/flat_json.hpp"
#include "targets/remote/request_line.hpp"

#include <stagepass/system/files.hpp>

#include <array>
#include <string>
#include <support/catch.hpp>
#include <support/driver_contract.hpp>
#include <support/fake_driver.hpp>
#include <support/results.hpp>
#include <unistd.h>
#include <vector>

namespace stagepass::tests {
namespace {

using namespace std::chrono_literals;
using targets::FlatJson;
using targets::TargetRequest;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Two ends; what is written to one is read from the other.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    out = system::FileDescriptor(ends[0]);
    in = system::FileDescriptor(ends[1]);
  }
  system::FileDescriptor out;
  system::FileDescriptor in;
};

TEST_CASE("Flat JSON: every text that is written is read", "[targets]") {
  std::string every;
  for (int byte = 1; byte < 0x80; ++byte) {
    every += static_cast<char>(byte);
  }
  every += "é€𝄞";
  const Secret line = targets::write_json_line([&](targets::JsonWriter& json) {
    json.begin_object();
    json.member("stagepass", 1);
    json.begin_object("account");
    json.member("user", every);
    json.end_object();
    json.begin_object("empty");
    json.end_object();
    json.end_object();
  });
  const std::string_view text = line.reveal_text();
  const FlatJson json = must(FlatJson::parse(text.substr(0, text.size() - 1)));
  CHECK(json.text("account.user") == every);
  CHECK(json.secret("account.user")->reveal_text() == every);
  CHECK(json.number("stagepass") == 1);
  CHECK_FALSE(json.text("stagepass"));
  CHECK_FALSE(json.number("account.user"));
  CHECK_FALSE(json.text("account"));
  CHECK_FALSE(json.text("nobody"));
}

TEST_CASE("Flat JSON: nothing else is read", "[targets]") {
  for (const std::string text : {"",
                                 "{",
                                 "}",
                                 "[]",
                                 R"("x")",
                                 "7",
                                 "{}x",
                                 R"({"a"})",
                                 R"({"a":})",
                                 R"({"a":1,})",
                                 "{,}",
                                 R"({"a":1 })",
                                 R"({ "a":1})",
                                 R"({"a":-1})",
                                 R"({"a":true})",
                                 R"({"a":null})",
                                 R"({"a":[]})",
                                 R"({"a":"x})",
                                 R"({"a":"\"})",
                                 R"({"a":"\x"})",
                                 R"({"a":"\u00"})",
                                 R"({"a":"\u0000"})",
                                 R"({"a":"\u0080"})",
                                 R"({"a":"\ud834\udd1e"})",
                                 "{\"a\":\"\n\"}",
                                 "{\"a\":\"\xff\"}",
                                 R"({"a":1,"a":2})",
                                 R"({"a":{"b":1},"a.b":2})",
                                 R"({"":1})",
                                 R"({"a b":1})",
                                 R"({"\u0061":1})",
                                 R"({"a":{"b":{"c":1}}})",
                                 R"({"a":{"b":{}}})"}) {
    INFO(text);
    CHECK(error_of(FlatJson::parse(text)) == Errc::invalid_argument);
  }
  std::string many = "{";
  for (int i = 0; i < 65; ++i) {
    many += (i == 0 ? R"("a)" : R"(,"a)") + std::to_string(i) + R"(":1)";
  }
  CHECK(error_of(FlatJson::parse(many + "}")) == Errc::invalid_argument);
  CHECK(error_of(FlatJson::parse(std::string(100'000, '{'))) == Errc::invalid_argument);
}

TEST_CASE("Request line: what comes before the line end is the request", "[targets]") {
  Pipe pipe;
  must(system::write_all(pipe.in.get(), bytes_of("first\nsecond\n")));
  CHECK(must(targets::read_request_line(pipe.out.get(), targets::Deadline(5s))).size() == 5);
}

TEST_CASE("Request line: one that is not complete or not there in time is none", "[targets]") {
  Pipe silent;
  CHECK(error_of(targets::read_request_line(silent.out.get(), targets::Deadline(50ms))) ==
        Errc::unreachable);
  must(system::write_all(silent.in.get(), bytes_of("half a request")));
  CHECK(error_of(targets::read_request_line(silent.out.get(), targets::Deadline(50ms))) ==
        Errc::unreachable);
  Pipe cut;
  must(system::write_all(cut.in.get(), bytes_of("half a request")));
  cut.in.reset();
  CHECK(error_of(targets::read_request_line(cut.out.get(), targets::Deadline(5s))) ==
        Errc::invalid_argument);
  Pipe endless;
  must(system::write_all(endless.in.get(), bytes_of(std::string(targets::kLongestRequest, 'x'))));
  CHECK(error_of(targets::read_request_line(endless.out.get(), targets::Deadline(5s))) ==
        Errc::invalid_argument);
}

TEST_CASE("Answers: an error keeps its meaning on the way", "[targets]") {
  using Pair = std::pair<Errc, std::string>;
  for (const auto& [code, word] :
       {Pair{Errc::invalid_argument, "invalid"}, Pair{Errc::refused, "refused"},
        Pair{Errc::policy, "refused"}, Pair{Errc::not_found, "refused"},
        Pair{Errc::unreachable, "unreachable"}, Pair{Errc::unavailable, "unreachable"},
        Pair{Errc::corrupt, "unreachable"}, Pair{Errc::not_durable, "unreachable"},
        Pair{Errc::internal, "unreachable"}}) {
    CHECK(targets::answer_for({code, "m", "h"}).at("error") == word);
  }
}

TEST_CASE("Answers: an account that is still there is not gone and not an error", "[targets]") {
  FakeTarget world;
  FakeDriver driver(world);
  const AccountRef ref = driver_contract::sample_account();
  const Secret password = driver_contract::sample_password();
  must(driver.create({ref, driver_contract::kEnd, &password, {}}, 5s));
  TargetRequest request;
  request.operation = "verify";
  request.account = ref;
  const auto still = must(targets::answer_with(driver, request, 5s));
  CHECK(still.at("ok") == true);
  CHECK(still.at("gone") == false);
  must(driver.erase(ref, 5s));
  CHECK(must(targets::answer_with(driver, request, 5s)).at("gone") == true);
  request.account.reset();
  CHECK(error_of(targets::answer_with(driver, request, 5s)) == Errc::invalid_argument);
}

}  // namespace
}  // namespace stagepass::tests
