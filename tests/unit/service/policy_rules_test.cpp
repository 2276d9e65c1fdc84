#include "case_fixture.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;

/// Every word that purge, say, tells a person.
class HeardProgress final : public Progress {
 public:
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}
  std::vector<std::string> warnings;
};

}  // namespace

TEST_CASE_METHOD(CaseFixture,
                 "Policy rules: a grant without an end lasts as long as the policy says",
                 "[service]") {
  workspace.policy->limits[0].standard = 2h;
  auto wanted = request({"files"});
  wanted.end.reset();
  CHECK(must(grants.grant(wanted, progress)).grant.expires_at == clock.now() + 2h);
}

TEST_CASE_METHOD(CaseFixture, "Policy rules: a bundle keeps the strictest limits of its targets",
                 "[service]") {
  must(TargetService(workspace).add(
      {.name = target_name("lab"), .driver = "fake", .environment = Environment::test}, progress));
  workspace.policy->limits[1] = {1min, 4h, 1h};
  CHECK(grants.grant(request({"files"}, Ttl(8h)), progress));
  CHECK(error_of(grants.grant(request({"files", "lab"}, Ttl(8h)), progress)) == Errc::policy);
  auto wanted = request({"files", "lab"});
  wanted.end.reset();
  CHECK(must(grants.grant(wanted, progress)).grant.expires_at == clock.now() + 1h);
}

TEST_CASE_METHOD(CaseFixture,
                 "Policy rules: a refused grant reaches no target and says all at once",
                 "[service]") {
  workspace.policy->drivers["fake"]["host"] = {"other.example"};
  workspace.policy->required_basics = {Basic::since};
  workspace.policy->quiet_hours = QuietHours{0min, 23h + 59min, QuietHours::Zone::utc};
  files().forget_calls();
  const auto result = grants.grant(request({"files"}, Ttl(6 * 7 * 24h)), progress);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::policy);
  for (const char* part :
       {"at most 5w", "does not answer since", "quiet hours", "files has host fake.example"}) {
    CHECK_THAT(result.error().message, ContainsSubstring(part));
  }
  CHECK(files().calls().empty());
  CHECK(must(store->grants({.include = GrantFilter::Include::all}, std::nullopt, 10)).empty());
}

TEST_CASE_METHOD(CaseFixture, "Policy rules: the standard of a driver counts as the target's own",
                 "[service]") {
  workspace.policy->drivers["fake"]["host"] = {"fake.example"};
  CHECK(grants.grant(request({"files"}), progress));
  workspace.policy->drivers["fake"]["host"] = {"other.example"};
  CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::policy);
}

TEST_CASE_METHOD(CaseFixture,
                 "Policy rules: weak kinds of passwords are refused where passwords are made",
                 "[service]") {
  workspace.policy->least_password_bits = 140;
  CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::policy);
  auto by_key = request({"files"});
  by_key.password = GrantRequest::Password::no;
  by_key.public_key = must(SshPublicKey::parse(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"));
  CHECK(grants.grant(by_key, progress));
}

TEST_CASE_METHOD(CaseFixture,
                 "Policy rules: required basics count as soon as the case answers them",
                 "[service]") {
  workspace.policy->required_basics = {Basic::since};
  CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::policy);
  opened({.answers = {{Basic::since, "monday"}}});
  CHECK(grants.grant(request({"files"}), progress));
}

TEST_CASE_METHOD(CaseFixture, "Policy rules: in quiet hours a grant is made only if that is said",
                 "[service]") {
  workspace.policy->quiet_hours = QuietHours{0min, 23h + 59min, QuietHours::Zone::utc};
  auto wanted = request({"files"});
  CHECK(error_of(grants.grant(wanted, progress)) == Errc::policy);
  wanted.quiet_hours = QuietHoursAreMeant::yes;
  const auto made = must(grants.grant(wanted, progress));
  CHECK_THAT(must(store->audit_of(made.grant.id.str())).front().detail,
             ContainsSubstring("in quiet hours"));
  CHECK(grants.extend(made.grant.id, Ttl(10h), progress));
}

