#include "cli/new_passphrase.hpp"

#include "cli/secret_input.hpp"

#include <stagepass/system/sodium_random.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kShortestPassphrase = 12;

Result<Secret> invent_passphrase(Context& context) {
  system::SodiumRandom random;
  SP_ASSIGN(auto generator,
            vault::PassphraseGenerator::make(vault::PassphraseGenerator::kStandardWords, random));
  Secret passphrase = generator.generate();
  SP_TRY(context.terminal.show_on_terminal("passphrase, to be kept safe", passphrase));
  return passphrase;
}

}  // namespace

Result<Secret> require_long_enough(Secret passphrase) {
  if (passphrase.size() < kShortestPassphrase) {
    return fail(Errc::invalid_argument,
                fmt::format("the passphrase is shorter than {} characters", kShortestPassphrase),
                "take several words, or leave it empty at the prompt to have one made");
  }
  return passphrase;
}

Result<Secret> ask_new_passphrase(Context& context) {
  SP_ASSIGN(Secret first, context.terminal.ask_secret("new passphrase (empty: make one)"));
  if (first.empty()) {
    return invent_passphrase(context);
  }
  SP_ASSIGN(const Secret second, context.terminal.ask_secret("the same passphrase again"));
  if (!(first == second)) {
    return fail(Errc::invalid_argument, "the two passphrases differ", "start again");
  }
  return require_long_enough(std::move(first));
}

Result<Secret> read_new_passphrase(const std::string& file) {
  SP_ASSIGN(Secret passphrase, read_secret_file(file));
  return require_long_enough(std::move(passphrase));
}

bool is_passphrase_given(const Context& context) {
  return !context.options.passphrase_file.empty() || context.options.passphrase_fd.has_value();
}

Result<Secret> given_or_new_passphrase(Context& context) {
  if (!is_passphrase_given(context)) {
    return ask_new_passphrase(context);
  }
  SP_ASSIGN(Secret passphrase, read_passphrase(context));
  return require_long_enough(std::move(passphrase));
}

}  // namespace stagepass::cli
