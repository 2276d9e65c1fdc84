#include "cli/identity_input.hpp"

#include "cli/file_input.hpp"
#include "cli/session_environment.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestFile = 64UL * 1024;

Result<void> add_identities(std::vector<age::Identity>& identities, const std::string& file) {
  SP_ASSIGN(const Secret content, read_input(file, "the file of your key", kLongestFile));
  auto read = age::read_identities(content);
  if (!read) {
    return fail(read.error().code,
                fmt::format("{}: {}", stagepass::quoted(file), read.error().message),
                read.error().hint);
  }
  std::move(read->begin(), read->end(), std::back_inserter(identities));
  return {};
}

}  // namespace

Result<std::vector<age::Identity>> read_identities(const std::vector<std::string>& files) {
  std::vector<age::Identity> identities;
  for (const std::string& file : files) {
    SP_TRY(add_identities(identities, file));
  }
  if (files.empty()) {
    for (const auto& file : usual_identities()) {
      SP_TRY(add_identities(identities, file.string()));
    }
  }
  if (identities.empty()) {
    return fail(Errc::not_found, "there is no key to open it with",
                "name your key: --identity FILE (of age-keygen or ssh-keygen -t ed25519), or say "
                "--passphrase");
  }
  return identities;
}

Result<std::vector<age::Identity>> ask_for_passphrase(Context& context) {
  SP_ASSIGN(Secret passphrase, context.terminal.ask_secret("passphrase of the block: "));
  SP_ASSIGN(age::Identity identity, age::Identity::of_passphrase(std::move(passphrase)));
  std::vector<age::Identity> identities;
  identities.push_back(std::move(identity));
  return identities;
}

}  // namespace stagepass::cli
