#include "service_fixture.hpp"

#include <thread>

namespace stagepass::tests {
namespace {

using State = ClockVerdict::State;

/// What a person was warned of.
class WarnedProgress final : public Progress {
 public:
  void step(std::string_view /*text*/) override {}
  void warn(std::string_view text) override { warning += text; }
  void count(std::size_t /*done*/, std::size_t /*total*/) override {}

  std::string warning;
};

/// The same vault as another process finds it.
struct NextProcess {
  explicit NextProcess(ServiceFixture& fixture)
      : guard(must(service::ClockGuard::open(fixture.clock, *fixture.store))),
        workspace{
            fixture.workspace.store,  fixture.workspace.vault, fixture.workspace.drivers, *guard,
            fixture.workspace.random, fixture.workspace.actor, fixture.workspace.policy} {}

  service::PurgeReport purge(Progress& progress) {
    return must(service::ExpiryScheduler(workspace, {}).run_due(progress, std::stop_token()));
  }

  std::unique_ptr<service::ClockGuard> guard;
  service::Workspace workspace;
};

}  // namespace

TEST_CASE_METHOD(ServiceFixture, "Clock guard: a clock that is set back does not lengthen a life",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  clock.advance(30min);
  clock.step(-24h);
  clock.advance(30min - 1s);
  CHECK(purge().accounts.empty());
  clock.advance(1s);
  CHECK(purge().accounts.size() == 1);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture, "Clock guard: nor does it in the next process or after a reboot",
                 "[service]") {
  granted({"files"}, Ttl(1h));
  clock.advance(30min);
  CHECK(purge().accounts.empty());
  SECTION("the next process") {
    clock.step(-24h);
    clock.advance(30min);
  }
  SECTION("a reboot during which the clock was set back") {
    clock.reboot(-24h);
    CHECK(NextProcess(*this).purge(progress).accounts.empty());
    clock.advance(30min);
  }
  NextProcess next(*this);
  CHECK(next.purge(progress).accounts.size() == 1);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: a clock that was set back stops grants and extensions",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  clock.step(-2h);

  const auto refused = grants.grant(request({"files"}), progress);
  REQUIRE(error_of(refused) == Errc::unavailable);
  CHECK_THAT(refused.error().message, Catch::Matchers::ContainsSubstring("2h behind"));
  CHECK(error_of(grants.extend(made.grant.id, Ttl(2h), progress)) == Errc::unavailable);
  CHECK(files().account_count() == 1);

  INFO("but not the ending");
  CHECK_FALSE(
      must(grants.end({.id = made.grant.id}, EndReason::finished, progress)).accounts[0].problem);
  INFO("and all is well when the clock is set right");
  clock.step(2h);
  granted({"files"});
}

TEST_CASE_METHOD(ServiceFixture, "Clock guard: a jump forward is told before anything is ended",
                 "[service]") {
  granted({"files"}, Ttl(8h));
  must(guard->keep("merchant"));
  clock.step(24h * 3);
  WarnedProgress warned;
  bool told_first = false;
  files().on_call(
      [&](const std::string&, const std::string&) { told_first = !warned.warning.empty(); });

  NextProcess next(*this);
  CHECK(next.purge(warned).clock.state == State::ahead);

  CHECK(told_first);
  CHECK_THAT(warned.warning, Catch::Matchers::ContainsSubstring("jumped forward by 3d"));
  CHECK(files().account_count() == 0);
  INFO("once: by then it is the time that this vault has seen");
  WarnedProgress again;
  CHECK(NextProcess(*this).purge(again).clock.state == State::sound);
  CHECK(again.warning.empty());
}

TEST_CASE_METHOD(ServiceFixture, "Clock guard: a grant that is the first to see a jump tells it",
                 "[service]") {
  must(guard->keep("merchant"));
  clock.step(24h * 3);
  WarnedProgress warned;
  must(grants.grant(request({"files"}), warned));
  CHECK_THAT(warned.warning, Catch::Matchers::ContainsSubstring("jumped forward by 3d"));
}

TEST_CASE_METHOD(ServiceFixture, "Clock guard: a machine that slept or was off has not jumped",
                 "[service]") {
  granted({"files"}, Ttl(8h));
  must(guard->keep("merchant"));
  WarnedProgress warned;
  SECTION("slept") {
    clock.advance(24h * 3);
  }
  SECTION("was off") {
    clock.reboot(24h * 3);
  }
  CHECK(NextProcess(*this).purge(warned).accounts.size() == 1);
  CHECK(warned.warning.empty());
}

TEST_CASE_METHOD(ServiceFixture, "Clock guard: steps are in the audit log and told there once",
                 "[service]") {
  must(guard->keep("merchant"));
  clock.step(-2h);
  for (int run = 0; run < 3; ++run) {
    purge();
    clock.advance(5min);
  }
  const auto entries = must(store->audit_of("clock"));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].action == "clock.behind");
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: a person may go back to the right time when nothing is open",
                 "[service]") {
  clock.step(24h * 3650);
  must(guard->keep("merchant"));
  const auto made = granted({"files"}, Ttl(1h));
  clock.step(-24h * 3650);
  INFO("not while a life would be lengthened by ten years");
  CHECK(error_of(guard->accept("merchant")) == Errc::conflict);
  CHECK(guard->verdict().state == State::behind);

  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  must(guard->accept("merchant"));

  CHECK(guard->verdict().state == State::sound);
  CHECK(guard->now() == clock.now());
  CHECK(must(store->clock_mark())->latest == clock.now());
  granted({"files"}, Ttl(1h));
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: a target that was paused by a wrong clock is not paused for years",
                 "[service]") {
  service::ExpiryScheduler watch(workspace, {});
  clock.step(24h * 3650);
  must(guard->keep("merchant"));
  const auto before = granted({"files"}, Ttl(1h));
  clock.advance(1h);
  files().set_down(true);
  must(watch.run_due(progress, {}));
  files().heal();
  must(grants.end({.id = before.grant.id}, EndReason::finished, progress));
  clock.step(-24h * 3650);
  must(guard->accept("merchant"));

  const auto made = granted({"files"}, Ttl(1h));
  clock.advance(1h);
  CHECK(must(watch.run_due(progress, {})).overdue.accounts == 0);
  CHECK(stored(made.accounts[0]).state == AccountState::gone);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: a process that runs on follows what others have seen", "[service]") {
  must(guard->keep("merchant"));
  NextProcess other(*this);
  INFO("a later time that somebody else has kept");
  clock.step(48h);
  must(other.guard->keep("merchant"));
  clock.step(-48h);
  CHECK(must(guard->keep("merchant")).state == State::behind);
  CHECK(guard->now() == clock.now() + 48h);

  INFO("and an earlier one that a person has confirmed");
  must(other.guard->accept("merchant"));
  CHECK(must(guard->keep("merchant")).state == State::sound);
  CHECK(guard->now() == clock.now());
  CHECK(must(store->clock_mark())->latest == clock.now());
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: what a clock put off for years is tried again when it is right",
                 "[service]") {
  const auto made = granted({"files"}, Ttl(1h));
  files().set_down(true);
  clock.step(24h * 365);
  NextProcess wrong(*this);
  const auto report = must(service::GrantService(wrong.workspace)
                               .end({.id = made.grant.id}, EndReason::revoked, progress));
  CHECK(report.accounts[0].problem);
  clock.step(-24h * 365);
  files().heal();

  NextProcess right(*this);
  CHECK(right.purge(progress).accounts.size() == 1);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: the mark is at most a minute old and written no more often",
                 "[service]") {
  must(guard->keep("merchant"));
  const Timestamp first = clock.now();
  clock.advance(59s);
  must(guard->keep("merchant"));
  CHECK(must(store->clock_mark())->latest == first);
  clock.advance(1s);
  must(guard->keep("merchant"));
  CHECK(must(store->clock_mark())->latest == first + 60s);
}

TEST_CASE_METHOD(ServiceFixture,
                 "Clock guard: a wait ends although the clock is set back meanwhile", "[service]") {
  const Timestamp deadline = guard->now() + 1min;
  std::jthread mover([&] {
    static_cast<void>(clock.earliest_wakeup());
    clock.step(-24h);
    for (int second = 0; second < 60; ++second) {
      clock.advance(1s);
    }
  });
  CHECK(guard->wait_until(deadline, {}) == Wake::deadline);
  CHECK(guard->now() >= deadline);
}

}  // namespace stagepass::tests
