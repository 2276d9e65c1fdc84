// Policy files: what a person, or somebody who could write there, has put into one.

#include <stagepass/policy/policy_file.hpp>

#include <fuzz/fuzz.hpp>

namespace stagepass::fuzz {
namespace {

policy::Vocabulary vocabulary() {
  return {{{"unix", "", {{"access", SettingInfo::Kind::required, "", ""}}},
           {"command", "", {{"*", SettingInfo::Kind::optional, "", ""}}}},
          {{"standard", 139.8}, {"hex", 128}}};
}

void try_policy_file(std::string_view input) {
  const auto file = policy::parse_policy_file(input, "policy.toml", vocabulary());
  if (!file) {
    require(file.error().code == Errc::invalid_argument, "no policy is a wrong argument");
    require(file.error().message.starts_with("policy.toml, line "), "the place is said");
    require_safe(file.error());
    return;
  }
  const Policy& policy = file->policy;
  for (const Environment environment : kEnvironments) {
    const Limits& limits = policy.of(environment);
    require(limits.shortest > Ttl::zero() && limits.shortest <= limits.standard &&
                limits.standard <= limits.longest && limits.longest <= kLongestTimebox,
            "limits fit together");
  }
  require(policy.least_password_bits >= kLeastPasswordBits, "passwords never become weaker");
  for (const auto& [driver, settings] : policy.drivers) {
    for (const auto& [setting, allowed] : settings) {
      require(!allowed.empty(), "a rule allows something");
    }
  }
}

const Registration registration({"policy_file", try_policy_file});

}  // namespace
}  // namespace stagepass::fuzz
