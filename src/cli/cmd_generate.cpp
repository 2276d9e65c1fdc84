// stagepass generate: strong passwords, one a line. Needs no vault.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/secret_output.hpp"

#include <stagepass/core/secret_text.hpp>
#include <stagepass/system/files.hpp>
#include <stagepass/system/sodium_random.hpp>
#include <stagepass/vault/password_generator.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unistd.h>
#include <utility>
#include <vector>

namespace stagepass::cli {
namespace {

constexpr long kMostPasswords = 100'000'000;
constexpr long kLongestPassword = 1024;
constexpr long kMostWords = 64;
constexpr std::size_t kBlockSize = 64UL * 1024;

struct GenerateOptions {
  std::optional<std::string> length;
  std::optional<std::string> policy;
  std::optional<std::string> alphabet;
  std::vector<std::string> required;
  std::optional<std::string> words;
  std::string count = "1";
  bool passphrase = false;
};

Result<void> write_out(const Secret& block) {
  if (auto written = system::write_all(STDOUT_FILENO, block.reveal()); !written) {
    return fail(written.error().code, "cannot write to stdout: " + written.error().message);
  }
  return {};
}

void tell_entropy(Terminal& terminal, double bits) {
  terminal.note(fmt::format("{:.1f} bits of entropy each", bits));
}

// Many passwords share one block of protected memory: one a Secret would cost four system calls.
Secret generate_block(vault::PasswordGenerator& generator, long passwords) {
  const std::size_t line = generator.length() + 1;
  return Secret::make(static_cast<std::size_t>(passwords) * line, [&](MutableBytes out) {
    for (; !out.empty(); out = out.subspan(line)) {
      generator.generate_into(out.first(generator.length()));
      out[generator.length()] = '\n';
    }
  });
}

Result<vault::PasswordPolicy> chosen_policy(const GenerateOptions& options) {
  SP_ASSIGN(auto policy, vault::find_policy(options.policy.value_or("standard")));
  if (options.alphabet) {
    policy = vault::PasswordPolicy{.alphabet = *options.alphabet};
  }
  for (const std::string& kind : options.required) {
    SP_TRY(vault::require_class(policy, kind));
  }
  if (options.length) {
    SP_ASSIGN(const long length, parse_number("--length", *options.length, 1, kLongestPassword));
    policy.length = static_cast<std::size_t>(length);
  }
  return policy;
}

Result<void> generate_passwords(Context& context, const GenerateOptions& options, long count) {
  SP_ASSIGN(auto policy, chosen_policy(options));
  system::SodiumRandom random;
  SP_ASSIGN(auto generator, vault::PasswordGenerator::make(std::move(policy), random));
  tell_entropy(context.terminal, generator.entropy_bits());
  const long per_block = static_cast<long>(kBlockSize / (generator.length() + 1));
  for (long left = count; left > 0; left -= per_block) {
    SP_TRY(write_out(generate_block(generator, std::min(left, per_block))));
  }
  return {};
}

Result<void> generate_passphrases(Context& context, const GenerateOptions& options, long count) {
  long words = static_cast<long>(vault::PassphraseGenerator::kStandardWords);
  if (options.words) {
    SP_ASSIGN(words, parse_number("--words", *options.words, 1, kMostWords));
  }
  system::SodiumRandom random;
  SP_ASSIGN(auto generator,
            vault::PassphraseGenerator::make(static_cast<std::size_t>(words), random));
  tell_entropy(context.terminal, generator.entropy_bits());
  for (long made = 0; made < count; ++made) {
    const Secret passphrase = generator.generate();
    SP_TRY(write_out(SecretText().add(passphrase).add("\n").build()));
  }
  return {};
}

Result<void> check_combination(const GenerateOptions& options) {
  const bool is_shaped =
      options.length || options.policy || options.alphabet || !options.required.empty();
  if (options.passphrase && is_shaped) {
    return fail(Errc::invalid_argument,
                "--passphrase excludes --length, --policy, --alphabet and --require",
                "say how many words with --words");
  }
  if (options.policy && options.alphabet) {
    return fail(Errc::invalid_argument, "--policy and --alphabet exclude each other");
  }
  if (options.words && !options.passphrase) {
    return fail(Errc::invalid_argument, "--words needs --passphrase");
  }
  return {};
}

Result<ExitStatus> run_generate(Context& context, const GenerateOptions& options) {
  SP_TRY(check_combination(options));
  SP_ASSIGN(const long count, parse_number("--count", options.count, 1, kMostPasswords));
  SP_TRY(options.passphrase ? generate_passphrases(context, options, count)
                            : generate_passwords(context, options, count));
  return ExitStatus::ok;
}

}  // namespace

void add_generate_command(Command& app, Context& context) {
  auto options = std::make_shared<GenerateOptions>();
  auto command = app.subcommand("generate", "make strong passwords; needs no vault");
  command.option("--length N", options->length, "characters of each (24)");
  command.option("--policy NAME", options->policy,
                 "standard, all-classes, letters, digits or hex (standard)");
  command.option("--alphabet CHARACTERS", options->alphabet, "these characters instead");
  command.option("--require KIND", options->required,
                 "at least one of upper, lower, digit or symbol; may be repeated");
  command.flag("--passphrase", options->passphrase, "words instead of characters");
  command.option("--words N", options->words, "words of each passphrase (10)");
  command.option("--count N", options->count, "how many (1)");
  command.runs(context, [options, &context] { return run_generate(context, *options); });
}

}  // namespace stagepass::cli
