#include "cli/session.hpp"

#include "cli/secret_input.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/service/changed_records.hpp>
#include <stagepass/service/checkpoints.hpp>
#include <stagepass/store/sqlite_store.hpp>
#include <stagepass/system/checkpoint_file.hpp>
#include <stagepass/system/keyring_file.hpp>
#include <stagepass/system/startup.hpp>
#include <stagepass/targets/registry.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

namespace stagepass::cli {

// Part of every command, even of one that failed half-way. Nothing may be thrown from here: what is
// not kept now, for want of memory, is kept by the next command.
Session::~Session() {
  try {
    if (!vault_ || !clock_ || !store_->still_durable()) {
      return;
    }
    if (const auto kept = keep_checkpoint(); !kept) {
      context_->afterthought = kept.error().message;
    }
    end_with_notices();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): as said above
  }
}

Result<void> Session::keep_checkpoint() {
  SP_ASSIGN(const auto last_look, unvouched_workspace());
  return service::keep_checkpoint(last_look);
}

// Somebody may have to be told, or to be forgotten. Where there is neither file, no command pays for notices.
bool Session::may_have_notices() const {
  std::error_code ignored;
  const auto at = locations();
  return at && (std::filesystem::exists(at->policy, ignored) ||
                std::filesystem::exists(at->notices(), ignored));
}

// After all the command had to do, and with no word in what came of it.
void Session::end_with_notices() {
  if (notices_ == Notices::elsewhere || !log_before_ || !may_have_notices()) {
    return;
  }
  const auto log = store_->audit_head();
  const bool has_news = log && *log != *log_before_;
  auto workspace = unvouched_workspace();
  if ((notices_ == Notices::briefly && !has_news) || !workspace ||
      !service::require_whole_log(*workspace)) {
    return;
  }
  const auto report = pass_over_notices(
      *log_before_, notices_ == Notices::briefly ? notices::kQuick : notices::kPatient, {});
  if (!report) {
    context_->terminal.note("no notices are sent: " + report.error().message);
    return;
  }
  for (const std::string& remark : report->remarks) {
    context_->terminal.note(remark);
  }
}

// One that is broken concerns nobody who has never had notices: it is told where it stops something.
Result<notices::PassReport> Session::pass_over_notices(const AuditHead& begin,
                                                       const notices::PassLimits& limits,
                                                       const std::stop_token& stop) {
  SP_ASSIGN(const Locations at, locations());
  const auto read = policy_file();
  if (!read) {
    std::error_code ignored;
    return std::filesystem::exists(at.notices(), ignored) ? fail(read.error())
                                                          : Result<notices::PassReport>();
  }
  SP_ASSIGN(auto workspace, unvouched_workspace());
  return courier(workspace, at).tell(read->notices, begin, limits, stop);
}

// The key file is read again for each signature: no key of ours lives longer than what it is used for.
notices::Courier Session::courier(service::Workspace& workspace, const Locations& at) {
  const auto sign = [this,
                     &workspace](const vault::WebhookMessage& message) -> Result<std::string> {
    SP_ASSIGN(const VaultRecord record, workspace.store.vault());
    SP_ASSIGN(const vault::FileKey key, read_key());
    return vault::sign_webhook(message, vault::signing_seed_of(key, record.vault_id));
  };
  return {{workspace, process_, sign}, at.notices()};
}

Result<void> Session::test_notice(const policy::NoticeRule& rule) {
  SP_ASSIGN(const Locations at, locations());
  SP_ASSIGN(auto workspace, this->workspace());
  return courier(workspace, at).test(rule);
}

Result<Locations> Session::locations() const {
  return find_locations(context_->options.home, context_->options.key_file);
}

Result<Store*> Session::store() {
  if (!store_) {
    SP_ASSIGN(const Locations at, locations());
    auto opened = store::open_sqlite_store(at.database());
    if (!opened && opened.error().code == Errc::not_found) {
      return fail(Errc::not_found,
                  fmt::format("there is no vault in {}", stagepass::quoted(at.home.string())),
                  "make one with stagepass init, or say where it is with --home");
    }
    SP_ASSIGN(store_, std::move(opened));
  }
  return store_.get();
}

