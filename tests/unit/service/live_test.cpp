#include "case_fixture.hpp"

#include <stagepass/service/receipt.hpp>

#include <algorithm>
#include <functional>
#include <service/live_rules.hpp>
#include <string>
#include <unit/age/sample_keys.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

using Catch::Matchers::ContainsSubstring;
using service::LiveAccess;

/// A vault with a live shop "live" beside the fixture's targets, and a policy that names one approver.
class LiveFixture : public CaseFixture {
 public:
  LiveFixture() {
    add("live", Environment::live);
    workspace.policy->approvers = {{"eva", must(SshPublicKey::parse(kSshPublicKey))}};
  }

  void add(const char* name, Environment environment) {
    must(TargetService(workspace).add(
        {.name = target_name(name), .driver = "fake", .environment = environment}, progress));
    drivers.world(name).forget_calls();
  }

  using Edit = std::function<void(handoff::Approval&)>;

  handoff::SignedApproval approval(const Edit& edit = {}, const char* key = kSshPrivateKey) {
    handoff::Approval made{handoff::new_approval_id(random),
                           must(CaseRef::parse("MSP-48213")),
                           {target_name("live")},
                           2h,
                           clock.now(),
                           clock.now() + 24h,
                           ""};
    if (edit) {
      edit(made);
    }
    return must(handoff::read_approval(
        must(handoff::sign_approval(made, Secret::copy_of(std::string_view(key))))));
  }

  GrantRequest live_request(std::initializer_list<const char*> targets = {"live"},
                            End end = Ttl(2h)) {
    GrantRequest wanted = request(targets, end);
    wanted.live = {approval(), service::BackupStatement{"s3://backups", clock.now() - 1h, "ben"},
                   LiveAccess::Risk::accepted};
    return wanted;
  }

  std::string refusal(const GrantRequest& wanted) {
    drivers.world("live").forget_calls();
    const auto result = grants.grant(wanted, progress);
    if (result) {
      return "granted";
    }
    CHECK(result.error().code == Errc::policy);
    CHECK(drivers.world("live").calls().empty());
    return result.error().message;
  }

  std::string refusal_with(const Edit& edit) {
    GrantRequest wanted = live_request();
    wanted.live.approval = approval(edit);
    return refusal(wanted);
  }

  std::string detail_of(const GrantId& grant, const std::string& action) const {
    for (const AuditEntry& entry : must(store->audit_of(grant.str()))) {
      if (entry.action == action) {
        return entry.detail;
      }
    }
    return "";
  }
};

}  // namespace

TEST_CASE_METHOD(LiveFixture, "Live: all that is missing is said at once and nothing is done",
                 "[service]") {
  const std::string said = refusal(request({"live"}, Ttl(2h)));
  CHECK_THAT(said, ContainsSubstring("needs the approval of an integration specialist"));
  CHECK_THAT(said, ContainsSubstring("which backup there is"));
  CHECK_THAT(said, ContainsSubstring("the risk is not accepted"));
  const auto result = grants.grant(request({"live"}, Ttl(2h)), progress);
  CHECK_THAT(result.error().hint,
             ContainsSubstring("stagepass approve --case MSP-48213 --target live --for 2h"));
  CHECK_THAT(result.error().hint, ContainsSubstring(std::string(service::kRiskText)));
}

TEST_CASE_METHOD(LiveFixture, "Live: with all of it the account is made and the log says by what",
                 "[service]") {
  const auto wanted = live_request({"files", "live"});
  const auto made = must(grants.grant(wanted, progress));
  CHECK(drivers.world("live").account_count() == 1);
  const std::string detail = detail_of(made.grant.id, "grant.live");
  for (const std::string& part :
       {std::string("live by approval "), wanted.live.approval->approval.id,
        std::string("of eva (SHA256:"), std::string("backup: s3://backups, of "),
        std::string("checked by ben"), std::string("risk text 1 accepted")}) {
    CHECK_THAT(detail, ContainsSubstring(part));
  }
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  CHECK_THAT(must(service::receipt_of(workspace, made.grant.id, std::nullopt)),
             ContainsSubstring("live access: live by approval "));
}

