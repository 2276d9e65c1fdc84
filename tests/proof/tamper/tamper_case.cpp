#include "tamper_case.hpp"

#include "oracle/oracle.hpp"

#include <stagepass/service/case_service.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/expiry_scheduler.hpp>
#include <stagepass/service/grant_service.hpp>
#include <stagepass/service/receipt.hpp>
#include <stagepass/store/sqlite_store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <proof/simulation/quiet_progress.hpp>
#include <set>
#include <sstream>
#include <unit/store/raw_database.hpp>
#include <utility>

namespace stagepass::proof {
namespace {

constexpr const char* kOpened = "opened";
constexpr const char* kComplaints = "complaints ";
constexpr const char* kAlarms = "alarms ";
constexpr const char* kResult = "result ";
constexpr const char* kBroken = "broken ";

std::string key_of(const std::string& target, const std::string& user_name) {
  return target + "/" + user_name;
}

bool is_change(const std::string& operation) {
  static const std::set<std::string> changes = {"create", "set_end", "disable", "end_sessions",
                                                "erase"};
  return changes.contains(operation);
}

/// The work of the processes that come by, and what they got told.
class Play final {
 public:
  explicit Play(TamperStage& stage)
      : stage_(stage),
        true_vault_(stage.true_vault()),
        before_(see_fakes(stage.drivers)),
        foreign_(foreign_accounts(true_vault_, before_)) {
    for (const SeenAccount& seen : before_) {
      accounts_.emplace(key_of(seen.target, seen.user_name), &seen);
    }
    for (const std::string& target : stage.drivers.world_names()) {
      stage.drivers.world(target).forget_calls();
    }
  }

  CaseReport run(const std::filesystem::path& path) {
    auto store = store::open_sqlite_store(path);
    if (heard(store)) {
      work_with(**store);
    }
    judge_calls();
    return std::move(report_);
  }

 private:
  /// Notes an error, and says whether there was none.
  template <class T>
  bool heard(const Result<T>& result) {
    if (!result) {
      hear(result.error());
    }
    return result.has_value();
  }

  void hear(const Error& error) {
    ++report_.complaints;
    report_.alarms += error.code == Errc::corrupt ? 1 : 0;
    if (error.code == Errc::internal) {
      object("damage is called a bug of the program: " + error.message);
    }
  }

  void object(std::string what) { report_.broken.push_back(std::move(what)); }
  void note(const std::string& what) { report_.result += what + ";"; }

  void work_with(Store& store) {
    const auto record = store.vault();
    if (!heard(record)) {
      return;
    }
    auto vault = stage_.open_vault(*record);
    if (!heard(vault)) {
      return;
    }
    const auto guard = service::ClockGuard::open(stage_.clock, store);
    if (!heard(guard)) {
      return;
    }
    report_.was_opened = true;
    service::Workspace workspace{store,          *vault, stage_.drivers, **guard, stage_.random,
                                 "root on shop", {}};
    list(store);
    const std::set<std::string> gone_before = called_gone(store);
    retrieve_all(workspace);
    purge(workspace);
    ask_for_receipts(workspace);
    look_at_cases(workspace);
    look_for_changes(workspace);
    list(store);
    // Once a day all of the database is looked at, and what it was made to forget is found.
    stage_.clock.advance(std::chrono::hours(25));
    purge(workspace);
    judge_end(store, gone_before);
  }

  /// What list, show, target list, clock and purge --dry-run read.
  void list(Store& store) {
    const auto now = stage_.clock.now();
    const auto records = all_records(store);
    if (heard(records)) {
      for (const GrantWithAccounts& each : *records) {
        listed_.insert(each.grant.id);
        heard(store.audit_of(each.grant.id.str()));
      }
    }
    if (const auto print = fingerprint(see_fakes(stage_.drivers), store); heard(print)) {
      note(*print);
    }
    list_keys(store);
    heard(store.targets());
    heard(store.clock_mark());
    heard(store.due(now, 100));
    heard(store.next_due());
    if (const auto overdue = store.overdue(now); heard(overdue)) {
      note(fmt::format("{} overdue", overdue->accounts));
    }
  }