Result<service::ClockGuard*> Session::clock() {
  if (!clock_) {
    SP_ASSIGN(Store * records, store());
    SP_ASSIGN(clock_, service::ClockGuard::open(context_->machine_clock, *records));
  }
  return clock_.get();
}

DriverFactory& Session::drivers() {
  if (!drivers_) {
    drivers_ = targets::make_driver_factory(
        {process_, context_->machine_clock, random_, system::own_executable().string()});
  }
  return *drivers_;
}

Result<vault::FileKey> Session::read_key() const {
  SP_ASSIGN(const Locations at, locations());
  auto key = vault::read_key_file(at.key_file);
  if (!key && key.error().code == Errc::not_found) {
    return fail(
        Errc::locked,
        fmt::format("there is no key file {}", stagepass::quoted(at.key_file.string())),
        "say where it is with --key-file or STAGEPASS_KEY_FILE; if it is lost, make it anew "
        "from an export: stagepass keys import");
  }
  return key;
}

Result<vault::Vault> Session::open_with(const std::vector<std::uint8_t>& parameters,
                                        vault::AskPassphrase ask) {
  SP_ASSIGN(Store * records, store());
  SP_ASSIGN(const Locations at, locations());
  SP_ASSIGN(const VaultRecord record, records->vault());
  SP_ASSIGN(vault::FileKey key, read_key());
  return vault::Vault::open(record.vault_id, parameters, std::move(key), std::move(ask), random_,
                            system::keyring_file(at.keyring));
}

Result<void> Session::open_vault() {
  SP_ASSIGN(Store * records, store());
  SP_ASSIGN(const Locations at, locations());
  SP_ASSIGN(const VaultRecord record, records->vault());
  auto ask = [context = context_] { return read_passphrase(*context); };
  SP_ASSIGN(vault_, open_with(record.key_parameters, std::move(ask)));
  checkpoints_.push_back(system::checkpoint_file(at.checkpoint_beside()));
  checkpoints_.push_back(system::checkpoint_file(at.anchor));
  checkpoints_.push_back(system::system_log());
  return {};
}

Result<service::Workspace> Session::workspace() {
  SP_ASSIGN(auto workspace, unvouched_workspace());
  if (!vouched_) {
    SP_TRY(service::vouch_for_earlier_records(workspace, context_->terminal));
    vouched_ = true;
  }
  if (const auto log = workspace.store.audit_head(); log && !log_before_) {
    log_before_ = *log;
  }
  return workspace;
}

Result<service::Workspace> Session::workspace_with_policy() {
  SP_ASSIGN(auto workspace, this->workspace());
  workspace.policy = policy();
  return workspace;
}

policy::Vocabulary Session::vocabulary() {
  policy::Vocabulary known{drivers().kinds(), {}};
  for (std::string& name : vault::policy_names()) {
    const double bits = vault::entropy_bits(*vault::find_policy(name));
    known.passwords.push_back({std::move(name), bits});
  }
  return known;
}

Result<Policy> Session::policy() {
  SP_ASSIGN(policy::PolicyFile read, policy_file());
  return std::move(read.policy);
}

Result<policy::PolicyFile> Session::policy_file() {
  SP_ASSIGN(const Locations at, locations());
  auto read = policy::read_policy_file(at.policy, vocabulary());
  if (!read && read.error().code == Errc::not_found && !at.policy_is_named) {
    return policy::PolicyFile{};
  }
  return read;
}

Result<service::Workspace> Session::unvouched_workspace() {
  SP_ASSIGN(Store * records, store());
  if (!vault_) {
    SP_TRY(open_vault());
  }
  SP_ASSIGN(service::ClockGuard * guard, clock());
  service::Workspace workspace{
      *records,
      *vault_,
      drivers(),
      *guard,
      random_,
      system::current_actor(),
      fail(Errc::internal, "this command does not read the policy, and cannot grant by it")};
  for (const auto& place : checkpoints_) {
    workspace.checkpoints.push_back(place.get());
  }
  return workspace;
}

}  // namespace stagepass::cli
