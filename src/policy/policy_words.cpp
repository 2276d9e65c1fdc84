// The rules of a policy file that name things: passwords, drivers and their settings, basics, approvers, notices.
#include "policy/notice_reader.hpp"
#include "policy/policy_reader.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stagepass::policy {
namespace {

constexpr const char* kEd25519 = "ssh-ed25519 ";
constexpr const char* kAnyOtherSetting = "*";
constexpr std::int64_t kMostPasswordBits = 1000;

/// The settings of a driver whose values a policy can look at.
std::vector<std::string> public_settings(const DriverInfo& driver) {
  std::vector<std::string> names = {kPasswordPolicySetting};
  for (const SettingInfo& setting : driver.settings) {
    if (setting.kind != SettingInfo::Kind::secret) {
      names.push_back(setting.key);
    }
  }
  return names;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Result<void> PolicyReader::read_passwords(const toml::node& node, const std::string& what) {
  return read_table(node, what,
                    {{"policies", &PolicyReader::read_password_policies},
                     {"least_bits", &PolicyReader::read_least_bits}});
}

std::vector<std::string> PolicyReader::password_names() const {
  return names_of(known_->passwords, [](const PasswordKind& kind) { return kind.name; });
}

Result<void> PolicyReader::check_password_policy(const toml::node& node,
                                                 const std::string& name) const {
  return has(password_names(), name)
             ? Result<void>()
             : values_.unknown(node.source(), "password policy", name, password_names());
}

Result<void> PolicyReader::read_password_policies(const toml::node& node, const std::string& what) {
  SP_ASSIGN(policy_.password_policies, values_.texts(node, what));
  for (std::size_t i = 0; i < policy_.password_policies.size(); ++i) {
    SP_TRY(check_password_policy(*node.as_array()->get(i), policy_.password_policies[i]));
  }
  return {};
}

Result<void> PolicyReader::read_least_bits(const toml::node& node, const std::string& what) {
  SP_ASSIGN(const auto bits, values_.number(node, what, kLeastPasswordBits, kMostPasswordBits));
  policy_.least_password_bits = static_cast<int>(bits);
  const bool is_reached = std::any_of(
      known_->passwords.begin(), known_->passwords.end(),
      [&](const PasswordKind& kind) { return kind.bits >= policy_.least_password_bits; });
  return is_reached ? Result<void>()
                    : values_.refuse(
                          node.source(), fmt::format("{}: no password policy has so many", what),
                          fmt::format("{} is what all of them have", kLeastPasswordBits));
}

Result<void> PolicyReader::read_drivers(const toml::node& node, const std::string& what) {
  SP_ASSIGN(const auto* table, values_.table(node, what));
  for (const auto& [kind, rules] : *table) {
    SP_TRY(read_driver(kind, rules));
  }
  return {};
}

Result<void> PolicyReader::read_driver(const toml::key& kind, const toml::node& node) {
  const auto driver = std::find_if(known_->drivers.begin(), known_->drivers.end(),
                                   [&](const DriverInfo& each) { return each.kind == kind.str(); });
  if (driver == known_->drivers.end()) {
    return values_.unknown(kind.source(), "driver", kind.str(),
                           names_of(known_->drivers, [](const auto& each) { return each.kind; }));
  }
  SP_ASSIGN(const auto* table, values_.table(node, "drivers." + driver->kind));
  for (const auto& [setting, values] : *table) {
    SP_TRY(read_setting(*driver, setting, values));
  }
  return {};
}

Result<void> PolicyReader::read_setting(const DriverInfo& driver, const toml::key& setting,
                                        const toml::node& node) {
  const auto known = public_settings(driver);
  const std::string name(setting.str());
  if (!has(known, name) && !has(known, kAnyOtherSetting)) {
    return values_.unknown(setting.source(), fmt::format("setting of {} to rule", driver.kind),
                           name, known);
  }
  const std::string what = fmt::format("drivers.{}.{}", driver.kind, name);
  SP_ASSIGN(auto allowed, values_.texts(node, escape_untrusted(what)));
  if (name == kPasswordPolicySetting) {
    for (std::size_t i = 0; i < allowed.size(); ++i) {
      SP_TRY(check_password_policy(*node.as_array()->get(i), allowed[i]));
    }
  }
  policy_.lines[what] = setting.source().begin.line;
  policy_.drivers[driver.kind][name] = std::move(allowed);
  return {};
}

Result<void> PolicyReader::read_required_basics(const toml::node& node, const std::string& what) {
  if (const auto* all = node.as_boolean()) {
    if (all->get()) {
      policy_.required_basics.assign(kBasics.begin(), kBasics.end());
    }
    return {};
  }
  SP_ASSIGN(const auto names, values_.texts(node, what));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto* basic = std::find_if(kBasics.begin(), kBasics.end(),
                                     [&](Basic each) { return to_string(each) == names[i]; });
    if (basic == kBasics.end()) {
      return values_.unknown(node.as_array()->get(i)->source(), "basic", names[i],
                             names_of(kBasics, [](Basic each) { return to_string(each); }));
    }
    policy_.required_basics.push_back(*basic);
  }
  return {};
}

Result<void> PolicyReader::read_approvers(const toml::node& node, const std::string& what) {
  const auto* all = node.as_array();
  if (all == nullptr || all->empty()) {
    return values_.refuse(node.source(), fmt::format("{} is not a list of tables", what),
                          "write [[approvers]], and name and key below, for each of them");
  }
  for (const toml::node& each : *all) {
    SP_TRY(read_approver(each));
  }
  return {};
}

Result<void> PolicyReader::read_approver(const toml::node& node) {
  SP_ASSIGN(const auto* table, values_.table(node, "each of approvers"));
  for (const auto& [key, value] : *table) {
    if (key.str() != "name" && key.str() != "key") {
      return values_.unknown(key.source(), "rule of approvers", key.str(), {"name", "key"});
    }
  }
  const auto* name_node = table->get("name");
  const auto* key_node = table->get("key");
  if (name_node == nullptr || key_node == nullptr) {
    return values_.refuse(node.source(), "an approver has a name and a key");
  }
  SP_ASSIGN(const std::string name, values_.text(*name_node, "approvers.name"));
  if (const auto parsed = RecipientName::parse(name); !parsed) {
    return values_.refuse(name_node->source(), parsed.error().message, parsed.error().hint);
  }
  SP_ASSIGN(const std::string line, values_.text(*key_node, "approvers.key"));
  auto key = SshPublicKey::parse(line);
  if (!key || !key->str().starts_with(kEd25519)) {
    return values_.refuse(key_node->source(),
                          key ? "approvers have keys of the type ssh-ed25519" : key.error().message,
                          "give the one line of the .pub file that ssh-keygen -t ed25519 made");
  }
  for (const Approver& other : policy_.approvers) {
    if (other.name == name || other.key == *key) {
      return values_.refuse(node.source(),
                            fmt::format("{} has the name or the key of another approver", name));
    }
  }
  policy_.lines["approvers." + name] = node.source().begin.line;
  policy_.approvers.push_back({name, *std::move(key)});
  return {};
}

Result<void> PolicyReader::read_notices(const toml::node& node, const std::string& what) {
  const auto* all = node.as_array();
  if (all == nullptr || all->empty()) {
    return values_.refuse(node.source(), fmt::format("{} is not a list of tables", what),
                          "write [[notice]], and webhook, command or mail below, for each of them");
  }
  for (const toml::node& each : *all) {
    SP_ASSIGN(NoticeRule rule, read_notice(values_, each));
    for (const NoticeRule& other : notices_) {
      if (destination_of(other) == destination_of(rule)) {
        return values_.refuse(each.source(),
                              fmt::format("another notice goes to {} already", name_of(rule)),
                              "name the events of both in one of them");
      }
    }
    notices_.push_back(std::move(rule));
    policy_.lines[fmt::format("{}.{}", what, notices_.size())] = each.source().begin.line;
  }
  return {};
}

}  // namespace stagepass::policy
