#include "policy/policy_reader.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/policy/policy_file.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <toml++/toml.h>

namespace stagepass::policy {
namespace {

constexpr std::size_t kLongestFile = 64UL * 1024;

std::string as_clause(std::string_view description) {
  return escape_untrusted(description.ends_with('.') ? description.substr(0, description.size() - 1)
                                                     : description);
}

}  // namespace

// The library throws; nothing of that leaves this function.
Result<PolicyFile> parse_policy_file(std::string_view text, const std::string& file,
                                     const Vocabulary& known) {
  try {
    const toml::table document = toml::parse(text);
    return PolicyReader(file, known).read(document);
  } catch (const toml::parse_error& error) {
    return TomlValues(file).refuse(
        error.source(), fmt::format("this is no TOML: {}", as_clause(error.description())),
        "stagepass policy example shows how it is written");
  }
}

Result<PolicyFile> read_policy_file(const std::filesystem::path& path, const Vocabulary& known) {
  SP_ASSIGN(const Secret text, system::read_trusted_file(path, kLongestFile));
  return parse_policy_file(text.reveal_text(), path.string(), known);
}

}  // namespace stagepass::policy
