#include "notices/event_texts.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/service/confirmation.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stagepass::notices {
namespace {

using policy::NoticeEvent;

std::string count_of(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Event about(const service::TrustedGrant& grant, NoticeEvent kind) {
  const auto& [found, environment] = grant;
  Event event{.kind = std::string(to_string(kind)),
              .grant = found.grant.id.str(),
              .case_ref = found.grant.case_ref.str(),
              .recipient = found.grant.recipient.str(),
              .environment = std::string(environment ? to_string(*environment) : ""),
              .ends = counting_end(found.grant, found.accounts).at};
  for (const Account& account : found.accounts) {
    event.targets.push_back(account.target.str());
  }
  return event;
}

Event about(const service::TrustedGrant& grant, NoticeEvent kind, const AuditEntry& entry) {
  Event event = about(grant, kind);
  event.at = entry.at;
  event.by = escape_untrusted(entry.actor);
  return event;
}

std::string access_of(const Event& event) {
  return fmt::format("the access of {} to {} under case {}", event.recipient,
                     join(event.targets, ", "), event.case_ref);
}

std::string_view word_of(Failing what) {
  switch (what) {
    case Failing::not_gone:
      return "not-gone-yet";
    case Failing::not_gone_by_hand:
      return "to-be-deleted-by-hand";
    case Failing::not_created:
      return "not-created";
    case Failing::missing:
      return "deleted-by-somebody-else";
    case Failing::withdrawn:
      return "closed-without-proof";
    case Failing::orphan:
      return "orphan";
    case Failing::changed:
      return "changed-record";
  }
  return "";
}

/// What it means, and what a person can do.
std::string_view sentence_of(Failing what) {
  switch (what) {
    case Failing::not_gone:
      return "an account is over and not proven gone; stagepass goes on trying";
    case Failing::not_gone_by_hand:
      return "an account is over and has to be deleted by hand; then: stagepass confirm";
    case Failing::not_created:
      return "it could not be made as a whole, and is taken back";
    case Failing::missing:
      return "somebody else has deleted an account on its target; it is being ended as any other";
    case Failing::withdrawn:
      return "the record of an account was changed by somebody else; it was closed without a proof";
    case Failing::orphan:
      return "an account was found that no open record accounts for; it is being ended";
    case Failing::changed:
      return "its record was changed by somebody else, and nothing it says is told: see stagepass "
             "recover";
  }
  return "";
}

void say_failure(Failing what, const std::string& target, Event& event) {
  event.details.emplace_back("what", std::string(word_of(what)));
  if (!target.empty()) {
    event.details.emplace_back("target", target);
  }
  const std::string where = target.empty() ? "" : " on " + target;
  const std::string subject = event.grant.empty() ? "the vault" : "grant " + event.grant;
  event.headline = fmt::format("failure of {}{}: {}", subject, where, word_of(what));
  event.text = fmt::format("{}{}: {}.", subject, where, sentence_of(what));
}

}  // namespace

Event grant_made(const service::TrustedGrant& grant, const AuditEntry& entry) {
  Event event = about(grant, NoticeEvent::grant, entry);
  event.headline = fmt::format("grant {} given", event.grant);
  event.text = fmt::format("grant {}: {} has access to {} under case {} until {}.", event.grant,
                           event.recipient, join(event.targets, ", "), event.case_ref,
                           format_utc(*event.ends));
  return event;
}

Event grant_retrieved(const service::TrustedGrant& grant, const AuditEntry& entry) {
  Event event = about(grant, NoticeEvent::retrieve, entry);
  event.headline = fmt::format("grant {} retrieved", event.grant);
  event.text = fmt::format("grant {}: a credential for {} was retrieved or handed off by {}.",
                           event.grant, access_of(event), event.by);
  return event;
}

Event grant_reissued(const service::TrustedGrant& grant, const AuditEntry& entry) {
  Event event = about(grant, NoticeEvent::reissue, entry);
  event.headline = fmt::format("grant {} reissued", event.grant);
  event.text = fmt::format("grant {}: {} gets new credentials by {}; those before count no more.",
                           event.grant, access_of(event), event.by);
  return event;
}

Event grant_ends_soon(const service::TrustedGrant& grant, Timestamp ends, Timestamp now) {
  Event event = about(grant, NoticeEvent::near_end);
  event.at = now;
  event.ends = ends;
  event.headline = fmt::format("grant {} ends soon", event.grant);
  event.text =
      fmt::format("grant {}: {} ends {}.", event.grant, access_of(event), format_utc(ends));
  return event;
}

Event grant_ended(const service::TrustedGrant& grant, const AuditEntry& entry) {
  Event event = about(grant, NoticeEvent::end, entry);
  const auto& [given, accounts] = grant.found;
  const auto count = static_cast<std::int64_t>(accounts.size());
  const auto refused = std::count_if(accounts.begin(), accounts.end(), [](const Account& each) {
    return each.evidence.login == LoginCheck::refused;
  });
  const auto by_person = std::count_if(accounts.begin(), accounts.end(), [](const Account& each) {
    return service::is_confirmed_by_person(each.evidence);
  });
  const std::string reason(given.end_reason ? to_string(*given.end_reason) : "");
  const std::string early = early_end_of(given, accounts);
  event.by = escape_untrusted(given.ended_by);
  event.details = {{"reason", reason},
                   {"accounts", count},
                   {"seen_gone", count - by_person},
                   {"confirmed_by_person", by_person},
                   {"login_refused", refused}};
  if (!early.empty()) {
    event.details.emplace_back("early", early);
  }
  event.headline = fmt::format("grant {} ended: all accounts gone", event.grant);
  event.text = fmt::format(
      "grant {}: {} has ended ({}). {} gone: {} seen so on the target, {} by the word of a "
      "person; the old login was refused for {}.",
      event.grant, access_of(event), early.empty() ? reason : early, count_of(count, "account"),
      count - by_person, by_person, refused);
  return event;
}

Event grant_failed(Failing what, const service::TrustedGrant& grant, const std::string& target,
                   const AuditEntry& entry) {
  Event event = about(grant, NoticeEvent::failure, entry);
  say_failure(what, target, event);
  return event;
}

Event failed(Failing what, const std::string& grant, const AuditEntry& entry) {
  Event event{.kind = std::string(to_string(NoticeEvent::failure)), .at = entry.at, .grant = grant};
  say_failure(what, "", event);
  return event;
}

}  // namespace stagepass::notices
