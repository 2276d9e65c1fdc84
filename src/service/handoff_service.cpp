#include "service/record_macs.hpp"
#include "service/records.hpp"
#include "service/target_rules.hpp"

#include <stagepass/age/encrypt.hpp>
#include <stagepass/handoff/document.hpp>
#include <stagepass/handoff/word.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/handoff_service.hpp>
#include <stagepass/service/recipient_service.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace stagepass::service {
namespace {

/// What the others of an account's access say already, in the words of a shell.
constexpr const char* kCommand = "command";
/// The passphrases are generated ones of 103 bits: no guess needs to be made dearer.
constexpr age::ScryptCost kScryptCost{15};

Failure no_key(const RecipientName& name) {
  return fail(Errc::policy, fmt::format("{} has no key to seal for", name.str()),
              fmt::format("ask for an age or ssh-ed25519 public key, then: stagepass recipient add "
                          "{} KEY",
                          name.str()));
}

Failure unconfirmed_key(const RecipientName& name) {
  return fail(
      Errc::policy, fmt::format("nobody has compared the key of {} with its owner", name.str()),
      fmt::format("call, let the words be read to you, then: stagepass recipient confirm {}",
                  name.str()));
}

/// The strictest of the targets' environments.
Result<Environment> environment_of(Workspace& workspace, const ShownGrant& shown) {
  Environment strictest = Environment::test;
  for (const ShownCredential& credential : shown.credentials) {
    SP_ASSIGN(const Target target, workspace.store.target(credential.target));
    strictest = weightier(strictest, target.environment);
  }
  return strictest;
}

handoff::DocumentAccount account_of(const ShownCredential& credential) {
  handoff::DocumentAccount account{credential.target.str(), credential.user_name.str(),
                                   std::nullopt, credential.access};
  std::erase_if(account.access, [](const auto& each) { return each.first == kCommand; });
  if (credential.password) {
    account.password = credential.password->clone();
  }
  if (credential.second_factor) {
    account.second_factor = credential.second_factor->clone();
  }
  return account;
}

/// What a specialist should know before the work begins.
Result<std::vector<std::pair<std::string, std::string>>> about(Workspace& workspace,
                                                               const CaseRef& ref) {
  std::vector<std::pair<std::string, std::string>> all;
  SP_ASSIGN(const auto record, CaseService(workspace).find(ref));
  if (!record) {
    return all;
  }
  for (const auto& [name, text] :
       {std::pair("platform", &record->platform), std::pair("versions", &record->versions)}) {
    if (!text->empty()) {
      all.emplace_back(name, *text);
    }
  }
  for (const auto& [basic, answer] : record->answers) {
    all.emplace_back(to_string(basic), answer);
  }
  return all;
}

Result<Secret> document_of(Workspace& workspace, const ShownGrant& shown) {
  SP_ASSIGN(const Environment environment, environment_of(workspace, shown));
  SP_ASSIGN(auto known, about(workspace, shown.grant.case_ref));
  handoff::Document document{
      .grant = shown.grant.id.str(),
      .case_ref = shown.grant.case_ref.str(),
      .recipient = shown.grant.recipient.str(),
      .environment = std::string(to_string(environment)),
      .ends_at = shown.ends_at,
      .accounts = {},
      .about = std::move(known),
      .rules = {fmt::format("{} only", to_string(environment)), "no customer data leaves it"},
      .done = fmt::format("say so in {}: paste what `stagepass done` prints for this block",
                          shown.grant.case_ref.str()),
      .word_token = handoff::word_token(workspace.vault.word_key(shown.grant.id))};
  for (const ShownCredential& credential : shown.credentials) {
    document.accounts.push_back(account_of(credential));
  }
  return handoff::write_document(document);
}

/// Leaves only the keys that count.
void keep_counting_keys(Recipient& recipient, HandoffRequest::Unconfirmed unconfirmed) {
  if (unconfirmed == HandoffRequest::Unconfirmed::refused) {
    std::erase_if(recipient.keys, [](const RecipientKey& key) { return !key.confirmed_at; });
  }
}

/// A key that this vault vouches for was read when it was added.
Result<std::vector<age::Recipient>> parsed(const std::vector<RecipientKey>& keys) {
  std::vector<age::Recipient> all;
  for (const RecipientKey& key : keys) {
    SP_ASSIGN(age::Recipient each, age::Recipient::parse(key.text));
    all.push_back(std::move(each));
  }
  return all;
}

Result<std::vector<std::uint8_t>> sealed_document(Workspace& workspace, const ShownGrant& shown,
                                                  const Secret* passphrase,
                                                  const std::vector<age::Recipient>& keys) {
  SP_ASSIGN(const Secret document, document_of(workspace, shown));
  return passphrase != nullptr
             ? age::encrypt_with_passphrase(document, *passphrase, kScryptCost, workspace.random)
             : age::encrypt(document, keys, workspace.random);
}

}  // namespace

Result<Recipient> HandoffService::require_sealable(const RecipientName& name,
                                                   HandoffRequest::Unconfirmed unconfirmed) {
  auto found = RecipientService(*workspace_).find(name);
  if (!found) {
    return found.error().code == Errc::not_found ? Result<Recipient>(no_key(name)) : found;
  }
  const bool any_confirmed =
      std::any_of(found->keys.begin(), found->keys.end(),
                  [](const RecipientKey& key) { return key.confirmed_at.has_value(); });
  if (found->keys.empty()) {
    return no_key(name);
  }
  if (!any_confirmed && unconfirmed == HandoffRequest::Unconfirmed::refused) {
    return unconfirmed_key(name);
  }
  return found;
}

Result<Recipient> HandoffService::seal(
    const HandoffRequest& request, const std::function<Result<void>(const std::string&)>& deliver) {
  SP_ASSIGN(const GrantWithAccounts found, workspace_->store.grant(request.grant));
  const bool has_passphrase = request.passphrase != nullptr;
  Recipient recipient{found.grant.recipient, found.grant.created_at};
  if (!has_passphrase) {
    SP_ASSIGN(recipient, require_sealable(recipient.name, request.unconfirmed));
    SP_TRY(require_newest(*workspace_, recipient));
    keep_counting_keys(recipient, request.unconfirmed);
  }
  SP_ASSIGN(const auto keys, parsed(recipient.keys));
  Workspace sealing = *workspace_;
  sealing.actor += fmt::format(", sealed {} {}", has_passphrase ? "with a passphrase for" : "for",
                               recipient.name.str());
  SP_TRY(GrantService(sealing).retrieve(
      request.grant, request.only, [&](const ShownGrant& shown) -> Result<void> {
        auto file = sealed_document(sealing, shown, request.passphrase, keys);
        return file ? deliver(age::to_armor(*file)) : Result<void>(fail(file.error()));
      }));
  return recipient;
}

}  // namespace stagepass::service
