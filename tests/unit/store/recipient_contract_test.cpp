#include "store_backends.hpp"

#include <support/catch.hpp>

namespace stagepass::tests {
namespace {

RecipientKey sample_key(const char* text) {
  return {.text = text,
          .added_at = kNow,
          .added_by = "root on shop1",
          .confirmed_at = std::nullopt,
          .confirmed_by = {}};
}

Recipient stored(Store& store) {
  return must(store.recipient(recipient_name("ana")));
}

}  // namespace

STORE_CONTRACT("Store: a recipient has no keys until some are added") {
  Grounded<TestType> backend;
  const Recipient recipient = stored(*backend.store);
  CHECK(recipient.created_at == kNow);
  CHECK(recipient.version == 1);
  CHECK(recipient.keys.empty());
  CHECK(recipient.vouched_mac.empty());
  CHECK(error_of(backend.store->recipient(recipient_name("eve"))) == Errc::not_found);
}

STORE_CONTRACT("Store: the keys of a recipient are kept whole and take the place of the old") {
  Grounded<TestType> backend;
  Recipient recipient = stored(*backend.store);
  RecipientKey confirmed = sample_key("age1b");
  confirmed.confirmed_at = kNow + kHour;
  confirmed.confirmed_by = "eva on shop1";
  recipient.keys = {sample_key("age1a"), confirmed};
  must(backend.store->commit({.changed_recipients = {recipient}}));
  CHECK(stored(*backend.store).keys == recipient.keys);
  CHECK(stored(*backend.store).version == 2);

  recipient.version = 2;
  recipient.keys = {confirmed};
  must(backend.store->commit({.changed_recipients = {recipient}}));
  CHECK(stored(*backend.store).keys == recipient.keys);
}

STORE_CONTRACT("Store: keys that somebody else has changed in between are not overwritten") {
  Grounded<TestType> backend;
  Recipient recipient = stored(*backend.store);
  recipient.keys = {sample_key("age1a")};
  must(backend.store->commit({.changed_recipients = {recipient}}));
  recipient.keys = {sample_key("age1b")};
  CHECK(error_of(backend.store->commit({.changed_recipients = {recipient}})) == Errc::conflict);
  CHECK(stored(*backend.store).keys.front().text == "age1a");
}

STORE_CONTRACT("Store: a recipient is added and given keys in one step") {
  TestType backend;
  const Recipient bob{recipient_name("bob"), kNow, {sample_key("age1a")}};
  must(backend.store->commit(
      {.recipients = {{bob.name, bob.created_at}}, .changed_recipients = {bob}}));
  must(backend.store->commit({.recipients = {{bob.name, kNow + kHour}}}));
  const auto all = must(backend.store->recipients());
  REQUIRE(all.size() == 1);
  CHECK(all.front().created_at == kNow);
  CHECK(all.front().keys == bob.keys);
  const Recipient nobody{recipient_name("eve"), kNow, {}};
  CHECK(error_of(backend.store->commit({.changed_recipients = {nobody}})) == Errc::not_found);
}

}  // namespace stagepass::tests