  void list_keys(Store& store) {
    const auto recipients = store.recipients();
    if (!heard(recipients)) {
      return;
    }
    for (const Recipient& recipient : *recipients) {
      for (const RecipientKey& key : recipient.keys) {
        note(fmt::format("{} {} since {} by {}, {} by {}", recipient.name.str(), key.text,
                         format_utc(key.added_at), key.added_by,
                         key.confirmed_at ? format_utc(*key.confirmed_at) : "unconfirmed",
                         key.confirmed_by));
      }
    }
  }

  void retrieve_all(service::Workspace& workspace) {
    listed_.insert(stage_.grants().begin(), stage_.grants().end());
    for (const GrantId& id : listed_) {
      const auto shown = service::GrantService(workspace).retrieve(
          id, std::nullopt, [&](const service::ShownGrant& grant) {
            for (const service::ShownCredential& credential : grant.credentials) {
              judge_shown(id, credential);
            }
            return Result<void>();
          });
      heard(shown);
    }
  }

  void judge_shown(const GrantId& id, const service::ShownCredential& shown) {
    const std::string key = key_of(shown.target.str(), shown.user_name.str());
    note(fmt::format("{} shows {}{}", id.str(), key, shown.password ? "" : " without a password"));
    const auto found = accounts_.find(key);
    if (!shown.password) {
      return;
    }
    if (stage_.grant_of(shown.user_name.str()) != id.str()) {
      object(fmt::format("{} is shown for {}, which it is not of", key, id.str()));
    }
    if (stage_.was_retrieved(shown.user_name.str())) {
      object(key + " is shown a second time");
    }
    // Where a stranger has taken the name, nobody can tell any more what the password was.
    if (found == accounts_.end()) {
      object(fmt::format("a password is shown for {}, which is nowhere", key));
    } else if (!foreign_.contains(key) &&
               (!found->second->password || *found->second->password != *shown.password)) {
      object(fmt::format("the password shown for {} is not its own", key));
    }
  }

  void purge(service::Workspace& workspace) {
    QuietProgress progress;
    service::SchedulerOptions options;
    options.lanes = 1;  // so that the same damage takes the same course
    const auto report = service::ExpiryScheduler(workspace, options).run_due(progress, {});
    if (!heard(report)) {
      return;
    }
    if (report->problem) {
      hear(*report->problem);
    }
    if (report->vault_problem) {
      hear(*report->vault_problem);
    }
    for (const service::AccountOutcome& outcome : report->accounts) {
      if (outcome.problem) {
        hear(*outcome.problem);
      } else {
        judge_gone(outcome.account);
      }
    }
    for (const auto& [target, audit] : report->audits) {
      if (heard(audit)) {
        report_.complaints += audit->problems.size() + audit->foreign.size();
      }
    }
  }

  void ask_for_receipts(service::Workspace& workspace) {
    for (const GrantId& id : listed_) {
      heard(service::receipt_of(workspace, id, std::nullopt));
    }
  }

  /// What bounds a grant, and what a specialist is told.
  void look_at_cases(service::Workspace& workspace) {
    for (const char* text : kStageCases) {
      const auto ref = CaseRef::parse(text);
      const auto found = service::CaseService(workspace).show(*ref);
      if (!heard(found)) {
        continue;
      }
      const Case& record = found->record;
      note(fmt::format("{} is {}, until {}", text, to_string(found->state),
                       record.timebox_at ? format_utc(*record.timebox_at) : "the end of time"));
      for (const auto& [basic, answer] : record.answers) {
        note(fmt::format("{}: {}", to_string(basic), answer));
      }
    }
  }

  /// What `stagepass recover` shows.
  void look_for_changes(service::Workspace& workspace) {
    const auto changed = service::find_changed_records(workspace);
    if (heard(changed) && !changed->empty()) {
      ++report_.alarms;
    }
  }

