#include <stagepass/targets/one_time_code.hpp>

#include <string>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <utility>
#include <vector>

namespace stagepass::tests {
namespace {

Secret secret(const std::string& text) {
  return Secret::copy_of(std::string_view(text));
}

TEST_CASE("One-time codes are those of RFC 6238") {
  const Secret key = secret("12345678901234567890");
  const std::vector<std::pair<long long, std::string>> vectors = {{59, "287082"},
                                                                  {1'111'111'109, "081804"},
                                                                  {1'111'111'111, "050471"},
                                                                  {1'234'567'890, "005924"},
                                                                  {2'000'000'000, "279037"},
                                                                  {20'000'000'000, "353130"}};
  for (const auto& [seconds, code] : vectors) {
    INFO(seconds);
    const Timestamp at{std::chrono::seconds(seconds)};
    CHECK(must(targets::one_time_code(key, at)) == secret(code));
  }
}

TEST_CASE("A one-time code changes every thirty seconds and not in between") {
  const Secret key = secret("12345678901234567890");
  const auto code = [&](long long seconds) {
    return must(targets::one_time_code(key, Timestamp{std::chrono::seconds(seconds)}));
  };
  CHECK(code(60) == code(89));
  CHECK_FALSE(code(59) == code(60));
  CHECK_FALSE(code(89) == code(90));
}

TEST_CASE("A key for an app is base32 as in RFC 4648, without padding") {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"f", "MY"},         {"fo", "MZXQ"},        {"foo", "MZXW6"},
      {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(targets::to_base32(secret(plain)) == secret(text));
    CHECK(must(targets::from_base32(secret(text))) == secret(plain));
  }
}

TEST_CASE("A key that is no base32 is refused, and none of it is repeated") {
  for (const std::string& text :
       {std::string(), std::string("mzxw6"), std::string("MZXW6==="), std::string("MZ1W6"),
        std::string("MZ\x1b[31m"), std::string(1000, 'A')}) {
    const auto key = targets::from_base32(secret(text));
    REQUIRE(error_of(key) == Errc::invalid_argument);
    CHECK(key.error().message == "the second factor is no base32");
  }
}

}  // namespace
}  // namespace stagepass::tests
