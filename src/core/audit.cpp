#include <stagepass/core/audit.hpp>

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace stagepass {
namespace {

/// Of an entry that vouches for records; those of earlier versions have none and hash as they did.
constexpr std::string_view kLabel = "stagepass audit entry 2";
constexpr std::string_view kEarlierLabel = "stagepass audit entry 1";

constexpr std::string_view kNoRecords = "-";
constexpr char kBetweenRecords = ' ';
constexpr char kBeforeMac = ':';

class EntryHash final {
 public:
  EntryHash() { ::crypto_generichash_init(&state_, nullptr, 0, sizeof(AuditHash)); }

  void add(const std::uint8_t* bytes, std::size_t size) {
    ::crypto_generichash_update(&state_, bytes, size);
  }

  void add_number(std::uint64_t number) {
    std::array<std::uint8_t, sizeof number> bytes{};
    std::generate(bytes.rbegin(), bytes.rend(), [&] {
      const auto last = static_cast<std::uint8_t>(number);
      number >>= 8U;
      return last;
    });
    add(bytes.data(), bytes.size());
  }

  /// Behind its length, so that no two lists of texts give the same bytes.
  void add_text(std::string_view text) {
    add_number(text.size());
    add(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }

  AuditHash result() {
    AuditHash hash{};
    ::crypto_generichash_final(&state_, hash.data(), hash.size());
    return hash;
  }

 private:
  crypto_generichash_state state_{};
};

struct Vouched {
  std::string_view record;  ///< empty for what names none
  std::string_view mac;
};

/// Takes the first "record:mac" off `records`.
Vouched take_first(std::string_view& records) {
  const std::string_view each = records.substr(0, records.find(kBetweenRecords));
  records.remove_prefix(std::min(each.size() + 1, records.size()));
  const std::size_t colon = each.find(kBeforeMac);
  return colon == std::string_view::npos ? Vouched{}
                                         : Vouched{each.substr(0, colon), each.substr(colon + 1)};
}

}  // namespace

void vouch_for(AuditEntry& entry, std::string_view record, std::string_view mac) {
  if (entry.records == kNoRecords) {
    entry.records.clear();
  } else {
    entry.records += kBetweenRecords;
  }
  entry.records += fmt::format("{}{}{}", record, kBeforeMac, mac);
}

std::optional<std::string> mac_in(std::string_view records, std::string_view record) {
  while (!records.empty()) {
    const Vouched each = take_first(records);
    if (each.record == record) {
      return std::string(each.mac);
    }
  }
  return std::nullopt;
}

std::vector<std::string> names_in(std::string_view records) {
  std::vector<std::string> names;
  while (!records.empty()) {
    const Vouched each = take_first(records);
    if (!each.record.empty()) {
      names.emplace_back(each.record);
    }
  }
  return names;
}

std::string record_name(const Grant& grant) {
  return "grant/" + grant.id.str();
}

std::string record_name(const Account& account) {
  return "account/" + account.id.str();
}

std::string record_name(const Target& target) {
  return "target/" + target.name.str();
}

std::string record_name(const Recipient& recipient) {
  return "recipient/" + recipient.name.str();
}

std::string record_name(const Case& record) {
  return case_record_name(record.ref);
}

std::string case_record_name(const CaseRef& ref) {
  return "case/" + ref.str();
}

std::vector<std::string> vouching_subjects(const Grant& grant) {
  return {grant.id.str()};
}

std::vector<std::string> vouching_subjects(const Account& account) {
  return {account.id.str(), account.grant.str()};
}

std::vector<std::string> vouching_subjects(const Target& target) {
  return {target.name.str()};
}

std::vector<std::string> vouching_subjects(const Recipient& recipient) {
  return {recipient.name.str()};
}

std::vector<std::string> vouching_subjects(const Case& record) {
  return {record_name(record)};
}

AuditHead extended(const AuditHead& head, const AuditEntry& entry) {
  EntryHash hash;
  hash.add_text(entry.records.empty() ? kEarlierLabel : kLabel);
  hash.add(head.hash.data(), head.hash.size());
  hash.add_number(static_cast<std::uint64_t>(head.size));
  hash.add_number(static_cast<std::uint64_t>(entry.at.time_since_epoch().count()));
  for (const std::string* text : {&entry.actor, &entry.action, &entry.subject, &entry.detail}) {
    hash.add_text(*text);
  }
  if (!entry.records.empty()) {
    hash.add_text(entry.records);
  }
  return {head.size + 1, hash.result()};
}

Result<AuditHead> followed_by(const AuditHead& head, const AuditEntry& entry) {
  const AuditHead next = extended(head, entry);
  if (entry.position != next.size) {
    return fail(Errc::corrupt, fmt::format("entry {} of the audit log is missing", next.size));
  }
  if (entry.hash != next.hash) {
    return fail(
        Errc::corrupt,
        fmt::format("entry {} of the audit log is not the one that was written", next.size));
  }
  return next;
}

}  // namespace stagepass
