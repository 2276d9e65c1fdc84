#include "unit/service/service_fixture.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/handoff/document.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/handoff_service.hpp>
#include <stagepass/service/recipient_service.hpp>

#include <proof/simulation/forwarding_store.hpp>
#include <support/catch.hpp>
#include <utility>

namespace stagepass::tests {
namespace {

using service::HandoffRequest;
using Unconfirmed = HandoffRequest::Unconfirmed;

class HandoffFixture : public ServiceFixture {
 public:
  /// A specialist's key, as age-keygen makes it.
  struct Key {
    std::vector<age::Identity> identities;
    age::Recipient recipient;
  };
  Key new_key() {
    auto identities = must(age::read_identities(age::generate_identity(random)));
    age::Recipient recipient = identities.front().recipient().value();
    return {std::move(identities), std::move(recipient)};
  }

  Key ana_has_a_confirmed_key() {
    Key key = new_key();
    must(recipients.add_keys(ana, {key.recipient}));
    must(recipients.confirm(ana, key.recipient.str()));
    return key;
  }

  Result<std::string> sealed(const GrantId& id, Unconfirmed unconfirmed = Unconfirmed::refused) {
    std::string block;
    SP_TRY(handoffs.seal({id, std::nullopt, unconfirmed}, [&](const std::string& text) {
      block = text;
      return Result<void>();
    }));
    return block;
  }

  static Result<handoff::Document> opened(const std::string& block, const Key& key) {
    SP_ASSIGN(const Secret content,
              age::decrypt(Bytes(reinterpret_cast<const std::uint8_t*>(block.data()), block.size()),
                           key.identities));
    return handoff::read_document(content);
  }

  /// Writes into the records as somebody does who can write the database and has no key.
  void tamper(const std::function<void(Recipient&)>& edit) const {
    ChangeSet changes;
    changes.changed_recipients.push_back(must(store->recipient(ana)));
    edit(changes.changed_recipients.front());
    must(store->commit(changes));
  }

  RecipientName ana = must(RecipientName::parse("ana"));
  service::RecipientService recipients{workspace};
  service::HandoffService handoffs{workspace};
};

/// Somebody has put the keys of a recipient back, and the log's index forgets what came since.
class KeysOfBefore final : public proof::ForwardingStore {
 public:
  KeysOfBefore(Store& real, Recipient before) : ForwardingStore(real), before_(std::move(before)) {}
  Result<Recipient> recipient(const RecipientName& /*name*/) override { return before_; }

