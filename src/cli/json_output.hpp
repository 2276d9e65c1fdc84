#pragma once

#include "cli/session_environment.hpp"

#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/service/case_service.hpp>
#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/target_service.hpp>
#include <stagepass/vault/signed_note.hpp>

#include <string>
#include <vector>

namespace stagepass::cli {

/// What scripts read: every JSON document of the command line, but for the credentials themselves
/// (see SecretText).
///
/// Each is one object with "schema": "stagepass/<what>/1" and a line end. Members may be added,
/// never renamed. Times are RFC 3339 in UTC; what is not known is null.

/// `text` as a JSON string, in quotes.
[[nodiscard]] std::string json_string(const std::string& text);

[[nodiscard]] std::string init_json(const Locations& at, bool has_passphrase);
[[nodiscard]] std::string grant_json(const GrantWithAccounts& grant, Timestamp now);
[[nodiscard]] std::string show_json(const GrantWithAccounts& grant,
                                    const std::vector<AuditEntry>& history, Timestamp now);
[[nodiscard]] std::string extend_json(Timestamp old_end, const GrantWithAccounts& grant,
                                      Timestamp now);
[[nodiscard]] std::string end_json(const service::EndReport& report);
[[nodiscard]] std::string confirm_json(const std::vector<service::AccountOutcome>& accounts);
[[nodiscard]] std::string purge_json(const service::PurgeReport& report);
[[nodiscard]] std::string preview_json(const std::vector<Account>& due, const Overdue& overdue,
                                       Timestamp now);

/// A list in pieces, for it may be long: head, rows with commas in between, tail.
[[nodiscard]] std::string list_json_head(const Overdue& overdue);
[[nodiscard]] std::string list_json_row(const GrantWithAccounts& grant, Timestamp now);
[[nodiscard]] std::string list_json_tail();

[[nodiscard]] std::string recipients_json(const std::vector<Recipient>& recipients);
/// The request as one text.
[[nodiscard]] std::string request_json(const std::string& text);
/// The word as one text.
[[nodiscard]] std::string word_json(const std::string& text);
/// The approval as one text.
[[nodiscard]] std::string approval_json(const std::string& id, const std::string& text);
/// The block as one text, in armor.
[[nodiscard]] std::string handoff_json(const GrantId& grant, const std::string& block);
/// One row of `case list`.
struct ListedCase {
  Case record;
  CaseState state = CaseState::unopened;
};
[[nodiscard]] std::string case_list_json(const std::vector<ListedCase>& cases);
[[nodiscard]] std::string case_show_json(const service::CaseReport& report, Timestamp now);
[[nodiscard]] std::string case_open_json(const Case& record);
[[nodiscard]] std::string case_timebox_json(const service::TimeboxReport& report);
[[nodiscard]] std::string case_close_json(const service::ClosedCase& closed, bool is_closing);

[[nodiscard]] std::string targets_json(const std::vector<Target>& targets);
[[nodiscard]] std::string target_report_json(const service::TargetReport& report);
[[nodiscard]] std::string rehearsal_json(const TargetName& target,
                                         const service::Rehearsal& rehearsal);
[[nodiscard]] std::string target_audit_json(const TargetName& target,
                                            const service::TargetAudit& audit);
/// The receipt as one text, as it was signed.
[[nodiscard]] std::string receipt_json(const GrantId& grant, const std::string& receipt,
                                       const vault::VerifierKey& key);
[[nodiscard]] std::string verified_receipt_json(const std::string& text, const std::string& signer);
[[nodiscard]] std::string keys_json(const vault::VerifierKey& key, bool has_passphrase,
                                    const std::string& keyring,
                                    const Result<service::KeysInUse>& keys);
[[nodiscard]] std::string rotation_json(const service::Rotation& rotation);
[[nodiscard]] std::string drivers_json(const std::vector<DriverInfo>& drivers);

}  // namespace stagepass::cli
