#include <stagepass/core/ids.hpp>

#include <array>
#include <string>
#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass {
namespace {

TEST_CASE("Id: a seed always gives the same id and the id reads back") {
  const IdSeed seed = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd};
  const auto grant = GrantId::from_seed(seed);
  CHECK(grant == GrantId::from_seed(seed));
  CHECK(grant == tests::must(GrantId::parse(grant.str())));
  CHECK(grant.str() == "g-" + std::string(grant.body()));
  CHECK(AccountId::from_seed(seed).str() == "a-" + std::string(grant.body()));
}

TEST_CASE("Id: fifty bits of the seed count and each changes the id") {
  const IdSeed zero = {};
  CHECK(GrantId::from_seed(zero).str() == "g-0000000000");
  CHECK(GrantId::from_seed({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}).str() == "g-zzzzzzzzzz");
  std::size_t bits_that_count = 0;
  for (std::size_t bit = 0; bit < 56; ++bit) {
    IdSeed seed = {};
    seed[bit / 8] = static_cast<std::uint8_t>(1U << (bit % 8));
    bits_that_count += GrantId::from_seed(seed) == GrantId::from_seed(zero) ? 0 : 1;
  }
  CHECK(bits_that_count == 50);
}

TEST_CASE("Id: everything but the exact shape is refused with the shape") {
  const std::array<std::string, 12> wrong = {"",
                                             "g-",
                                             "7f3k9q2m5x",
                                             "a-7f3k9q2m5x",
                                             "g-7f3k9q2m5",
                                             "g-7f3k9q2m5xx",
                                             "G-7f3k9q2m5x",
                                             "g-7F3K9Q2M5X",
                                             "g-7f3k9q2m5i",
                                             " g-7f3k9q2m5x",
                                             "g-7f3k9q2m5l",
                                             "g-7f3k9q2m\n5"};
  for (const std::string& text : wrong) {
    CAPTURE(text);
    const auto id = GrantId::parse(text);
    REQUIRE(tests::error_of(id) == Errc::invalid_argument);
    CHECK(id.error().hint.find("g-7f3k9q2m5x") != std::string::npos);
  }
}

}  // namespace
}  // namespace stagepass
