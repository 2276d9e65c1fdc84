#include "service_fixture.hpp"

#include <stagepass/service/checkpoints.hpp>
#include <stagepass/service/key_rotation.hpp>
#include <stagepass/service/recovery.hpp>

#include <fmt/format.h>

namespace stagepass::tests {
namespace {

using Catch::Contains;

class FakePlace final : public CheckpointPlace {
 public:
  std::string name() const override { return "a place"; }
  bool is_readable() const override { return !is_log; }
  Result<std::optional<std::string>> read() override { return note; }
  Result<void> write(const std::string& text) override {
    if (refuses) {
      return fail(Errc::unavailable, "no space left on device");
    }
    note = text;
    ++writes;
    return {};
  }

  std::optional<std::string> note;
  bool refuses = false;
  bool is_log = false;
  int writes = 0;
};

/// A vault whose log is signed in two places.
class CheckpointFixture : public ServiceFixture {
 public:
  CheckpointFixture() { workspace.checkpoints = {&beside, &elsewhere}; }

  /// The same vault with the records it had on the first day; its targets go on as they are.
  struct OlderCopy {
    explicit OlderCopy(CheckpointFixture& now)
        : store(store::make_memory_store(
              {"00112233445566778899aabbccddeeff", now.clock.now(), now.vault.key_parameters()})),
          guard(must(service::ClockGuard::open(now.clock, *store))),
          workspace{*store, now.vault,  now.drivers,
                    *guard, now.random, "merchant (uid 1000)",
                    {},     1,          {&now.beside, &now.elsewhere}} {}

    std::unique_ptr<Store> store;
    std::unique_ptr<service::ClockGuard> guard;
    service::Workspace workspace;
  };

  FakePlace beside;
  FakePlace elsewhere;
};

}  // namespace

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: says how the log ends, signed by the vault",
                 "[service]") {
  must(service::keep_checkpoint(workspace));

  const auto key = vault.verifier_key();
  const std::string text = must(vault::open_note(beside.note.value(), key));
  const auto kept = must(service::parse_checkpoint(key.name, text));
  CHECK(kept.head == must(store->audit_head()));
  CHECK(kept.head.size == 2);
  CHECK(kept.at == clock.now());
  CHECK(elsewhere.note == beside.note);
  CHECK(service::checkpoint_text(key.name, kept) == text);
}

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: is written again only when the log has grown",
                 "[service]") {
  must(service::keep_checkpoint(workspace));
  must(service::keep_checkpoint(workspace));
  CHECK(beside.writes == 1);
  granted({"files"});
  must(service::keep_checkpoint(workspace));
  CHECK(beside.writes == 2);
}

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: one place that cannot be written is not missed",
                 "[service]") {
  elsewhere.refuses = true;
  must(service::keep_checkpoint(workspace));
  must(service::keep_checkpoint(workspace));
  CHECK(beside.writes == 1);

  granted({"files"});
  beside.refuses = true;
  CHECK(error_of(service::keep_checkpoint(workspace)) == Errc::unavailable);
}

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: a system log is told once, and is not missed",
                 "[service]") {
  FakePlace log;
  log.is_log = true;
  workspace.checkpoints.push_back(&log);
  must(service::keep_checkpoint(workspace));
  log.note.reset();  // it never gives anything back
  must(service::keep_checkpoint(workspace));
  CHECK(log.writes == 1);

  log.refuses = true;
  granted({"files"});
  must(service::keep_checkpoint(workspace));
}

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: text that is none is refused", "[service]") {
  const std::string hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const std::string time = "time 2030-01-01T00:00:00Z\n";
  must(service::parse_checkpoint("me", fmt::format("me\n7\n{}\n{}", hash, time)));
  for (const char* form :
       {"", "me\n7\n{0}\n", "you\n7\n{0}\n{1}", "me\n0\n{0}\n{1}", "me\n-7\n{0}\n{1}",
        "me\n7x\n{0}\n{1}", "me\n7\nAAAA\n{1}", "me\n7\n{0}\nnever\n", "me\n7\n{0}\n{1}more\n",
        "me\n99999999999999999999\n{0}\n{1}"}) {
    const std::string text = fmt::format(fmt::runtime(form), hash, time);
    INFO(text);
    CHECK_FALSE(service::parse_checkpoint("me", text));
  }
}

TEST_CASE_METHOD(CheckpointFixture,
                 "Older records: nothing is granted, extended or shown; ending goes on",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  must(service::keep_checkpoint(workspace));
  OlderCopy older(*this);
  service::GrantService service(older.workspace);

  const auto refused = service.grant(request({"files"}), progress);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code != Errc::internal);
  const auto why = service::require_whole_log(older.workspace);
  CHECK(error_of(why) == Errc::corrupt);
  CHECK_THAT(why.error().message, Contains("the records are older than what was signed at"));
  CHECK_THAT(why.error().hint, Contains("stagepass recover"));
  must(ExpiryScheduler(older.workspace, {}).run_due(progress, {}));

  INFO("an inconsistent log is never signed");
  const auto kept = elsewhere.note;
  CHECK(error_of(service::keep_checkpoint(older.workspace)) == Errc::corrupt);
  CHECK(elsewhere.note == kept);
  must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
}

