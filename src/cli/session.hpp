#pragma once

#include "cli/context.hpp"
#include "cli/session_environment.hpp"

#include <stagepass/notices/courier.hpp>
#include <stagepass/policy/policy_file.hpp>
#include <stagepass/ports/store.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/service/workspace.hpp>
#include <stagepass/system/posix_process.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/vault/vault.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace stagepass::cli {

/// The composition root: the one place that knows which store, drivers and system there are.
///
/// Guarantees: opens only what is asked for, so that looking at records needs no key.
/// Threads: one call at a time.
/// Failure: `not_found` with the way to `init` if there is no vault, else as the parts say.
/// Secrets: the key file is read when the vault is; the passphrase is asked for when a secret is
/// to be opened.
class Session final {
 public:
  /// `context` must outlive this object.
  explicit Session(Context& context) : context_(&context) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  /// Whatever the command put into the audit log is signed and kept where no copy of the database
  /// reaches. What cannot be kept is told. Then receivers of notices are told of it, see `Notices`.
  ~Session();

  /// How long the end of a session tells notices: whatever comes of it is no part of the command's own outcome.
  enum class Notices {
    briefly,    ///< of what the command itself has done
    patiently,  ///< of all there is
    elsewhere,  ///< the command does it itself
  };
  void tell_notices(Notices how) { notices_ = how; }
  /// A pass over the notices of the policy file. `begin` as for Courier::tell. May be called beside other work on the
  /// workspace, after somebody has seen that the log is whole.
  [[nodiscard]] Result<notices::PassReport> pass_over_notices(const AuditHead& begin,
                                                              const notices::PassLimits& limits,
                                                              const std::stop_token& stop);
  [[nodiscard]] Result<void> test_notice(const policy::NoticeRule& rule);

  [[nodiscard]] Result<Store*> store();
  [[nodiscard]] Result<service::Workspace> workspace();
  /// The same with the policy, or why it cannot be read, for what grants and extends. Everything else goes without, so
  /// that no file of it can hold up an end.
  [[nodiscard]] Result<service::Workspace> workspace_with_policy();
  /// The policy in force: of the policy file, if there is one. Needs no vault.
  [[nodiscard]] Result<Policy> policy();
  /// The same with the notices.
  [[nodiscard]] Result<policy::PolicyFile> policy_file();
  /// The words that a policy file may use.
  [[nodiscard]] policy::Vocabulary vocabulary();
  /// The same before the records of an earlier version are vouched for: only for looking, and for recover.
  [[nodiscard]] Result<service::Workspace> unvouched_workspace();
  /// The vault's clock.
  [[nodiscard]] Result<service::ClockGuard*> clock();
  [[nodiscard]] DriverFactory& drivers();
  [[nodiscard]] Result<Locations> locations() const;
  /// The key file. Errors: `locked` if there is none.
  [[nodiscard]] Result<vault::FileKey> read_key() const;
  /// This vault with other key parameters than the stored ones.
  [[nodiscard]] Result<vault::Vault> open_with(const std::vector<std::uint8_t>& parameters,
                                               vault::AskPassphrase ask);
  [[nodiscard]] Random& random() noexcept { return random_; }

 private:
  [[nodiscard]] Result<void> open_vault();
  [[nodiscard]] Result<void> keep_checkpoint();
  [[nodiscard]] bool may_have_notices() const;
  void end_with_notices();
  [[nodiscard]] notices::Courier courier(service::Workspace& workspace, const Locations& at);

  Context* context_;
  system::PosixProcess process_;
  system::SodiumRandom random_;
  std::unique_ptr<DriverFactory> drivers_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<service::ClockGuard> clock_;
  std::optional<vault::Vault> vault_;
  bool vouched_ = false;  ///< for the records of an earlier version
  Notices notices_ = Notices::briefly;
  std::optional<AuditHead> log_before_;  ///< the command did its work
  std::vector<std::unique_ptr<CheckpointPlace>> checkpoints_;
};

}  // namespace stagepass::cli
