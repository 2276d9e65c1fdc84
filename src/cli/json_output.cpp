#include "cli/json_output.hpp"

#include "cli/describe.hpp"

#include <stagepass/core/grant_clocks.hpp>
#include <stagepass/service/confirmation.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace stagepass::cli {
namespace {

using Json = nlohmann::ordered_json;

Json document_of(std::string_view what) {
  return {{"schema", "stagepass/" + std::string(what) + "/1"}};
}

// Bytes that are not UTF-8 must not make a document impossible.
std::string to_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_document(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json json_of(std::optional<Timestamp> at) {
  return at ? Json(format_utc(*at)) : Json();
}

template <class Items, class Convert>
Json list_of(const Items& items, Convert convert) {
  Json list = Json::array();
  for (const auto& item : items) {
    list.push_back(convert(item));
  }
  return list;
}

Json json_of(const EndEvidence& evidence) {
  return {{"disabled_at", json_of(evidence.disabled_at)},
          {"sessions_ended_at", json_of(evidence.sessions_ended_at)},
          {"sessions_ended", evidence.sessions_ended},
          {"deleted_at", json_of(evidence.deleted_at)},
          {"was_already_absent", evidence.was_already_absent},
          {"confirmed_by_person", service::is_confirmed_by_person(evidence)},
          {"verified_at", json_of(evidence.verified_at)},
          {"login", to_string(evidence.login)}};
}

Json json_of(const Account& account, Timestamp now) {
  return {{"id", account.id.str()},
          {"target", account.target.str()},
          {"user", account.user_name.str()},
          {"state", to_string(account.state)},
          {"overdue", is_overdue(account, now)},
          {"ends_at", json_of(account.ends_at)},
          {"claimed_at", json_of(account.retrieval.claimed_at)},
          {"retrieved_at", json_of(account.retrieval.retrieved_at)},
          {"retrieved_by", or_null(account.retrieval.retrieved_by)},
          {"attempts", account.attempts},
          {"next_at", json_of(account.next_at)},
          {"last_error", or_null(account.last_error)},
          {"evidence", account.state == AccountState::gone ? json_of(account.evidence) : Json()}};
}

Json json_of(const GrantWithAccounts& grant, Timestamp now) {
  Json accounts = list_of(grant.accounts, [&](const auto& a) { return json_of(a, now); });
  const Grant& g = grant.grant;
  return {{"id", g.id.str()},
          {"case", g.case_ref.str()},
          {"to", g.recipient.str()},
          {"state", state_of(grant, now)},
          {"created_at", json_of(g.created_at)},
          {"created_by", g.created_by},
          {"ends_at", json_of(g.expires_at)},
          {"ended_at", json_of(g.ended_at)},
          {"end_reason", g.end_reason ? Json(to_string(*g.end_reason)) : Json()},
          {"ended_by", or_null(g.ended_by)},
          {"early_end", or_null(g.ended_at ? early_end_of(g, grant.accounts) : "")},
          {"retrieve_by", json_of(g.retrieve_by)},
          {"work_seconds", g.work_time ? Json(g.work_time->count()) : Json()},
          {"accounts", std::move(accounts)}};
}

Json json_of(const service::AccountOutcome& outcome) {
  const Account& account = outcome.account;
  return {{"id", account.id.str()},
          {"grant", account.grant.str()},
          {"target", account.target.str()},
          {"user", account.user_name.str()},
          {"state", to_string(account.state)},
          {"error", outcome.problem ? Json(outcome.problem->message) : Json()},
          {"early_end", or_null(outcome.early)},
          {"next_at", json_of(account.next_at)},
          {"evidence", account.state == AccountState::gone ? json_of(account.evidence) : Json()}};
}

Json json_of(const Overdue& overdue) {
  return {{"accounts", overdue.accounts}, {"oldest", json_of(overdue.oldest)}};
}

Json json_of(const AuditEntry& entry) {
  return {{"at", json_of(entry.at)},
          {"actor", entry.actor},
          {"action", entry.action},
          {"subject", entry.subject},
          {"detail", entry.detail}};
}

Json json_of(const Target& target) {
  Json secrets =
      list_of(target.sealed_settings, [](const auto& setting) { return Json(setting.first); });
  return {{"name", target.name.str()},
          {"driver", target.driver},
          {"environment", to_string(target.environment)},
          {"settings", target.settings},
          {"secrets", std::move(secrets)},
          {"created_at", json_of(target.created_at)},
          {"rehearsed_at", json_of(target.rehearsed_at)}};
}

Json json_of(const RecipientKey& key) {
  return {{"key", key.text},
          {"fingerprint", fingerprint_of(key.text)},
          {"added_at", json_of(key.added_at)},
          {"confirmed_at", json_of(key.confirmed_at)},
          {"confirmed_by", or_null(key.confirmed_by)}};
}

Json json_of(const Recipient& recipient) {
  return {{"name", recipient.name.str()},
          {"created_at", json_of(recipient.created_at)},
          {"keys", list_of(recipient.keys, [](const RecipientKey& key) { return json_of(key); })}};
}

Json json_of(const std::vector<Finding>& findings) {
  return list_of(findings, [](const Finding& finding) {
    return Json{{"ok", finding.kind == Finding::Kind::good},
                {"text", finding.text},
                {"remedy", or_null(finding.remedy)}};
  });
}

Json json_of(const DriverInfo& driver) {
  return {{"kind", driver.kind},
          {"summary", driver.summary},
          {"settings", list_of(driver.settings, [](const SettingInfo& setting) {
             return Json{{"key", setting.key},
                         {"kind", kind_word(setting.kind)},
                         {"standard", setting.standard},
                         {"help", setting.help}};
           })}};
}

Json json_of(const service::Rotation& rotation) {
  return {{"epoch", rotation.epoch}, {"rewrapped", rotation.rewrapped}, {"lost", rotation.lost}};
}

Json json_of(const service::Orphan& orphan) {
  return {{"user", orphan.user_name.str()},
          {"gone", !orphan.problem},
          {"error", orphan.problem ? Json(orphan.problem->message) : Json()},
          {"evidence", json_of(orphan.evidence)}};
}

constexpr auto kOutcome = [](const service::AccountOutcome& outcome) { return json_of(outcome); };

Json json_of(const TargetName& target, const service::TargetAudit& audit) {
  return {{"target", target.str()},
          {"by_hand", audit.is_by_hand},
          {"listed", audit.was_listed},
          {"on_record", audit.on_record},
          {"orphans", list_of(audit.orphans, [](const auto& orphan) { return json_of(orphan); })},
          {"missing", list_of(audit.missing, kOutcome)},
          {"foreign", audit.foreign},
          {"problems", audit.problems},
          {"complete", audit.was_complete}};
}

Json json_of(const Case& record, CaseState state) {
  Json basics = Json::object();
  for (const Basic basic : kBasics) {
    std::string key(to_string(basic));
    std::replace(key.begin(), key.end(), '-', '_');
    const auto answer = record.answers.find(basic);
    basics[key] = answer == record.answers.end() ? Json() : Json(answer->second);
  }
  return {{"case", record.ref.str()},
          {"state", to_string(state)},
          {"created_at", json_of(record.created_at)},
          {"opened_at", json_of(record.opened_at)},
          {"closed_at", json_of(record.closed_at)},
          {"environment", record.environment ? Json(to_string(*record.environment)) : Json()},
          {"platform", or_null(record.platform)},
          {"versions", or_null(record.versions)},
          {"timebox_at", json_of(record.timebox_at)},
          {"basics", std::move(basics)}};
}

}  // namespace

std::string json_string(const std::string& text) {
  return to_line(Json(text));
}

std::string init_json(const Locations& at, bool has_passphrase) {
  Json document = document_of("init");
  document["home"] = at.home.string();
  document["key_file"] = at.key_file.string();
  document["passphrase"] = has_passphrase;
  return to_document(document);
}

std::string grant_json(const GrantWithAccounts& grant, Timestamp now) {
  Json document = document_of("grant");
  document["grant"] = json_of(grant, now);
  return to_document(document);
}

std::string show_json(const GrantWithAccounts& grant, const std::vector<AuditEntry>& history,
                      Timestamp now) {
  Json document = document_of("show");
  document["grant"] = json_of(grant, now);
  document["history"] = list_of(history, [](const AuditEntry& entry) { return json_of(entry); });
  return to_document(document);
}

std::string extend_json(Timestamp old_end, const GrantWithAccounts& grant, Timestamp now) {
  Json document = document_of("extend");
  document["old_ends_at"] = json_of(old_end);
  document["grant"] = json_of(grant, now);
  return to_document(document);
}

std::string end_json(const service::EndReport& report) {
  Json document = document_of("end");
  document["grants"] = list_of(report.grants, [](const Grant& g) { return Json(g.id.str()); });
  document["accounts"] = list_of(report.accounts, kOutcome);
  return to_document(document);
}

std::string confirm_json(const std::vector<service::AccountOutcome>& accounts) {
  Json document = document_of("confirm");
  document["accounts"] = list_of(accounts, kOutcome);
  return to_document(document);
}

std::string purge_json(const service::PurgeReport& report) {
  Json document = document_of("purge");
  document["accounts"] = list_of(report.accounts, kOutcome);
  document["audits"] = list_of(report.audits, [](const auto& each) {
    const auto& [target, audit] = each;
    return audit ? json_of(target, *audit)
                 : Json{{"target", target.str()}, {"error", audit.error().message}};
  });
  if (report.rotation) {
    document["rotation"] = *report.rotation ? json_of(**report.rotation)
                                            : Json{{"error", report.rotation->error().message}};
  }
  document["overdue"] = json_of(report.overdue);
  return to_document(document);
}

std::string preview_json(const std::vector<Account>& due, const Overdue& overdue, Timestamp now) {
  Json document = document_of("purge-preview");
  document["accounts"] = list_of(due, [&](const Account& a) { return json_of(a, now); });
  document["overdue"] = json_of(overdue);
  return to_document(document);
}

std::string list_json_head(const Overdue& overdue) {
  Json document = document_of("list");
  document["overdue"] = json_of(overdue);
  std::string text = to_line(document);
  text.back() = ',';  // the object goes on
  return text + "\"grants\":[\n";
}

std::string list_json_row(const GrantWithAccounts& grant, Timestamp now) {
  return to_line(json_of(grant, now));
}

std::string list_json_tail() {
  return "\n]}\n";
}

std::string recipients_json(const std::vector<Recipient>& recipients) {
  Json document = document_of("recipients");
  document["recipients"] =
      list_of(recipients, [](const Recipient& recipient) { return json_of(recipient); });
  return to_document(document);
}

std::string approval_json(const std::string& id, const std::string& text) {
  Json document = document_of("approval");
  document["id"] = id;
  document["text"] = text;
  return to_document(document);
}

std::string request_json(const std::string& text) {
  Json document = document_of("request");
  document["text"] = text;
  return to_document(document);
}

std::string word_json(const std::string& text) {
  Json document = document_of("word");
  document["text"] = text;
  return to_document(document);
}

std::string handoff_json(const GrantId& grant, const std::string& block) {
  Json document = document_of("handoff");
  document["grant"] = grant.str();
  document["block"] = block;
  return to_document(document);
}

std::string case_list_json(const std::vector<ListedCase>& cases) {
  Json document = document_of("case-list");
  document["cases"] =
      list_of(cases, [](const ListedCase& each) { return json_of(each.record, each.state); });
  return to_document(document);
}

std::string case_show_json(const service::CaseReport& report, Timestamp now) {
  Json document = document_of("case-show");
  document["case"] = json_of(report.record, report.state);
  document["open_grants"] =
      list_of(report.open_grants, [&](const auto& grant) { return json_of(grant, now); });
  return to_document(document);
}

std::string case_open_json(const Case& record) {
  Json document = document_of("case-open");
  document["case"] = json_of(record, CaseState::open);
  return to_document(document);
}

std::string case_timebox_json(const service::TimeboxReport& report) {
  Json document = document_of("case-timebox");
  document["case"] = report.record.ref.str();
  document["timebox_at"] = json_of(report.record.timebox_at);
  document["cut"] = list_of(report.cut, [](const service::CutGrant& cut) {
    return Json{{"grant", cut.id.str()}, {"old_ends_at", json_of(cut.before)}};
  });
  return to_document(document);
}

std::string case_close_json(const service::ClosedCase& closed, bool is_closing) {
  Json document = document_of("case-close");
  document["case"] = closed.record.ref.str();
  document["state"] = to_string(is_closing ? CaseState::closing : CaseState::closed);
  document["grants"] =
      list_of(closed.ended.grants, [](const Grant& grant) { return Json(grant.id.str()); });
  document["accounts"] = list_of(closed.ended.accounts, kOutcome);
  return to_document(document);
}

std::string targets_json(const std::vector<Target>& targets) {
  Json document = document_of("target-list");
  document["targets"] = list_of(targets, [](const Target& target) { return json_of(target); });
  return to_document(document);
}

std::string target_report_json(const service::TargetReport& report) {
  Json document = document_of("target-report");
  document["ready"] = report.ready();
  document["target"] = json_of(report.target);
  document["installed"] = report.installed;
  document["findings"] = json_of(report.findings);
  return to_document(document);
}

std::string rehearsal_json(const TargetName& target, const service::Rehearsal& rehearsal) {
  Json document = document_of("target-rehearse");
  document["target"] = target.str();
  document["steps"] = rehearsal.steps;
  return to_document(document);
}

std::string target_audit_json(const TargetName& target, const service::TargetAudit& audit) {
  Json document = document_of("target-audit");
  document["audit"] = json_of(target, audit);
  return to_document(document);
}

std::string receipt_json(const GrantId& grant, const std::string& receipt,
                         const vault::VerifierKey& key) {
  Json document = document_of("receipt");
  document["grant"] = grant.str();
  document["receipt"] = receipt;
  document["key"] = vault::encode_verifier_key(key);
  return to_document(document);
}

std::string verified_receipt_json(const std::string& text, const std::string& signer) {
  Json document = document_of("receipt-verify");
  document["genuine"] = true;
  document["signed_by"] = signer;
  document["text"] = text;
  return to_document(document);
}

std::string keys_json(const vault::VerifierKey& key, bool has_passphrase,
                      const std::string& keyring, const Result<service::KeysInUse>& keys) {
  Json document = document_of("keys-show");
  document["receipt_key"] = vault::encode_verifier_key(key);
  document["passphrase"] = has_passphrase;
  document["keyring"] = keyring;
  document["error"] = keys ? Json() : Json(keys.error().message);
  if (keys) {
    Json secrets = Json::object();
    for (const auto& [epoch, count] : keys->secrets) {
      secrets[std::to_string(epoch)] = count;
    }
    document["epoch"] = keys->newest.number;
    document["epoch_since"] = json_of(keys->newest.made_at);
    document["live_credentials"] = std::move(secrets);
    document["unreadable_credentials"] = keys->unreadable;
    document["rotating"] = keys->is_rotating;
  }
  return to_document(document);
}

std::string rotation_json(const service::Rotation& rotation) {
  Json document = document_of("keys-rotate");
  document.update(json_of(rotation));
  return to_document(document);
}

std::string drivers_json(const std::vector<DriverInfo>& drivers) {
  Json document = document_of("target-drivers");
  document["drivers"] = list_of(drivers, [](const DriverInfo& driver) { return json_of(driver); });
  return to_document(document);
}

}  // namespace stagepass::cli
