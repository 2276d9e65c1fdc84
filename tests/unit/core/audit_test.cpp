#include <stagepass/core/audit.hpp>
#include <stagepass/core/text.hpp>

#include <set>
#include <support/catch.hpp>
#include <support/crypto.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::tests {
namespace {

AuditEntry sample(const std::string& detail) {
  return {.at = Timestamp(std::chrono::seconds(1'900'000'000)),
          .actor = "ana (uid 1000) on shop1",
          .action = "grant",
          .subject = "g-7f3k9q2m5x",
          .detail = detail};
}

/// The entries as a store keeps them.
std::vector<AuditEntry> stored(std::initializer_list<const char*> details) {
  std::vector<AuditEntry> log;
  AuditHead head;
  for (const char* detail : details) {
    AuditEntry entry = sample(detail);
    head = extended(head, entry);
    entry.position = head.size;
    entry.hash = head.hash;
    log.push_back(entry);
  }
  return log;
}

Result<AuditHead> followed(const std::vector<AuditEntry>& log) {
  AuditHead head;
  for (const AuditEntry& entry : log) {
    SP_ASSIGN(head, followed_by(head, entry));
  }
  return head;
}

}  // namespace

// Reckoned with Python's hashlib.blake2b.
TEST_CASE("Audit: the hash of an entry is the same in every version", "[core]") {
  AuditEntry earlier = sample("case MSP-1");
  earlier.records.clear();
  const AuditHead first = extended({}, earlier);
  CHECK(first.size == 1);
  CHECK(to_hex(first.hash) == "d8e11c708523798303686bf32ae08f4dd1123d7bb793855460655f7ac8893497");
  CHECK(to_hex(extended(first, sample("")).hash) ==
        "b28680dcf06eb242df6bbf37d28d189b1ff0c26a9605e5926aff63abd2c0f386");
  AuditEntry vouching = sample("");
  vouch_for(vouching, "grant/g-7f3k9q2m5x", "bWFj");
  CHECK(to_hex(extended(first, vouching).hash) ==
        "5d07de4ea950bd9f236c0bbeed237f28eb590529cdd468149608678a8bc20f9e");
}

TEST_CASE("Audit: every part of an entry, and all before it, is in its hash", "[core]") {
  const AuditEntry entry = sample("case MSP-1");
  std::vector<AuditEntry> others(7, entry);
  others[6].records += "x";
  others[0].at += std::chrono::seconds(1);
  others[1].actor += "x";
  others[2].action = "revoke";
  others[3].subject = "g-7f3k9q2m5y";
  others[4].detail = "";
  // The same letters, parted elsewhere.
  others[5].action = "grantg";
  others[5].subject = "-7f3k9q2m5x";

  std::set<AuditHash> hashes = {extended({}, entry).hash};
  for (const AuditEntry& other : others) {
    hashes.insert(extended({}, other).hash);
  }
  hashes.insert(extended(extended({}, entry), entry).hash);
  hashes.insert(extended({1, {}}, entry).hash);
  CHECK(hashes.size() == others.size() + 3);
}

TEST_CASE("Audit: what the store gives an entry does not change its hash", "[core]") {
  AuditEntry entry = sample("x");
  const AuditHead head = extended({}, entry);
  entry.position = 7;
  entry.hash.fill(1);
  CHECK(extended({}, entry) == head);
}

TEST_CASE("Audit: an entry that was edited, moved, left out or put in is found", "[core]") {
  const auto log = stored({"one", "two", "three", "four"});
  CHECK(must(followed(log)).size == 4);

  const auto is_found = [&](auto change) {
    auto changed = log;
    change(changed);
    return error_of(followed(changed)) == Errc::corrupt;
  };
  CHECK(is_found([](auto& entries) { entries[1].detail = "2"; }));
  CHECK(is_found([](auto& entries) { entries[1].hash[31] ^= 1U; }));
  CHECK(is_found([](auto& entries) { entries.erase(entries.begin() + 1); }));
  CHECK(is_found([](auto& entries) { std::swap(entries[1], entries[2]); }));
  CHECK(is_found([](auto& entries) { entries.insert(entries.begin() + 1, entries[1]); }));
  CHECK(is_found([](auto& entries) {  // as if it had always been there
    std::swap(entries[1].detail, entries[2].detail);
  }));
}

TEST_CASE("Audit: an entry says which records it vouches for", "[core]") {
  AuditEntry entry = sample("");
  CHECK_FALSE(mac_in(entry.records, "grant/g-7f3k9q2m5x"));

  vouch_for(entry, "grant/g-7f3k9q2m5x", "one==");
  vouch_for(entry, "account/a-7f3k9q2m5x", "two==");

  CHECK(mac_in(entry.records, "grant/g-7f3k9q2m5x") == "one==");
  CHECK(mac_in(entry.records, "account/a-7f3k9q2m5x") == "two==");
  CHECK(names_in(entry.records) ==
        std::vector<std::string>{"grant/g-7f3k9q2m5x", "account/a-7f3k9q2m5x"});
  CHECK(names_in("-").empty());
  CHECK_FALSE(mac_in(entry.records, "account/a-7f3k9q2m5"));
  CHECK_FALSE(mac_in(entry.records, "a-7f3k9q2m5x"));
  CHECK_FALSE(mac_in("", "grant/g-7f3k9q2m5x"));
  CHECK_FALSE(mac_in("grant/g-7f3k9q2m5x", "grant/g-7f3k9q2m5x"));
}

}  // namespace stagepass::tests
