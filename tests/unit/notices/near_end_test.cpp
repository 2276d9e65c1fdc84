#include "notices_fixture.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using Kinds = std::vector<std::string>;

class NearEnd : public NoticesFixture {
 public:
  void pass_near() { pass({to_command({NoticeEvent::near_end})}); }
};

TEST_CASE_METHOD(NearEnd, "Notices: a grant that ends soon is announced once") {
  const auto grant = granted({"files", "shop"}, Ttl(8h));
  clock.advance(7h - 1s);
  pass_near();
  CHECK(kinds().empty());
  clock.advance(1s);
  pass_near();
  clock.advance(10min);
  pass_near();
  REQUIRE(kinds() == Kinds{"near-end"});
  CHECK(told().front().at("grant") == grant.grant.id.str());
  CHECK(told().front().at("ends") == format_utc(grant.grant.expires_at));
  CHECK(told().front().at("by").is_null());
}

TEST_CASE_METHOD(NearEnd, "Notices: an extension is announced again for the new end") {
  const auto grant = granted({"files"}, Ttl(8h));
  clock.advance(7h + 30min);
  pass_near();
  must(grants.extend(grant.grant.id, Ttl(40min), progress));
  pass_near();
  REQUIRE(kinds() == Kinds{"near-end", "near-end"});
  CHECK(told()[0].at("id") != told()[1].at("id"));
  must(grants.extend(grant.grant.id, Ttl(8h), progress));
  pass_near();
  CHECK(told().size() == 2);
  clock.advance(7h);
  pass_near();
  CHECK(told().size() == 3);
}

TEST_CASE_METHOD(NearEnd, "Notices: a grant that is so short from the start is not announced") {
  granted({"files"}, Ttl(1h));
  pass_near();
  clock.advance(59min);
  pass_near();
  CHECK(kinds().empty());
}

TEST_CASE_METHOD(NearEnd, "Notices: what is over or ended is not announced") {
  granted({"files"}, Ttl(8h));
  finish(granted({"shop"}, Ttl(8h)));
  clock.advance(8h);
  pass_near();
  CHECK(kinds().empty());
}

TEST_CASE_METHOD(NearEnd,
                 "Notices: an announcement that was not taken is tried again with the same id") {
  granted({"files"}, Ttl(8h));
  clock.advance(7h);
  break_receiver();
  pass_near();
  mend_receiver();
  clock.advance(1min);
  pass_near();
  pass_near();
  REQUIRE(kinds() == Kinds{"near-end", "near-end"});
  CHECK(told()[0].at("id") == told()[1].at("id"));
}

TEST_CASE_METHOD(NearEnd, "Notices: an edited end is not announced") {
  const auto grant = granted({"files"}, Ttl(8h));
  clock.advance(7h);
  Account edited = must(store->grant(grant.grant.id)).accounts.front();
  edited.expires_at += 1min;
  tamper(edited);
  pass_near();
  CHECK(kinds().empty());
}

TEST_CASE_METHOD(NearEnd, "Notices: ends that lie behind are forgotten") {
  granted({"files"}, Ttl(8h));
  clock.advance(7h);
  pass_near();
  CHECK(content("notices.json").find("g-") != std::string::npos);
  clock.advance(1h);
  pass_near();
  CHECK(content("notices.json").find("g-") == std::string::npos);
}

}  // namespace
}  // namespace stagepass::tests
