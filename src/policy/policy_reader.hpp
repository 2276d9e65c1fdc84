#pragma once

#include "policy/toml_values.hpp"

#include <stagepass/policy/policy_file.hpp>

#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace stagepass::policy {

template <class Items, class NameOf>
std::vector<std::string> names_of(const Items& items, NameOf name_of) {
  std::vector<std::string> names;
  names.reserve(std::size(items));
  for (const auto& item : items) {
    names.emplace_back(name_of(item));
  }
  return names;
}

/// Fills a Policy from a TOML document, table by table. Used once.
class PolicyReader final {
 public:
  /// `known` must outlive this object.
  PolicyReader(const std::string& file, const Vocabulary& known);

  /// Errors: as `parse_policy`.
  [[nodiscard]] Result<PolicyFile> read(const toml::table& document);

 private:
  using Read = Result<void> (PolicyReader::*)(const toml::node& node, const std::string& what);
  struct Rule {
    std::string key;
    Read read;
  };

  /// Reads each key of a table by its rule. Errors: for one that has none.
  Result<void> read_rules(const toml::table& table, const std::string& prefix,
                          const std::vector<Rule>& rules);
  Result<void> read_table(const toml::node& node, const std::string& what,
                          const std::vector<Rule>& rules);

  Result<void> read_ttl(const toml::node& node, const std::string& what);
  Result<void> read_limits(const toml::node& node, const std::string& what);
  Result<void> read_passwords(const toml::node& node, const std::string& what);
  Result<void> read_password_policies(const toml::node& node, const std::string& what);
  Result<void> read_least_bits(const toml::node& node, const std::string& what);
  Result<void> read_drivers(const toml::node& node, const std::string& what);
  Result<void> read_driver(const toml::key& kind, const toml::node& node);
  Result<void> read_setting(const DriverInfo& driver, const toml::key& setting,
                            const toml::node& node);
  Result<void> read_cases(const toml::node& node, const std::string& what);
  Result<void> read_required_basics(const toml::node& node, const std::string& what);
  Result<void> read_grants(const toml::node& node, const std::string& what);
  Result<void> read_retrieve_within(const toml::node& node, const std::string& what);
  Result<void> read_quiet_hours(const toml::node& node, const std::string& what);
  Result<void> read_quiet_from(const toml::node& node, const std::string& what);
  Result<void> read_quiet_to(const toml::node& node, const std::string& what);
  Result<void> read_quiet_zone(const toml::node& node, const std::string& what);
  Result<void> read_live(const toml::node& node, const std::string& what);
  Result<void> read_approval_within(const toml::node& node, const std::string& what);
  Result<void> read_backup_within(const toml::node& node, const std::string& what);
  Result<void> read_approvers(const toml::node& node, const std::string& what);
  Result<void> read_approver(const toml::node& node);
  Result<void> read_notices(const toml::node& node, const std::string& what);

  Result<void> settle(Environment environment);
  Result<void> check_password_policy(const toml::node& node, const std::string& name) const;
  [[nodiscard]] std::vector<std::string> password_names() const;

  TomlValues values_;
  const Vocabulary* known_;
  Policy policy_;
  std::vector<NoticeRule> notices_;
  std::map<std::string, toml::source_region> places_;  ///< of the rules that the file gives
};

}  // namespace stagepass::policy
