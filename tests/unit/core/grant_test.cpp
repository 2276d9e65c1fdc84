#include <stagepass/core/grant.hpp>

#include <support/catch.hpp>
#include <support/results.hpp>

namespace stagepass {
namespace {

TEST_CASE("Grant: the words for the reason of an end read back") {
  for (const EndReason reason :
       {EndReason::expired, EndReason::finished, EndReason::revoked, EndReason::not_created}) {
    CHECK(tests::must(parse_end_reason(to_string(reason))) == reason);
  }
  CHECK(to_string(EndReason::not_created) == "not_created");
  CHECK(tests::error_of(parse_end_reason("lost")) == Errc::invalid_argument);
}

}  // namespace
}  // namespace stagepass