  void judge_gone(const Account& account) {
    const std::string key = key_of(account.target.str(), account.user_name.str());
    for (const SeenAccount& seen : see_fakes(stage_.drivers)) {
      const bool stands = seen.exists && key_of(seen.target, seen.user_name) == key;
      if (stands && !foreign_.contains(key)) {
        object(fmt::format("{} is reported as gone and stands", key));
      }
    }
  }

  [[nodiscard]] std::vector<Violation> verdict_on(Store& store) {
    const Seen seen = see_fakes(stage_.drivers);
    return judge({.seen = seen,
                  .store = store,
                  .vault = true_vault_,
                  .now = stage_.clock.now(),
                  .bound = std::chrono::hours(24),
                  .unreachable = {},
                  .changed_by_hand = {},
                  .came_late = {},
                  .foreign_before = foreign_});
  }

  /// What the damage itself calls gone: a state is a plain column.
  [[nodiscard]] std::set<std::string> called_gone(Store& store) {
    std::set<std::string> gone;
    for (const Violation& violation : verdict_on(store)) {
      if (violation.which == Invariant::false_gone) {
        gone.insert(violation.what);
      }
    }
    return gone;
  }

  void judge_end(Store& store, const std::set<std::string>& gone_before) {
    for (const Violation& violation : verdict_on(store)) {
      if (violation.which == Invariant::false_gone && !gone_before.contains(violation.what)) {
        object(to_string(violation));
      }
    }
    const ForeignAccounts after = foreign_accounts(true_vault_, see_fakes(stage_.drivers));
    if (after != foreign_) {
      object("an account that is not of this vault was changed, deleted or made");
    }
  }

  /// A driver refuses what is foreign; it must not even be asked.
  void judge_calls() {
    for (const std::string& target : stage_.drivers.world_names()) {
      for (const std::string& call : stage_.drivers.world(target).calls()) {
        const std::string operation = call.substr(0, call.find(' '));
        const std::string user = call.substr(std::min(call.size(), operation.size() + 1));
        if (is_change(operation) && foreign_.contains(key_of(target, user))) {
          object(fmt::format("{} was ordered on {}, which is not of this vault", call, target));
        }
      }
    }
  }

  TamperStage& stage_;
  vault::Vault true_vault_;
  Seen before_;
  ForeignAccounts foreign_;
  std::map<std::string, const SeenAccount*> accounts_;
  std::set<GrantId> listed_;
  CaseReport report_;
};

}  // namespace

std::string CaseReport::to_text() const {
  std::string text = was_opened ? fmt::format("{}\n", kOpened) : "";
  text +=
      fmt::format("{}{}\n{}{}\n{}{}\n", kComplaints, complaints, kAlarms, alarms, kResult, result);
  for (const std::string& each : broken) {
    text += fmt::format("{}{}\n", kBroken, each);
  }
  return text;
}

CaseReport CaseReport::from_text(const std::string& text) {
  CaseReport report;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto rest_after = [&](std::string_view word) { return line.substr(word.size()); };
    if (line == kOpened) {
      report.was_opened = true;
    } else if (line.starts_with(kComplaints)) {
      report.complaints = std::stoul(rest_after(kComplaints));
    } else if (line.starts_with(kAlarms)) {
      report.alarms = std::stoul(rest_after(kAlarms));
    } else if (line.starts_with(kResult)) {
      report.result = rest_after(kResult);
    } else if (line.starts_with(kBroken)) {
      report.broken.push_back(rest_after(kBroken));
    }
  }
  return report;
}

CaseReport play(TamperStage& stage, const std::filesystem::path& folder, const Damaged& damaged) {
  const auto path = folder / "vault.db";
  tests::write_content(path, damaged.database);
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  if (damaged.journal) {
    tests::write_content(path.string() + "-journal", *damaged.journal);
  }
  return Play(stage).run(path);
}

}  // namespace stagepass::proof