TEST_CASE_METHOD(LiveFixture, "Live: each single thing that is missing is enough to refuse",
                 "[service]") {
  GrantRequest wanted = live_request();
  wanted.live.backup.reset();
  CHECK(refusal(wanted) == "it is not said which backup there is");
  wanted = live_request();
  wanted.live.risk = LiveAccess::Risk::not_accepted;
  CHECK(refusal(wanted) == "the risk is not accepted");
  wanted = live_request();
  wanted.live.approval.reset();
  CHECK_THAT(refusal(wanted), ContainsSubstring("needs the approval"));
}

TEST_CASE_METHOD(LiveFixture, "Live: a signature of somebody else is no approval", "[service]") {
  GrantRequest wanted = live_request();
  wanted.live.approval = approval({}, kOtherSshPrivateKey);
  CHECK_THAT(refusal(wanted), ContainsSubstring("no approver's"));
  workspace.policy->approvers.clear();
  CHECK_THAT(refusal(live_request()), ContainsSubstring("no approver's"));
}

TEST_CASE_METHOD(LiveFixture, "Live: an approval is for its case and targets and for no longer",
                 "[service]") {
  CHECK_THAT(refusal_with([](auto& a) { a.case_ref = must(CaseRef::parse("MSP-1")); }),
             ContainsSubstring("is for case MSP-1, not for MSP-48213"));
  CHECK_THAT(refusal_with([](auto& a) { a.targets = {target_name("shop")}; }),
             ContainsSubstring("is for shop, not for live"));
  CHECK_THAT(refusal_with([](auto& a) { a.life = 2h - 1s; }),
             ContainsSubstring("access would last 2h"));
  CHECK(refusal_with([](auto& a) { a.targets.push_back(target_name("other")); }) == "granted");
}

TEST_CASE_METHOD(LiveFixture, "Live: every live target of a bundle must be approved", "[service]") {
  add("live-db", Environment::live);
  CHECK_THAT(refusal(live_request({"live", "live-db"})),
             ContainsSubstring("is for live, not for live-db"));
  GrantRequest wanted = live_request({"live", "live-db"});
  wanted.live.approval = approval([](auto& a) { a.targets.push_back(target_name("live-db")); });
  CHECK(refusal(wanted) == "granted");
}

TEST_CASE_METHOD(LiveFixture, "Live: an approval counts until its end and the policy's",
                 "[service]") {
  const Timestamp now = clock.now();
  CHECK(refusal_with([&](auto& a) {
          a.made_at = now - 24h + 1s;
          a.valid_until = now + 1s;
        }) == "granted");
  CHECK_THAT(refusal_with([&](auto& a) {
               a.made_at = now - 24h;
               a.valid_until = now;
             }),
             ContainsSubstring("counts until"));
  CHECK_THAT(refusal_with([&](auto& a) {
               a.made_at = now - 72h;
               a.valid_until = now + 100h;
             }),
             ContainsSubstring("counts until"));
  CHECK(refusal_with([&](auto& a) { a.made_at = now + 5min; }) == "granted");
  CHECK_THAT(refusal_with([&](auto& a) { a.made_at = now + 5min + 1s; }),
             ContainsSubstring("in the future"));
}

TEST_CASE_METHOD(LiveFixture, "Live: a backup is no older than the policy says", "[service]") {
  const auto with_backup_of = [&](Timestamp at) {
    GrantRequest wanted = live_request();
    wanted.live.backup->made_at = at;
    return refusal(wanted);
  };
  CHECK_THAT(with_backup_of(clock.now() - 24h - 1s), ContainsSubstring("no older than 1d"));
  CHECK_THAT(with_backup_of(clock.now() + 5min + 1s), ContainsSubstring("in the future"));
  CHECK(with_backup_of(clock.now() - 24h) == "granted");
}

