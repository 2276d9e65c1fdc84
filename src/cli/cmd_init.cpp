// stagepass init: a key file and an empty vault, both or neither.
#include "cli/commands.hpp"
#include "cli/json_output.hpp"
#include "cli/new_passphrase.hpp"
#include "cli/session_environment.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/store/sqlite_store.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/system/keyring_file.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/vault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

namespace fs = std::filesystem;

struct InitOptions {
  bool passphrase = false;
};

// What an init that fails half-way takes away again: files and folders it made itself.
class Undo final {
 public:
  Undo() = default;
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  Undo(Undo&&) = delete;
  Undo& operator=(Undo&&) = delete;
  ~Undo() {
    std::for_each(made_.rbegin(), made_.rend(), [](const fs::path& path) {
      std::error_code ignored;  // a folder that is not empty stays
      fs::remove(path, ignored);
    });
  }

  void remember(const fs::path& path) { made_.push_back(path); }

  /// `folder` and its parents that do not exist yet, outermost first.
  void remember_missing_folders(const fs::path& folder) {
    std::vector<fs::path> missing;
    std::error_code ignored;
    for (fs::path at = folder; at.has_relative_path() && !fs::exists(at, ignored);
         at = at.parent_path()) {
      missing.push_back(at);
    }
    made_.insert(made_.end(), missing.rbegin(), missing.rend());
  }

  void forget() { made_.clear(); }

 private:
  std::vector<fs::path> made_;
};

bool lies_inside(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  const fs::path relative =
      fs::weakly_canonical(path, ignored).lexically_relative(fs::weakly_canonical(folder, ignored));
  return !relative.empty() && *relative.begin() != "..";
}

Result<void> check_places(const Locations& at) {
  for (const auto& [what, path] :
       {std::pair("key file", at.key_file), std::pair("keyring", at.keyring)}) {
    if (lies_inside(path, at.home)) {
      return fail(Errc::invalid_argument,
                  fmt::format("the {} {} lies inside the vault's folder, so that one backup "
                              "would hold both",
                              what, stagepass::quoted(path.string())),
                  "choose a key file elsewhere with --key-file");
    }
  }
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(at.database(), ignored))) {
    return fail(Errc::conflict,
                fmt::format("there is a vault in {} already", stagepass::quoted(at.home.string())),
                "use it, or choose another folder with --home");
  }
  if (fs::exists(fs::symlink_status(at.key_file, ignored))) {
    return fail(
        Errc::conflict,
        fmt::format("the key file {} exists already", stagepass::quoted(at.key_file.string())),
        "it may be the only key of another vault: choose another one with --key-file");
  }
  return {};
}

Result<std::optional<Secret>> new_passphrase(Context& context, const InitOptions& options) {
  if (!options.passphrase && !is_passphrase_given(context)) {
    return std::optional<Secret>();
  }
  SP_ASSIGN(Secret passphrase, given_or_new_passphrase(context));
  return std::optional<Secret>(std::move(passphrase));
}

std::string new_vault_id(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

/// One that lies there has lost its key file, or an init was cut off. It may still be of use to
/// somebody who has moved the key file: it is not overwritten.
Result<void> set_keyring_aside(const fs::path& keyring, Random& random) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(keyring, error))) {
    return {};
  }
  std::array<std::uint8_t, 4> suffix{};
  random.fill(suffix);
  const fs::path aside = fmt::format("{}.old-{}", keyring.string(), to_hex(suffix));
  fs::rename(keyring, aside, error);
  return error ? fail(Errc::unavailable,
                      fmt::format("cannot rename the keyring {}: {}",
                                  stagepass::quoted(keyring.string()), error.message()))
               : Result<void>();
}

/// Durable before the database is: no credential is ever sealed in an epoch that is not.
Result<void> create_keyring(const Locations& at, const VaultRecord& record,
                            const vault::FileKey& key, Random& random) {
  SP_TRY(set_keyring_aside(at.keyring, random));
  SP_ASSIGN(vault::Vault vault,
            vault::Vault::open(record.vault_id, record.key_parameters, {key.bytes.clone()}, {},
                               random, system::keyring_file(at.keyring)));
  return vault.make_keyring(record.key_epoch, record.created_at);
}

Result<void> create_vault(const Locations& at, const Secret* passphrase, Timestamp now) {
  system::SodiumRandom random;
  Undo undo;
  undo.remember_missing_folders(at.key_file.parent_path());
  undo.remember_missing_folders(at.keyring.parent_path());
  undo.remember_missing_folders(at.home);
  SP_ASSIGN(const vault::FileKey key, vault::create_key_file(at.key_file, random));
  undo.remember(at.key_file);
  SP_TRY(system::ensure_private_directory(at.home));
  VaultRecord record{new_vault_id(random), now, {}};
  SP_ASSIGN(record.key_parameters,
            vault::Vault::create_parameters(record.vault_id, key, passphrase, {}, random));
  SP_TRY(create_keyring(at, record, key, random));
  undo.remember(at.keyring);
  SP_TRY(store::create_sqlite_store(at.database(), record));
  undo.forget();
  return {};
}

Result<ExitStatus> run_init(Context& context, const InitOptions& options) {
  SP_ASSIGN(const Locations at, find_locations(context.options.home, context.options.key_file));
  SP_TRY(check_places(at));
  SP_ASSIGN(const auto passphrase, new_passphrase(context, options));
  context.terminal.step(passphrase ? "deriving the key from the passphrase" : "making the vault");
  SP_TRY(create_vault(at, passphrase ? &*passphrase : nullptr, context.machine_clock.now()));
  context.terminal.clear_progress();

  context.terminal.note(fmt::format("vault made in {}", at.home.string()));
  context.terminal.note(
      fmt::format("key file {}: keep a copy apart from the vault's backups; "
                  "without it nothing here opens",
                  at.key_file.string()));
  context.terminal.note(
      fmt::format("keyring {}: keep no copy of it; purge renews it once a day, and then no older "
                  "copy of the vault gives a credential away",
                  at.keyring.string()));
  if (context.options.json) {
    SP_TRY(context.terminal.print(init_json(at, passphrase.has_value())));
  }
  return ExitStatus::ok;
}

}  // namespace

void add_init_command(Command& app, Context& context) {
  auto options = std::make_shared<InitOptions>();
  auto command = app.subcommand("init", "make a vault and its key file");
  command.flag("--passphrase", options->passphrase,
               "showing a credential shall need a passphrase too (purge never does)");
  command.runs(context, [options, &context] { return run_init(context, *options); });
}

}  // namespace stagepass::cli
