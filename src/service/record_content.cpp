#include "service/record_content.hpp"

#include <stagepass/core/secret.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace stagepass::service {
namespace {

class Content final {
 public:
  Content& add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  Content& add(Bytes blob) {
    add(static_cast<std::int64_t>(blob.size()));
    bytes_.insert(bytes_.end(), blob.begin(), blob.end());
    return *this;
  }
  Content& add(std::int64_t number) {
    constexpr int kBits = 64;
    constexpr int kByte = 8;
    for (int shift = kBits - kByte; shift >= 0; shift -= kByte) {
      bytes_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
    }
    return *this;
  }
  Content& add(Timestamp at) { return add(std::int64_t{at.time_since_epoch().count()}); }
  Content& add(const std::optional<Timestamp>& at) {
    add(std::int64_t{at ? 1 : 0});
    return at ? add(*at) : *this;
  }

  [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Not the wrapped key: a rotation replaces it, and any other than the right one opens nothing.
void add(Content& content, const std::optional<SealedSecret>& secret) {
  content.add(std::int64_t{secret ? 1 : 0});
  if (secret) {
    content.add(Bytes(secret->ciphertext));
  }
}

void add(Content& content, const Retrieval& retrieval) {
  content.add(retrieval.claimed_at)
      .add(retrieval.claimed_by)
      .add(retrieval.retrieved_at)
      .add(retrieval.retrieved_by);
}

void add(Content& content, const EndEvidence& evidence) {
  content.add(evidence.disabled_at)
      .add(evidence.sessions_ended_at)
      .add(evidence.sessions_ended)
      .add(evidence.deleted_at)
      .add(std::int64_t{evidence.was_already_absent ? 1 : 0})
      .add(evidence.verified_at)
      .add(to_string(evidence.login));
}

}  // namespace

std::vector<std::uint8_t> content_of(const Grant& grant) {
  Content content;
  const bool has_clocks = grant.retrieve_by || grant.work_time;
  content.add(has_clocks ? "grant 2" : "grant 1")
      .add(grant.id.str())
      .add(grant.case_ref.str())
      .add(grant.recipient.str())
      .add(grant.created_at)
      .add(grant.created_by)
      .add(grant.expires_at)
      .add(grant.ended_at)
      .add(grant.end_reason ? to_string(*grant.end_reason) : std::string_view())
      .add(grant.ended_by);
  if (has_clocks) {
    content.add(grant.retrieve_by).add(std::int64_t{grant.work_time ? 1 : 0});
    content.add(std::int64_t{grant.work_time.value_or(Ttl::zero()).count()});
  }
  return content.take();
}

std::vector<std::uint8_t> content_of(const Account& account) {
  Content content;
  content.add("account 1")
      .add(account.id.str())
      .add(account.grant.str())
      .add(account.target.str())
      .add(account.user_name.str())
      .add(account.marker)
      .add(to_string(account.state))
      .add(account.created_at)
      .add(account.expires_at)
      .add(account.ends_at)
      .add(account.attempts)
      .add(account.last_error);
  add(content, account.secret);
  add(content, account.retrieval);
  add(content, account.evidence);
  return content.take();
}

std::vector<std::uint8_t> content_of(const Target& target) {
  Content content;
  content.add("target 1")
      .add(target.name.str())
      .add(target.driver)
      .add(to_string(target.environment))
      .add(target.created_at)
      .add(target.rehearsed_at);
  content.add(static_cast<std::int64_t>(target.settings.size()));
  for (const auto& [setting, value] : target.settings) {
    content.add(setting).add(value);
  }
  content.add(static_cast<std::int64_t>(target.sealed_settings.size()));
  for (const auto& [setting, sealed] : target.sealed_settings) {
    content.add(setting).add(Bytes(sealed));
  }
  return content.take();
}

std::vector<std::uint8_t> content_of(const Recipient& recipient) {
  Content content;
  content.add("recipient 1").add(recipient.name.str()).add(recipient.created_at);
  content.add(static_cast<std::int64_t>(recipient.keys.size()));
  for (const RecipientKey& key : recipient.keys) {
    content.add(key.text)
        .add(key.added_at)
        .add(key.added_by)
        .add(key.confirmed_at)
        .add(key.confirmed_by);
  }
  return content.take();
}

std::vector<std::uint8_t> content_of(const Case& record) {
  Content content;
  content.add("case 1")
      .add(record.ref.str())
      .add(record.created_at)
      .add(record.opened_at)
      .add(record.closed_at)
      .add(record.environment ? to_string(*record.environment) : std::string_view())
      .add(record.platform)
      .add(record.versions)
      .add(record.timebox_at)
      .add(static_cast<std::int64_t>(record.answers.size()));
  for (const auto& [basic, answer] : record.answers) {
    content.add(to_string(basic)).add(answer);
  }
  return content.take();
}

}  // namespace stagepass::service