 private:
  Recipient before_;
};

}  // namespace

TEST_CASE_METHOD(HandoffFixture, "Hand-off: its specialist opens it and finds what logs in",
                 "[service]") {
  const Key key = ana_has_a_confirmed_key();
  const auto made = granted({"files", "shop"});
  const auto document = must(opened(must(sealed(made.grant.id)), key));
  CHECK(document.grant == made.grant.id.str());
  CHECK(document.recipient == "ana");
  CHECK(document.environment == "staging");
  CHECK(document.ends_at == made.grant.expires_at);
  REQUIRE(document.accounts.size() == 2);
  for (const auto& account : document.accounts) {
    FakeTarget& world = drivers.world(account.target);
    REQUIRE(account.password);
    CHECK(world.login_works(account.user, *account.password));
  }
}

TEST_CASE_METHOD(HandoffFixture,
                 "Hand-off: nothing is sealed to keys of before, though no index of the log knows",
                 "[service]") {
  ana_has_a_confirmed_key();
  const Recipient before = must(store->recipient(ana));
  ana_has_a_confirmed_key();
  const auto made = granted({"files"});
  KeysOfBefore lying(*store, before);
  service::Workspace deceived{lying, vault, drivers, *guard, random, "root on shop", {}};

  CHECK(error_of(service::HandoffService(deceived).seal(
            {made.grant.id, std::nullopt}, [](const std::string&) { return Result<void>(); })) ==
        Errc::corrupt);
}

TEST_CASE_METHOD(HandoffFixture, "Hand-off: nobody else opens it", "[service]") {
  ana_has_a_confirmed_key();
  const auto made = granted({"files"});
  CHECK(error_of(opened(must(sealed(made.grant.id)), new_key())) == Errc::locked);
}

TEST_CASE_METHOD(HandoffFixture, "Hand-off: counts as shown and is sealed once", "[service]") {
  ana_has_a_confirmed_key();
  const auto made = granted({"files"});
  must(sealed(made.grant.id));
  const Account account = stored(made.accounts.front());
  CHECK(account.retrieval.retrieved_by == "merchant (uid 1000), sealed for ana");
  CHECK(error_of(sealed(made.grant.id)) == Errc::already_retrieved);
  CHECK(error_of(grants.retrieve(made.grant.id, std::nullopt, [](const auto&) {
          return Result<void>();
        })) == Errc::already_retrieved);
}

TEST_CASE_METHOD(HandoffFixture, "Hand-off: a block that could not be delivered shows nothing",
                 "[service]") {
  const Key key = ana_has_a_confirmed_key();
  const auto made = granted({"files"});
  CHECK(error_of(handoffs.seal({made.grant.id, std::nullopt}, [](const std::string&) {
          return Result<void>(fail(Errc::unavailable, "the disk is full"));
        })) == Errc::unavailable);
  CHECK_FALSE(stored(made.accounts.front()).retrieval.retrieved_at);
  CHECK(opened(must(sealed(made.grant.id)), key));
}

TEST_CASE_METHOD(HandoffFixture, "Hand-off: without a confirmed key nothing is claimed",
                 "[service]") {
  const auto made = granted({"files"});
  CHECK(error_of(sealed(made.grant.id)) == Errc::policy);
  const Key key = new_key();
  must(recipients.add_keys(ana, {key.recipient}));
  CHECK(error_of(sealed(made.grant.id)) == Errc::policy);
  CHECK_FALSE(stored(made.accounts.front()).retrieval.claimed_at);
  CHECK(opened(must(sealed(made.grant.id, Unconfirmed::allowed)), key));
}

TEST_CASE_METHOD(HandoffFixture,
                 "Hand-off: an unconfirmed key beside a confirmed one opens nothing", "[service]") {
  const Key confirmed = ana_has_a_confirmed_key();
  const Key other = new_key();
  must(recipients.add_keys(ana, {other.recipient}));
  const auto made = granted({"files"});
  const std::string block = must(sealed(made.grant.id));
  CHECK(opened(block, confirmed));
  CHECK(error_of(opened(block, other)) == Errc::locked);
}

TEST_CASE_METHOD(HandoffFixture,
                 "Hand-off: a key that somebody else has put in is never sealed for", "[service]") {
  const auto made = granted({"files"});
  const std::string evil = new_key().recipient.str();
  SECTION("to a recipient without a key") {
    tamper([&](Recipient& r) { r.keys = {{evil, r.created_at, "x", r.created_at, "x"}}; });
  }
  SECTION("in place of another") {
    ana_has_a_confirmed_key();
    tamper([&](Recipient& r) { r.keys.front().text = evil; });
  }
  SECTION("as confirmed, though nobody did") {
    must(recipients.add_keys(ana, {new_key().recipient}));
    tamper([&](Recipient& r) { r.keys.front().confirmed_at = r.created_at; });
  }
  CHECK(error_of(sealed(made.grant.id)) == Errc::corrupt);
  CHECK(error_of(sealed(made.grant.id, Unconfirmed::allowed)) == Errc::corrupt);
  CHECK_FALSE(stored(made.accounts.front()).retrieval.claimed_at);
  CHECK(must(service::find_changed_records(workspace)).recipients.size() == 1);

  INFO("the way out: take his keys away and add them anew");
  must(recipients.remove_all_keys(ana));
  CHECK(must(service::find_changed_records(workspace)).empty());
  const Key key = ana_has_a_confirmed_key();
  CHECK(opened(must(sealed(made.grant.id)), key));
}

TEST_CASE_METHOD(HandoffFixture, "Hand-off: keys that were there before are not put back",
                 "[service]") {
  ana_has_a_confirmed_key();
  const Recipient before = must(store->recipient(ana));
  must(recipients.remove_all_keys(ana));
  tamper([&](Recipient& r) { r.keys = before.keys; });
  CHECK(error_of(recipients.find(ana)) == Errc::corrupt);
}

TEST_CASE_METHOD(HandoffFixture, "Hand-off: for somebody without a key there is a passphrase",
                 "[service]") {
  const auto made = granted({"files"});
  const Secret passphrase = Secret::copy_of("correct horse battery staple");
  std::string block;
  must(handoffs.seal({made.grant.id, std::nullopt, Unconfirmed::refused, &passphrase},
                     [&](const std::string& text) {
                       block = text;
                       return Result<void>();
                     }));
  std::vector<age::Identity> right;
  right.push_back(must(age::Identity::of_passphrase(passphrase.clone())));
  const Secret content = must(age::decrypt(
      Bytes(reinterpret_cast<const std::uint8_t*>(block.data()), block.size()), right));
  CHECK(must(handoff::read_document(content)).grant == made.grant.id.str());
  CHECK(stored(made.accounts.front()).retrieval.retrieved_by ==
        "merchant (uid 1000), sealed with a passphrase for ana");
}

TEST_CASE_METHOD(HandoffFixture, "Recipient: a key is kept once, confirmed once and removed alone",
                 "[service]") {
  const Key first = ana_has_a_confirmed_key();
  const Key second = new_key();
  const Recipient both = must(recipients.add_keys(ana, {first.recipient, second.recipient}));
  CHECK(both.keys.size() == 2);
  CHECK(both.key(first.recipient.str())->confirmed_by == "merchant (uid 1000)");
  CHECK_FALSE(both.key(second.recipient.str())->confirmed_at);
  must(recipients.remove_key(ana, first.recipient.str()));
  CHECK(must(recipients.find(ana)).keys.size() == 1);
  CHECK(error_of(recipients.remove_key(ana, first.recipient.str())) == Errc::not_found);
  CHECK(error_of(recipients.confirm(ana, first.recipient.str())) == Errc::not_found);
}

TEST_CASE_METHOD(HandoffFixture, "Recipient: more keys than one person has are refused",
                 "[service]") {
  std::vector<age::Recipient> keys;
  for (std::size_t i = 0; i <= kMostKeys; ++i) {
    keys.push_back(new_key().recipient);
  }
  CHECK(error_of(recipients.add_keys(ana, keys)) == Errc::invalid_argument);
  CHECK(error_of(recipients.find(ana)) == Errc::not_found);
}

}  // namespace stagepass::tests
