#include "cli/block_input.hpp"

#include "cli/file_input.hpp"
#include "cli/identity_input.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/core/text.hpp>

#include <cstddef>
#include <string_view>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLargestBlock = 128UL * 1024;

/// A document is pasted with what stood around it in the ticket; only the block is read.
std::string_view block_in(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
  constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd, begin == std::string_view::npos ? 0 : begin);
  return begin == std::string_view::npos || end == std::string_view::npos
             ? text
             : text.substr(begin, end + kEnd.size() - begin);
}

}  // namespace

void add_block_options(Command& command, BlockArguments& arguments) {
  command.optional_argument("FILE", arguments.file, "the block, or text with it; stdin without it");
  command.option("--identity FILE", arguments.identities,
                 "your private key: of age-keygen, or ssh-ed25519");
  command.flag("--passphrase", arguments.passphrase, "it was sealed with a passphrase: ask for it");
}

Result<Secret> open_block(Context& context, const BlockArguments& arguments) {
  if (arguments.passphrase && !arguments.identities.empty()) {
    return fail(Errc::invalid_argument, "--passphrase and --identity exclude each other");
  }
  SP_ASSIGN(const Secret input,
            read_input(arguments.file.value_or("-"), "the block", kLargestBlock));
  SP_ASSIGN(const auto identities, arguments.passphrase ? ask_for_passphrase(context)
                                                        : read_identities(arguments.identities));
  const std::string_view block = block_in(input.reveal_text());
  if (trimmed(block).empty()) {
    return fail(Errc::invalid_argument, "there is no block: nothing was given",
                "paste all of it, or name a file that holds it");
  }
  auto content = age::decrypt(
      Bytes(reinterpret_cast<const std::uint8_t*>(block.data()), block.size()), identities);
  if (!content && content.error().code == Errc::locked) {
    return fail(Errc::locked, "the block was sealed for another key",
                "nothing was used up: try the right key with --identity FILE, or ask the merchant "
                "for whom it was sealed");
  }
  return content;
}

}  // namespace stagepass::cli