TEST_CASE_METHOD(LiveFixture, "Live: an approval is used once", "[service]") {
  const GrantRequest wanted = live_request();
  const auto made = must(grants.grant(wanted, progress));
  const auto again = grants.grant(wanted, progress);
  CHECK(error_of(again) == Errc::policy);
  CHECK_THAT(again.error().message, ContainsSubstring("was used before"));
  CHECK_THAT(again.error().message, ContainsSubstring(made.grant.id.str()));
  CHECK(drivers.world("live").account_count() == 1);
}

TEST_CASE_METHOD(LiveFixture, "Live: of two grants by one approval at the same moment one is made",
                 "[service]") {
  const GrantRequest wanted = live_request();
  InterruptedStore interrupted(*store, [&] { must(grants.grant(wanted, progress)); });
  auto theirs = over(interrupted);
  theirs.policy = workspace.policy;
  CHECK(error_of(service::GrantService(theirs).grant(wanted, progress)) == Errc::conflict);
  CHECK(drivers.world("live").account_count() == 1);
}

TEST_CASE_METHOD(LiveFixture, "Live: an extension takes an approval of its own", "[service]") {
  const GrantRequest wanted = live_request({"live"}, Ttl(1h));
  const auto made = must(grants.grant(wanted, progress));
  const auto extend = [&](const std::optional<handoff::SignedApproval>& by) {
    return grants.extend(made.grant.id, Ttl(2h), progress, by);
  };
  CHECK_THAT(extend(std::nullopt).error().message, ContainsSubstring("needs the approval"));
  CHECK_THAT(extend(wanted.live.approval).error().message, ContainsSubstring("used before"));
  CHECK(extend(approval([](auto& a) { a.life = 1h; })).error().code == Errc::policy);
  const auto another = approval();
  CHECK(must(extend(another)).grant.expires_at == clock.now() + 2h);
  CHECK_THAT(extend(another).error().message, ContainsSubstring("used before"));
}

TEST_CASE_METHOD(LiveFixture, "Live: access is shorter than on a staging shop", "[service]") {
  GrantRequest wanted = live_request({"live"}, Ttl(4h + 1s));
  wanted.live.approval = approval([](auto& a) { a.life = 8h; });
  CHECK_THAT(refusal(wanted), ContainsSubstring("at most 4h"));
}

TEST_CASE_METHOD(LiveFixture, "Live: what only live access takes is refused elsewhere",
                 "[service]") {
  CHECK(error_of(grants.grant(live_request({"files"}), progress)) == Errc::invalid_argument);
}

TEST_CASE_METHOD(LiveFixture, "Live: a rehearsal is no way around an approval", "[service]") {
  CHECK(error_of(TargetService(workspace).rehearse(target_name("live"), progress)) == Errc::policy);
  CHECK(drivers.world("live").account_count() == 0);
}

TEST_CASE("Live: a backup is said with its place, its time and who checked it") {
  const auto backup = must(service::parse_backup(" s3://b ; 2030-01-01T10:00:00Z; ben; and ana "));
  CHECK(backup.where == "s3://b");
  CHECK(backup.made_at == must(parse_rfc3339("2030-01-01T10:00:00Z")));
  CHECK(backup.checked_by == "ben; and ana");
  for (const char* text :
       {"", "s3", "s3;2030-01-01T10:00:00Z", "s3;2030-01-01T10:00:00Z;", ";2030-01-01T10:00:00Z;b",
        "s3;;ben", "s3;yesterday;ben", "a\x1b[2J;2030-01-01T10:00:00Z;ben"}) {
    CHECK(error_of(service::parse_backup(text)) == Errc::invalid_argument);
  }
  CHECK_THAT(service::parse_backup("s3; 2030-01-01T10:00:00Z").error().message,
             ContainsSubstring("who checked it"));
}

}  // namespace stagepass::tests
