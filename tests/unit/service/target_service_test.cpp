#include "service_fixture.hpp"

namespace stagepass::tests {

TEST_CASE_METHOD(ServiceFixture, "Target: is not added while its check finds a problem",
                 "[service]") {
  drivers.world("new").set_findings({{Finding::Kind::problem, "no group", "groupadd -r x"}});
  TargetService targets(workspace);

  const auto report = must(targets.add({.name = target_name("new"), .driver = "fake"}, progress));

  CHECK_FALSE(report.ready());
  CHECK(error_of(store->target(target_name("new"))) == Errc::not_found);
}

TEST_CASE_METHOD(ServiceFixture, "Target: is prepared first where the merchant allows it",
                 "[service]") {
  drivers.world("new").set_findings({{Finding::Kind::problem, "no group", "groupadd -r x"}});

  const auto report = must(TargetService(workspace).add(
      {.name = target_name("new"), .driver = "fake", .install = service::TargetDraft::Install::yes},
      progress));

  CHECK(report.ready());
  CHECK(report.installed.size() == 1);
  must(store->target(target_name("new")));
}

TEST_CASE_METHOD(ServiceFixture, "Target: a taken name or an unknown driver is refused",
                 "[service]") {
  TargetService targets(workspace);
  CHECK(error_of(targets.add({.name = target_name("files"), .driver = "fake"}, progress)) ==
        Errc::conflict);
  CHECK(error_of(targets.add({.name = target_name("new"), .driver = "ftp"}, progress)) ==
        Errc::invalid_argument);
}

TEST_CASE_METHOD(ServiceFixture, "Target: an admin secret is stored sealed only", "[service]") {
  service::TargetDraft draft{.name = target_name("new"), .driver = "fake"};
  draft.secrets.emplace("token", Secret::copy_of("s3cret-token"));

  must(TargetService(workspace).add(std::move(draft), progress));

  const Target target = must(store->target(target_name("new")));
  const auto& sealed = target.sealed_settings.at("token");
  CHECK(std::string(sealed.begin(), sealed.end()).find("s3cret-token") == std::string::npos);
  CHECK(must(vault.open_setting(sealed, target.name, "token")) == Secret::copy_of("s3cret-token"));
}

TEST_CASE_METHOD(ServiceFixture, "Target: stays while accounts are open on it", "[service]") {
  const auto made = granted({"files"});
  TargetService targets(workspace);
  CHECK(error_of(targets.remove(target_name("files"))) == Errc::conflict);

  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  must(targets.remove(target_name("files")));
  CHECK(error_of(targets.remove(target_name("files"))) == Errc::not_found);
}

TEST_CASE_METHOD(ServiceFixture, "Target: a renewed admin secret takes the older one's place",
                 "[service]") {
  service::TargetDraft draft{
      .name = target_name("new"), .driver = "fake", .settings = {{"host", "old.example"}}};
  draft.secrets.emplace("token", Secret::copy_of("old-token"));
  TargetService targets(workspace);
  must(targets.add(std::move(draft), progress));
  const auto made = granted({"new"});
  drivers.world("new").remove(made.accounts[0].user_name.str());  // that is not asked for

  service::TargetChange change{.name = target_name("new")};
  change.secrets.emplace("token", Secret::copy_of("new-token"));
  CHECK(must(targets.change(change, progress)).ready());

  const Target target = must(store->target(target_name("new")));
  CHECK(service::is_authentic(workspace, target));
  CHECK(target.settings.at("host") == "old.example");
  CHECK(must(vault.open_setting(target.sealed_settings.at("token"), target.name, "token")) ==
        Secret::copy_of("new-token"));
  CHECK(must(store->audit_of("new")).back().detail == "token");
}

TEST_CASE_METHOD(ServiceFixture, "Target: is not led away from accounts that are open on it",
                 "[service]") {
  const auto made = granted({"files"});
  const std::string user = made.accounts[0].user_name.str();
  TargetService targets(workspace);
  const auto move_it = [&] {
    return targets.change({.name = target_name("files"), .settings = {{"host", "new.example"}}},
                          progress);
  };
  const Target before = must(store->target(target_name("files")));

  SECTION("where none of them is") {
    files().remove(user);
  }
  SECTION("where somebody else has the name") {
    files().remove(user);
    files().add_foreign(user);
  }
  CHECK(error_of(move_it()) == Errc::conflict);
  CHECK(must(store->target(target_name("files"))).version == before.version);

  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
}

TEST_CASE_METHOD(ServiceFixture, "Target: goes along when its host moves with all accounts",
                 "[service]") {
  const auto made = granted({"files"});
  TargetService targets(workspace);
  must(targets.rehearse(target_name("files"), progress));

  must(targets.change({.name = target_name("files"), .settings = {{"host", "new.example"}}},
                      progress));

  const Target target = must(store->target(target_name("files")));
  CHECK(target.settings.at("host") == "new.example");
  CHECK_FALSE(target.rehearsed_at);
  must(targets.change({.name = target_name("files"), .settings = {{"host", ""}}}, progress));
  CHECK_FALSE(must(store->target(target_name("files"))).settings.contains("host"));
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
}

TEST_CASE_METHOD(ServiceFixture, "Target: stays as it was where the new settings do not do",
                 "[service]") {
  TargetService targets(workspace);
  files().set_findings({{Finding::Kind::problem, "wrong password", "look it up"}});
  service::TargetChange change{.name = target_name("files")};
  change.secrets.emplace("token", Secret::copy_of("wrong"));

  CHECK_FALSE(must(targets.change(change, progress)).ready());
  CHECK(must(store->target(target_name("files"))).sealed_settings.empty());
  CHECK(error_of(targets.change(
            {.name = target_name("files"), .settings = {{"host", "www.shop.com"}}}, progress)) ==
        Errc::policy);
}

TEST_CASE_METHOD(ServiceFixture, "Rehearsal: makes, logs in, ends and leaves nothing",
                 "[service]") {
  TargetService targets(workspace);

  const auto rehearsal = must(targets.rehearse(target_name("files"), progress));

  REQUIRE(rehearsal.steps.size() == 4);
  CHECK(rehearsal.steps[2].ends_with(
      ": disabled, 1 session ended, deleted, nothing left behind, login refused"));
  CHECK(rehearsal.steps.back() == "the open session was cut off");
  CHECK(files().account_count() == 0);
  CHECK(must(store->target(target_name("files"))).rehearsed_at == clock.now());
  CHECK(must(store->grants({}, std::nullopt, 10)).empty());
}

TEST_CASE_METHOD(ServiceFixture, "Rehearsal: a session that outlives its account is a failure",
                 "[service]") {
  files().break_operation("end_sessions",
                          {.when = FakeFault::When::lie, .times = FakeFault::kEver});

  CHECK(error_of(TargetService(workspace).rehearse(target_name("files"), progress)) ==
        Errc::pending);
  CHECK_FALSE(must(store->target(target_name("files"))).rehearsed_at);
}

TEST_CASE_METHOD(ServiceFixture, "Rehearsal: a login that is denied is reported and leaves nothing",
                 "[service]") {
  files().break_operation("open_session", {.error = {Errc::refused, "permission denied", ""}});

  CHECK(error_of(TargetService(workspace).rehearse(target_name("files"), progress)) ==
        Errc::refused);
  CHECK(files().account_count() == 0);
}

}  // namespace stagepass::tests
