#include "service/record_macs.hpp"
#include "service/records.hpp"

#include <stagepass/service/recipient_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::service {
namespace {

Failure no_such_key(const RecipientName& name) {
  return fail(Errc::not_found, fmt::format("{} has no such key", name.str()),
              fmt::format("see `stagepass recipient show {}`", name.str()));
}

bool comes_first(const RecipientKey& a, const RecipientKey& b) {
  return a.text < b.text;
}

std::string describe(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

Result<Recipient> RecipientService::add_keys(const RecipientName& name,
                                             const std::vector<age::Recipient>& keys) {
  auto found = find(name);
  if (!found && found.error().code != Errc::not_found) {
    return found;
  }
  Recipient recipient = found ? *std::move(found) : Recipient{name, workspace_->clock.now()};
  std::vector<std::string> added;
  for (const age::Recipient& key : keys) {
    if (recipient.key(key.str()) == nullptr) {
      added.push_back(key.str());
      recipient.keys.push_back({.text = key.str(),
                                .added_at = workspace_->clock.now(),
                                .added_by = workspace_->actor,
                                .confirmed_at = std::nullopt,
                                .confirmed_by = {}});
    }
  }
  if (recipient.keys.size() > kMostKeys) {
    return fail(Errc::invalid_argument,
                fmt::format("{} would have {} keys, and {} are the most", name.str(),
                            recipient.keys.size(), kMostKeys),
                fmt::format("stagepass recipient remove {} KEY", name.str()));
  }
  std::sort(recipient.keys.begin(), recipient.keys.end(), comes_first);
  if (!added.empty()) {
    SP_TRY(store(recipient, "recipient.add", describe(added)));
  }
  return recipient;
}

Result<void> RecipientService::confirm(const RecipientName& name, const std::string& key_text) {
  SP_ASSIGN(Recipient recipient, find(name));
  const auto key = std::find_if(recipient.keys.begin(), recipient.keys.end(),
                                [&](const RecipientKey& each) { return each.text == key_text; });
  if (key == recipient.keys.end()) {
    return no_such_key(name);
  }
  key->confirmed_at = workspace_->clock.now();
  key->confirmed_by = workspace_->actor;
  return store(std::move(recipient), "recipient.confirm", key_text);
}

Result<void> RecipientService::remove_key(const RecipientName& name, const std::string& key_text) {
  SP_ASSIGN(Recipient recipient, find(name));
  const auto removed = std::erase_if(
      recipient.keys, [&](const RecipientKey& each) { return each.text == key_text; });
  if (removed == 0) {
    return no_such_key(name);
  }
  return store(std::move(recipient), "recipient.remove", key_text);
}

Result<void> RecipientService::remove_all_keys(const RecipientName& name) {
  SP_ASSIGN(Recipient recipient, workspace_->store.recipient(name));
  recipient.keys.clear();
  return store(std::move(recipient), "recipient.remove", "all keys");
}

Result<Recipient> RecipientService::find(const RecipientName& name) {
  SP_ASSIGN(Recipient recipient, workspace_->store.recipient(name));
  SP_TRY(require_authentic(*workspace_, recipient));
  return recipient;
}

Result<void> RecipientService::store(Recipient recipient, const char* action,
                                     const std::string& detail) {
  ChangeSet changes;
  changes.recipients.push_back({recipient.name, recipient.created_at});
  changes.audit.push_back(audit_entry(*workspace_, action, recipient.name.str(), detail));
  changes.changed_recipients.push_back(std::move(recipient));
  return commit(*workspace_, changes);
}

}  // namespace stagepass::service