TEST_CASE_METHOD(CaseFixture, "Policy rules: an extension keeps the policy as a grant does",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  const auto refused = [&](Ttl end) {
    return error_of(grants.extend(made.grant.id, end, progress)) == Errc::policy;
  };
  workspace.policy->limits[0].longest = 4h;
  clock.advance(30min);
  CHECK(refused(4h));  // counted from the beginning
  CHECK(refused(5h));
  workspace.policy->drivers["fake"]["host"] = {"other.example"};
  CHECK(refused(2h));
  workspace.policy->drivers.clear();
  CHECK(grants.extend(made.grant.id, Ttl(3h), progress));
}

TEST_CASE_METHOD(CaseFixture,
                 "Policy rules: without a policy nothing is granted or extended and all is ended",
                 "[service]") {
  const auto first = granted({"files"}, Ttl(1h));
  const auto second = granted({"shop"}, Ttl(8h));
  workspace.policy = fail(Errc::invalid_argument, "policy.toml, line 3: nonsense");

  const auto refused = grants.grant(request({"files"}), progress);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "policy.toml, line 3: nonsense");
  CHECK(error_of(grants.extend(second.grant.id, Ttl(2h), progress)) == Errc::invalid_argument);
  CHECK(error_of(grants.decide(request({"files"}))) == Errc::invalid_argument);

  clock.advance(1h);
  CHECK(purge().overdue.accounts == 0);
  CHECK(files().account_count() == 0);
  must(grants.end({.id = second.grant.id}, EndReason::revoked, progress));
  CHECK(shop().account_count() == 0);
}

TEST_CASE_METHOD(CaseFixture,
                 "Policy rules: a rehearsal is for no case and lasts as long as it must",
                 "[service]") {
  workspace.policy->limits[0] = {1h, 2h, 1h};
  workspace.policy->required_basics = {Basic::since};
  workspace.policy->quiet_hours = QuietHours{0min, 23h + 59min, QuietHours::Zone::utc};
  CHECK(TargetService(workspace).rehearse(target_name("files"), progress));
  workspace.policy->drivers["fake"]["host"] = {"other.example"};
  CHECK(error_of(TargetService(workspace).rehearse(target_name("files"), progress)) ==
        Errc::policy);
}

TEST_CASE_METHOD(CaseFixture, "Policy rules: a target that no grant may be for is told and added",
                 "[service]") {
  HeardProgress heard;
  workspace.policy->drivers["fake"]["host"] = {"fake.example"};
  must(TargetService(workspace).add({.name = target_name("fine"), .driver = "fake"}, heard));
  CHECK(heard.warnings.empty());
  must(TargetService(workspace).add(
      {.name = target_name("odd"), .driver = "fake", .settings = {{"host", "x.example"}}}, heard));
  REQUIRE(heard.warnings.size() == 1);
  CHECK_THAT(heard.warnings[0], ContainsSubstring("odd has host x.example"));
  must(TargetService(workspace).change(
      {.name = target_name("fine"), .settings = {{"host", "y.example"}}}, heard));
  CHECK(heard.warnings.size() == 2);
}

TEST_CASE_METHOD(CaseFixture, "Policy rules: the decision is the grant's own and changes nothing",
                 "[service]") {
  const auto head = must(store->audit_head());
  files().forget_calls();
  auto wanted = request({"files", "nowhere"}, Ttl(59s));
  const auto decision = must(grants.decide(wanted));
  CHECK(decision.expires_at == clock.now() + 59s);
  CHECK(require_all(decision.rules).error().message ==
        grants.grant(wanted, progress).error().message);
  wanted = request({"files"});
  CHECK(require_all(must(grants.decide(wanted)).rules));
  CHECK(must(store->audit_head()) == head);
  CHECK(files().calls().empty());
}

}  // namespace stagepass::tests
