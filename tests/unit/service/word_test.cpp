// A specialist's word: who may say it, and what comes of it.
#include "unit/service/service_fixture.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/handoff/document.hpp>
#include <stagepass/service/handoff_service.hpp>
#include <stagepass/service/recipient_service.hpp>
#include <stagepass/service/word_service.hpp>

#include <algorithm>
#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

using handoff::Saying;
using handoff::Word;

class WordFixture : public ServiceFixture {
 public:
  WordFixture() {
    service::RecipientService recipients(workspace);
    must(recipients.add_keys(ana, {identities.front().recipient().value()}));
    must(recipients.confirm(ana, identities.front().recipient().value().str()));
  }

  /// What the specialist finds in the block of a new grant.
  handoff::Document handed_off(std::initializer_list<const char*> targets) {
    return opened(granted(targets).grant.id);
  }

  handoff::Document opened(const GrantId& id) {
    std::string block;
    must(service::HandoffService(workspace).seal({id, std::nullopt}, [&](const std::string& text) {
      block = text;
      return Result<void>();
    }));
    const Secret content = must(age::decrypt(
        Bytes(reinterpret_cast<const std::uint8_t*>(block.data()), block.size()), identities));
    return must(handoff::read_document(content));
  }

  [[nodiscard]] Word word(const handoff::Document& document, Saying says) const {
    return {must(GrantId::parse(document.grant)), must(CaseRef::parse(document.case_ref)), says,
            clock.now(), must(RecipientName::parse(document.recipient))};
  }

  /// Said by who has opened the block.
  [[nodiscard]] Word said(const handoff::Document& document, Saying says) const {
    return must(handoff::read_word(write_word(word(document, says), *document.word_token)));
  }

  Result<service::EndReport> act(const Word& word) {
    return service::act_on_word(workspace, word, progress);
  }

  [[nodiscard]] std::int64_t entries_of(const GrantId& id, const std::string& action) const {
    const auto history = must(store->audit_of(id.str()));
    return std::count_if(history.begin(), history.end(),
                         [&](const AuditEntry& each) { return each.action == action; });
  }

  RecipientName ana = must(RecipientName::parse("ana"));
  std::vector<age::Identity> identities =
      must(age::read_identities(age::generate_identity(random)));
};

}  // namespace

TEST_CASE_METHOD(WordFixture, "Word: done finishes the grant, and the records say by whose word",
                 "[service]") {
  const auto document = handed_off({"files", "shop"});
  const Word done = said(document, Saying::done);

  const auto report = must(act(done));

  CHECK(report.accounts.size() == 2);
  CHECK(files().account_count() + shop().account_count() == 0);
  const Grant grant = must(store->grant(done.grant)).grant;
  CHECK(grant.end_reason == EndReason::finished);
  CHECK(grant.ended_by == "merchant (uid 1000), by the word of ana");
  CHECK(entries_of(done.grant, "word") == 1);
  CHECK(must(store->audit_of(done.grant.str())).back().action == "finished");
}

TEST_CASE_METHOD(WordFixture, "Word: compromised revokes it", "[service]") {
  const Word word = said(handed_off({"files"}), Saying::compromised);
  must(act(word));
  CHECK(must(store->grant(word.grant)).grant.end_reason == EndReason::revoked);
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(WordFixture, "Word: one whose target is down ends by purge", "[service]") {
  const Word word = said(handed_off({"files"}), Saying::done);
  files().set_down(true);
  CHECK(must(act(word)).accounts.at(0).problem);
  files().set_down(false);
  clock.advance(1h);
  purge();
  CHECK(files().account_count() == 0);
}

TEST_CASE_METHOD(WordFixture, "Word: said again it changes nothing", "[service]") {
  const auto document = handed_off({"files"});
  const Word done = said(document, Saying::done);
  must(act(done));
  const auto before = must(store->audit_head());

  const auto report = must(act(done));

  CHECK_FALSE(report.accounts.at(0).problem);
  CHECK(must(store->audit_head()) == before);
}

TEST_CASE_METHOD(WordFixture, "Word: that it was compromised is noted once, even when it is over",
                 "[service]") {
  const auto document = handed_off({"files"});
  must(act(said(document, Saying::done)));
  const Word word = said(document, Saying::compromised);
  must(act(word));
  must(act(word));
  CHECK(entries_of(word.grant, "word") == 2);
  CHECK(must(store->grant(word.grant)).grant.end_reason == EndReason::finished);
}

TEST_CASE_METHOD(WordFixture, "Word: nobody without the block says one, and nothing is changed",
                 "[service]") {
  const auto document = handed_off({"files"});
  const auto other = handed_off({"shop"});
  const auto refused = [&](const Word& word) {
    const auto before = must(store->audit_head());
    CHECK(error_of(act(word)) == Errc::invalid_argument);
    CHECK(must(store->audit_head()) == before);
    CHECK(files().account_count() == 1);
  };
  const auto edited = [&](const std::function<void(Word&)>& edit) {
    Word word = said(document, Saying::done);
    edit(word);
    return word;
  };
  refused(edited([](Word& word) { word.says = Saying::compromised; }));
  refused(edited([](Word& word) { word.at += 1s; }));
  refused(edited([](Word& word) { word.proof.clear(); }));
  refused(edited([&](Word& word) { word.proof = said(other, Saying::done).proof; }));
  INFO("the token of another grant, said about this one");
  Word foreign = word(document, Saying::done);
  refused(must(handoff::read_word(write_word(foreign, *other.word_token))));
  INFO("proven, and about somebody else's case or by somebody else");
  Word false_case = word(document, Saying::done);
  false_case.case_ref = must(CaseRef::parse("MSP-1"));
  refused(must(handoff::read_word(write_word(false_case, *document.word_token))));
  Word false_name = word(document, Saying::done);
  false_name.by = must(RecipientName::parse("eve"));
  refused(must(handoff::read_word(write_word(false_name, *document.word_token))));
}

TEST_CASE_METHOD(WordFixture, "Word: of another vault it is not known", "[service]") {
  Word word = said(handed_off({"files"}), Saying::done);
  word.grant = must(GrantId::parse("g-0000000000"));
  CHECK(error_of(act(word)) == Errc::not_found);
}

TEST_CASE_METHOD(WordFixture, "Word: each grant has a token of its own, the same in all its blocks",
                 "[service]") {
  const auto made = granted({"files", "shop"});
  const auto token_of = [&](const char* target) {
    std::string block;
    must(service::HandoffService(workspace).seal({made.grant.id, target_name(target)},
                                                 [&](const std::string& text) {
                                                   block = text;
                                                   return Result<void>();
                                                 }));
    const Secret content = must(age::decrypt(
        Bytes(reinterpret_cast<const std::uint8_t*>(block.data()), block.size()), identities));
    return must(handoff::read_document(content)).word_token->clone();
  };
  const Secret first = token_of("files");
  CHECK(first == token_of("shop"));
  CHECK_FALSE(first == *handed_off({"files"}).word_token);
  CHECK(first.size() == 32);
}

}  // namespace stagepass::tests
