#include <stagepass/core/marker.hpp>

#include <support/catch.hpp>

namespace stagepass::tests {

TEST_CASE("Marker: names the account it stands for", "[core]") {
  const auto found = account_in_marker("stagepass/a-0123456789.c0ffeec0ffeec0ff");
  REQUIRE(found.has_value());
  CHECK(found->str() == "a-0123456789");
}

TEST_CASE("Marker: anything of another shape names none", "[core]") {
  for (const char* text : {"", "stagepass", "stagepass/", "stagepass/a-0123", "a-0123456789.c0ffee",
                           "STAGEPASS/a-0123456789.c0ffee", "stagepass/g-0123456789.c0ffee",
                           "Somebody Else", "stagepass/test.1"}) {
    INFO(text);
    CHECK_FALSE(account_in_marker(text).has_value());
  }
}

}  // namespace stagepass::tests
