#pragma once

#include <stagepass/core/ids.hpp>
#include <stagepass/service/workspace.hpp>
#include <stagepass/vault/vault.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <support/fake_clock.hpp>
#include <support/fake_driver.hpp>
#include <support/memory_keyring.hpp>
#include <support/seeded_random.hpp>
#include <support/temp_dir.hpp>
#include <vector>

namespace stagepass::proof {

/// The cases of that vault: under the first are all grants, the last is closed.
inline constexpr std::array kStageCases = {"MSP-48213", "MSP-48214"};

/// A vault in the middle of a working day, and the targets it has made accounts on: some live, some
/// due, some ending, one half made, some gone, and accounts of others among them.
class TamperStage final {
 public:
  /// Two stages with other numbers have nothing in common.
  explicit TamperStage(std::uint64_t number);

  /// The database file as it lies on disk, with no process near it.
  [[nodiscard]] const std::string& database() const { return database_; }
  /// The same an hour before.
  [[nodiscard]] const std::string& earlier() const { return earlier_; }
  /// What lies beside it while somebody changes every table, of an hour before.
  [[nodiscard]] const std::string& journal() const { return journal_; }
  [[nodiscard]] const std::vector<GrantId>& grants() const { return grants_; }
  /// Of the account with this user name; empty if there is none.
  [[nodiscard]] std::string grant_of(const std::string& user_name) const;

  /// Has somebody seen the credential of the account with this user name?
  [[nodiscard]] bool was_retrieved(const std::string& user_name) const {
    return retrieved_.contains(user_name);
  }

  /// As a process of this vault would open it: with the key file and what the database says.
  [[nodiscard]] Result<vault::Vault> open_vault(const VaultRecord& record);
  /// The vault itself, whatever a database says.
  [[nodiscard]] vault::Vault true_vault();

  /// They stand still while a case is played; a forked child has its own copies.
  tests::FakeClock clock;
  tests::SeededRandom random;
  tests::FakeDriverFactory drivers;

 private:
  class Day;

  std::string vault_id_;
  tests::TempDir folder_;
  vault::FileKey key_;
  std::vector<std::uint8_t> key_parameters_;
  std::shared_ptr<tests::MemoryKeyring> keyring_ = std::make_shared<tests::MemoryKeyring>();
  std::string database_;
  std::string earlier_;
  std::string journal_;
  std::vector<GrantId> grants_;
  std::map<std::string, std::string> grants_by_user_name_;
  std::set<std::string> retrieved_;
};

}  // namespace stagepass::proof