TEST_CASE_METHOD(CheckpointFixture, "Older records: each of the three is refused by itself",
                 "[service]") {
  const auto made = granted({"files"});
  must(service::keep_checkpoint(workspace));
  FakePlace newer;
  const auto key = vault.verifier_key();
  newer.note = must(vault.sign(service::checkpoint_text(
      key.name, {{must(store->audit_head()).size + 1, AuditHash{}}, clock.now()})));
  workspace.checkpoints.push_back(&newer);
  const std::size_t accounts_before = files().account_count();

  CHECK(error_of(grants.grant(request({"files"}), progress)) == Errc::corrupt);
  CHECK(error_of(grants.extend(made.grant.id, Ttl(9h), progress)) == Errc::corrupt);
  bool was_shown = false;
  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) -> Result<void> {
          was_shown = true;
          return {};
        })) == Errc::corrupt);
  CHECK_FALSE(was_shown);
  CHECK(files().account_count() == accounts_before);

  const auto report = must(grants.end({.id = made.grant.id}, EndReason::revoked, progress));
  CHECK(report.accounts.front().account.state == AccountState::gone);
}

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: a log that was rewritten or cut off is noticed",
                 "[service]") {
  must(service::keep_checkpoint(workspace));
  const auto key = vault.verifier_key();
  AuditHead other = must(store->audit_head());
  other.hash[0] ^= 1U;
  beside.note = must(vault.sign(service::checkpoint_text(key.name, {other, clock.now()})));
  const auto why = service::require_whole_log(workspace);
  CHECK(error_of(why) == Errc::corrupt);
  CHECK_THAT(why.error().message, Contains("the audit log was rewritten: entry 2"));
}

TEST_CASE_METHOD(CheckpointFixture, "Checkpoint: one of another vault, or edited, is noticed",
                 "[service]") {
  must(service::keep_checkpoint(workspace));
  const std::string good = beside.note.value();
  std::string edited = good;
  edited.replace(edited.find("\n2\n"), 3, "\n1\n");
  const vault::VerifierKey key = vault.verifier_key();
  const std::string foreign =
      must(vault::sign_note(must(vault::open_note(good, key)), key.name,
                            Secret::copy_of("another key, 32 bytes in length.")));
  for (const std::string& note : {edited, foreign, std::string("nonsense"), std::string()}) {
    beside.note = note;
    CHECK(error_of(service::require_whole_log(workspace)) == Errc::corrupt);
    CHECK(error_of(service::keep_checkpoint(workspace)) == Errc::corrupt);
  }
  beside.note.reset();
  must(service::require_whole_log(workspace));
}

TEST_CASE_METHOD(CheckpointFixture, "Retrieve: its claim is signed before anything is shown",
                 "[service]") {
  const auto made = granted({"files"});
  int writes_before_showing = 0;
  must(grants.retrieve(made.grant.id, std::nullopt, [&](const auto&) -> Result<void> {
    writes_before_showing = elsewhere.writes;
    return {};
  }));
  CHECK(writes_before_showing == 1);
}

TEST_CASE_METHOD(
    CheckpointFixture,
    "Retrieve: where the claim cannot be signed nothing is shown, and it can be tried again",
    "[service]") {
  const auto made = granted({"files"});
  beside.refuses = elsewhere.refuses = true;
  bool was_shown = false;
  const auto show = [&](const auto&) -> Result<void> {
    was_shown = true;
    return {};
  };
  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, show)) == Errc::unavailable);
  CHECK_FALSE(was_shown);

  beside.refuses = false;
  must(grants.retrieve(made.grant.id, std::nullopt, show));
  CHECK(was_shown);
}

TEST_CASE_METHOD(CheckpointFixture, "Verify: reads the whole log to its end", "[service]") {
  granted({"files", "shop"});
  must(service::keep_checkpoint(workspace));
  CHECK(must(service::verify_log(workspace, progress)) == must(store->audit_head()));
}

TEST_CASE_METHOD(CheckpointFixture,
                 "Recover: the log is signed anew, and what may have been shown is shown no more",
                 "[service]") {
  const auto made = granted({"files"});
  FakePlace newer;
  const auto key = vault.verifier_key();
  newer.note =
      must(vault.sign(service::checkpoint_text(key.name, {{99, AuditHash{}}, clock.now()})));
  workspace.checkpoints.push_back(&newer);
  REQUIRE_FALSE(service::require_whole_log(workspace));

  CHECK(must(service::accept_older_records(workspace, "99 were signed")) == 1);

  must(service::require_whole_log(workspace));
  CHECK(must(store->audit_of("vault")).back().detail == "99 were signed");
  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, [](const auto&) {
          return Result<void>();
        })) == Errc::already_retrieved);
  INFO("its account is ended as any other, with the refused login seen");
  const auto report = must(grants.end({.id = made.grant.id}, EndReason::finished, progress));
  CHECK(report.accounts.front().account.evidence.login == LoginCheck::refused);
  granted({"files"});
}

TEST_CASE_METHOD(CheckpointFixture,
                 "Checkpoint: on an older copy of the records no key is destroyed", "[service]") {
  granted({"files"});
  must(service::keep_checkpoint(workspace));
  OlderCopy older(*this);
  const auto before = keyring->text();
  clock.advance(48h);
  CHECK(error_of(service::rotate_keys(older.workspace)) == Errc::corrupt);
  CHECK(error_of(service::rotate_keys_if_due(older.workspace, Ttl(24h))) == Errc::corrupt);
  CHECK(keyring->text() == before);
}

}  // namespace stagepass::tests
